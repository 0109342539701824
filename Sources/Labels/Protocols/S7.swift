/// S7 communication as seen on the wire: TPKT and transport data, then protocol 0x32, a job type, reserved zeros, and the
/// lengths of parameters and data.
enum S7 {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let packet = TPKT(payload) else { return .no }
        if packet.type != TPKT.data {
            // Connection parameters: TPDU size, and the access points of both sides.
            guard payload.first(0xC1, from: packet.rest, before: packet.end) != nil,
                payload.first(0xC2, from: packet.rest, before: packet.end) != nil
            else { return .no }
            return .hint(.s7)
        }
        guard payload.u8(packet.rest) == 0x32, let job = payload.u8(packet.rest + 1), [1, 2, 3, 7].contains(job),
            payload.u16(packet.rest + 2) == 0, let parameters = payload.u16(packet.rest + 6),
            let data = payload.u16(packet.rest + 8)
        else { return .no }
        let header = job == 2 || job == 3 ? 12 : 10
        return packet.rest + header + parameters + data == packet.end ? .certain(.s7) : .no
    }
}
