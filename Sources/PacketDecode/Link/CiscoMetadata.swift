/// Cisco metadata (EtherType 0x8909): a security group tag between the Ethernet header and the real EtherType.
///
///     +---------+--------+------------------------+-----------+
///     | version | length | options, 4 octets each | EtherType |
///     +---------+--------+------------------------+-----------+
///          1        1          length times 4           2
///
/// No public specification: as Cisco's switches write it, checked against captures.
enum CiscoMetadata {
    private static let fixedLength = 2
    private static let optionLength = 4
    private static let typeLength = 2

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= fixedLength else { return .undecodable(.linkHeaderCut) }
        let octets = fixedLength &+ Int(cursor.u8(1)) &* optionLength
        guard cursor.remaining >= octets &+ typeLength else { return .undecodable(.linkHeaderCut) }
        let type = cursor.u16(octets)
        cursor.skip(octets &+ typeLength)
        return Ethernet.typeOrLength(type, &cursor)
    }
}
