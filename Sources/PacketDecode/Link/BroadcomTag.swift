/// Broadcom's switch tag: four octets about ports, between the addresses and the EtherType (LINKTYPE_DSA_TAG_BRCM) or
/// before the frame (LINKTYPE_DSA_TAG_BRCM_PREPEND). As Linux reads it (net/dsa/tag_brcm.c).
enum BroadcomTag {
    private static let length = 4

    static func decodeFrame(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard Ethernet.readAddresses(&cursor, &packet) else { return .undecodable(.linkHeaderCut) }
        return PortTag.decode(octets: length, &cursor, &packet)
    }

    static func decodePrepended(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= length else { return .undecodable(.linkHeaderCut) }
        cursor.skip(length)
        return .link(1)
    }
}
