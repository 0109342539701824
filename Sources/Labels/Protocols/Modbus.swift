/// Modbus over TCP: transaction, protocol 0, length, unit, function. A few octets that have to agree, and no magic: good
/// evidence only when the request's length is the function's own.
enum Modbus {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.u16(2) == 0, let length = payload.u16(4), (2...254).contains(length), payload.count == 6 + length,
            let function = payload.u8(7)
        else { return .no }
        switch function {
        case 1...4:
            // A request has an address and a number; an answer a count and as many octets.
            let isSound =
                flow.isFromInitiator
                ? length == 6 && (1...2000).contains(payload.u16(10) ?? 0) : payload.u8(8) == length - 3
            return isSound ? .likely(.modbus) : .no
        case 5, 6: return length == 6 ? .likely(.modbus) : .no
        case 15, 16:
            let isSound = flow.isFromInitiator ? payload.u8(12) == length - 7 : length == 6
            return isSound ? .likely(.modbus) : .no
        case 7, 8, 11, 17, 20...24, 43: return .hint(.modbus)
        case 0x81...0x98: return length == 3 && !flow.isFromInitiator ? .hint(.modbus) : .no
        default: return .no
        }
    }
}
