/// Remote desktop (MS-RDPBCGR section 2.2.1.1): a connection request with a cookie or a negotiation, or its confirm.
enum RDP {
    static func inspect(_ payload: Payload, _ flow: inout LabelContext) -> Verdict {
        guard let packet = TPKT(payload) else { return .no }
        if packet.type == TPKT.data {
            // T.125 Connect-Initial.
            return payload.u16(packet.rest) == 0x7F65 ? .likely(.rdp) : .no
        }
        if payload.has("Cookie: mstshash=", at: packet.rest) { return .certain(.rdp) }
        // Negotiation request 1, response 2 or failure 3, of eight octets.
        guard packet.rest + 8 == packet.end, let type = payload.u8(packet.rest), (1...3).contains(type),
            payload.u16LE(packet.rest + 2) == 8, let choice = payload.u32LE(packet.rest + 4), choice < 0x20
        else { return packet.rest == packet.end ? .hint(.rdp) : .no }
        return .certain(.rdp)
    }
}
