/// Cisco HDLC (LINKTYPE_C_HDLC): address (0x0F unicast, 0x8F multicast), control, EtherType.
enum CiscoHDLC {
    private static let headerLength = 4
    private static let type = 2

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= headerLength else { return .undecodable(.linkHeaderCut) }
        let number = cursor.u16(type)
        cursor.skip(headerLength)
        return .etherType(number)
    }

    /// Whether a frame on a serial line that begins with this octet is Cisco HDLC rather than PPP.
    static func isAddress(_ octet: UInt8) -> Bool { octet & 0x7F == 0x0F }
}
