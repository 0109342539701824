/// BACnet/IP (ASHRAE 135 annex J): type 0x81, function, length; then the network layer's version 1.
enum BACnet {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.u8(0) == 0x81, let function = payload.u8(1), function <= 0x0C, payload.u16(2) == payload.count
        else {
            return .no
        }
        switch function {
        case 0x0A, 0x0B, 0x09: return payload.u8(4) == 1 ? .certain(.bacnet) : .no
        case 0x04: return payload.u8(10) == 1 ? .certain(.bacnet) : .no
        default: return payload.count <= 512 ? .hint(.bacnet) : .no
        }
    }
}
