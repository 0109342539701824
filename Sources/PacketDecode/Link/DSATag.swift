/// Marvell's distributed switch architecture tag: between addresses and EtherType, with (EDSA) or without (DSA) an
/// EtherType of its own. As Linux reads it (net/dsa/tag_dsa.c).
///
///     | mode (2) | tagged (1) | device (5) | port (5) | … (3) | priority (3) | … (1) | VID (12) |
///
/// A tagged frame's 802.1Q tag has become part of this one.
enum DSATag {
    private static let length = 4
    private static let tagged: UInt8 = 0x20
    private static let addresses = 12
    /// In EDSA, behind the EtherType 0xDADA.
    private static let reservedLength = 2

    /// LINKTYPE_DSA_TAG_DSA: the tag stands where the EtherType would.
    static func decodeFrame(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard Ethernet.readAddresses(&cursor, &packet) else { return .undecodable(.linkHeaderCut) }
        return decode(&cursor, &packet)
    }

    /// Behind EtherType 0xDADA: two reserved octets, then the tag.
    static func decodeWithType(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= reservedLength else { return .undecodable(.linkHeaderCut) }
        cursor.skip(reservedLength)
        return decode(&cursor, &packet)
    }

    private static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= length else { return .undecodable(.linkHeaderCut) }
        if cursor.u8(0) & tagged != 0 { VLAN.note(cursor.u16(2), &packet) }
        return PortTag.decode(octets: length, &cursor, &packet)
    }
}
