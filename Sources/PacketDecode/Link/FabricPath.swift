/// Cisco FabricPath (EtherType 0x8903): a whole Ethernet frame behind an outer header of switch addresses.
///
///     +-----------+----------+-----
///     | FTAG (10) | TTL (6)  | Ethernet frame
///     +-----------+----------+-----
///
/// No public specification. The inner frame's addresses and tags are those that count.
enum FabricPath {
    private static let tagLength = 2

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= tagLength else { return .undecodable(.linkHeaderCut) }
        cursor.skip(tagLength)
        return .link(1)
    }
}
