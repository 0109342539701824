/// Provider backbone bridging, IEEE 802.1ah (EtherType 0x88E7): a customer's frame behind the provider's addresses.
///
///     +-----------------------------+------------+-----
///     | priority, flags (8)         | I-SID (24) | the customer's Ethernet frame
///     +-----------------------------+------------+-----
///
/// The customer's addresses are those that count; its tags come after the provider's.
enum ProviderBackbone {
    private static let tagLength = 4

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= tagLength else { return .undecodable(.linkHeaderCut) }
        cursor.skip(tagLength)
        return .link(1)
    }
}
