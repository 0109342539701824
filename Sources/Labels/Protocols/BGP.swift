/// BGP (RFC 4271 section 4.1): sixteen octets of ones, length, type.
enum BGP {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard payload.u64(0) == .max, payload.u64(8) == .max, let length = payload.u16(16),
            (19...4096).contains(length),
            let type = payload.u8(18), (1...5).contains(type)
        else { return .no }
        return .certain(.bgp)
    }
}
