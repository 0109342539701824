/// STUN and TURN (RFC 8489 section 5): two zero bits, type, length, magic cookie, transaction.
enum STUN {
    private static let cookie = 0x2112_A442
    private static let software = 0x8022

    private static func goesOn(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        let found = DTLS.inspect(payload, &flow)
        // One protected packet is not enough to end the search for the hellos.
        return found.label == nil ? .certain(.stun).more : found
    }

    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        // Over TCP, RFC 4571 may put a length in front.
        let start = flow.transport == .tcp && payload.u16(0) == payload.count - 2 ? 2 : 0
        guard let type = payload.u16(start), type < 0x4000, let length = payload.u16(start + 2), length % 4 == 0,
            payload.u32(start + 4) == cookie, start + 20 + length <= payload.count
        else {
            // What two ends agreed on by STUN goes on between the same ports: media, mostly protected by DTLS.
            return flow.label == .stun && flow.transport == .udp ? goesOn(payload, &flow) : .no
        }
        var position = start + 20
        while let attribute = payload.u16(position), let size = payload.u16(position + 2) {
            if attribute == software {
                flow.attributes.add(.serverSoftware, payload, position + 4..<position + 4 + size)
            }
            position += 4 + (size + 3) & ~3
        }
        return .certain(.stun).more
    }
}
