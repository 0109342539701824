/// IEC 60870-5-104: start octet, length, four control octets, and in frames of the first format a type. Frames fill the
/// segment.
enum IEC104 {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        var position = 0
        var best = Verdict.no
        while position < payload.count {
            guard payload.u8(position) == 0x68, let length = payload.u8(position + 1), (4...253).contains(length),
                position + 2 + length <= payload.count, let control = payload.u8(position + 2)
            else { return .no }
            if control & 1 == 0 {
                // Information: a known type, its cause of transmission.
                guard let type = payload.u8(position + 6), (1...127).contains(type), length >= 10,
                    let cause = payload.u8(position + 8), (1...47).contains(cause & 0x3F)
                else { return .no }
                if best.label == nil { best = .likely(.iec104) }
            } else if control & 3 == 1 {
                guard control == 1, length == 4, payload.u8(position + 3) == 0 else { return .no }
                best = .certain(.iec104)
            } else {
                guard length == 4, [0x07, 0x0B, 0x13, 0x23, 0x43, 0x83].contains(control),
                    payload.u24(position + 3) == 0
                else { return .no }
                best = .certain(.iec104)
            }
            position += 2 + length
        }
        return best
    }
}
