/// Tags that tell a switch which virtual port a frame belongs to; an EtherType follows.
///
///     VN-tag (EtherType 0x8926):   | direction, interfaces (4)          | EtherType |
///     E-tag (0x893F, 802.1BR):     | priority, channels (6)             | EtherType |
///     Broadcom, old (0x8874):      | opcode, ports (4)                  | EtherType |
///     EDSA (0xDADA):               | reserved (2) | DSA tag (4)         | EtherType |
///
/// None of them is a VLAN of the network, but a DSA tag holds the frame's VLAN tag when it had one (`DSATag`).
enum PortTag {
    private static let typeLength = 2

    /// Passes a tag of `octets`, behind which an EtherType stands.
    static func decode(octets: Int, _ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= octets &+ typeLength else { return .undecodable(.linkHeaderCut) }
        let type = cursor.u16(octets)
        cursor.skip(octets &+ typeLength)
        return Ethernet.typeOrLength(type, &cursor)
    }
}
