/// DHCPv6 (RFC 8415 section 8): message type, transaction, and options that fill the rest, an identifier among them.
enum DHCPv6 {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let type = payload.u8(0), (1...13).contains(type) else { return .no }
        // Relays add hop count and two addresses in place of the transaction.
        var position = type >= 12 ? 34 : 4
        var hasIdentifier = false
        while position < payload.count {
            guard let code = payload.u16(position), (1...150).contains(code), let length = payload.u16(position + 2),
                position + 4 + length <= payload.count
            else { return .no }
            // A DUID's type, or a relayed message.
            if code <= 2, let kind = payload.u16(position + 4), (1...4).contains(kind) { hasIdentifier = true }
            if code == 9, type >= 12 { hasIdentifier = true }
            position += 4 + length
        }
        return hasIdentifier ? .certain(.dhcpv6) : .no
    }
}
