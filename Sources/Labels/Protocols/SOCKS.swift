/// SOCKS 4 and 5 (RFC 1928): an offer of methods and its answer, or a request of version 4.
enum SOCKS {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let version = payload.u8(0), let second = payload.u8(1) else { return .no }
        if version == 4, flow.isFromInitiator {
            // Connect or bind, port, address, and a user that ends with a zero.
            guard second == 1 || second == 2, payload.count >= 9, payload.count <= 512,
                payload.u8(payload.count - 1) == 0, payload.u16(2) != 0,
                let end = payload.first(0, from: 8), payload.isText(8..<end)
            else { return .no }
            return .likely(.socks)
        }
        guard version == 5 else { return .no }
        if flow.isFromInitiator, (1...9).contains(second), payload.count == 2 + second {
            for place in 2..<payload.count where (payload.u8(place) ?? 255) > 9 { return .no }
            return .hint(.socks)
        }
        // The method chosen; or a request or reply with a reserved zero and a kind of address.
        if !flow.isFromInitiator, payload.count == 2, second <= 9 || second == 255 { return .hint(.socks) }
        guard payload.u8(2) == 0, let kind = payload.u8(3), second <= 8 else { return .no }
        switch kind {
        case 1: return payload.count == 10 ? .hint(.socks) : .no
        case 3: return payload.u8(4).map { payload.count == 7 + $0 } ?? false ? .hint(.socks) : .no
        case 4: return payload.count == 22 ? .hint(.socks) : .no
        default: return .no
        }
    }
}
