/// IEEE 802.1Q and 802.1ad tags, stacked to any sane depth.
///
///     +--------------------+------------+
///     | PCP | DEI | VID    | type       |     16 bits each; VID is the low 12
///     +--------------------+------------+
enum VLAN {
    static let tagLength = 4
    private static let identifierMask: UInt16 = 0x0FFF

    /// The segment is the VLAN id; with two tags the outer id in bits 12...23 and the inner one in bits 0...11.
    @inline(__always)
    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= tagLength else { return .undecodable(.linkHeaderCut) }
        let type = cursor.u16(2)
        note(cursor.u16(0), &packet)
        cursor.skip(tagLength)
        return Ethernet.typeOrLength(type, &cursor)
    }

    /// Takes a tag's control information, wherever the tag was found.
    @inline(__always)
    static func note(_ control: UInt16, _ packet: inout PacketFacts) {
        let identifier = control & identifierMask
        packet.tags &+= 1
        if identifier != 0 {
            if !packet.flags.contains(.vlan) {
                packet.vlan = identifier
                packet.segment = UInt32(identifier)
                packet.flags.insert(.vlan)
                packet.flags.insert(.segment)
            } else if packet.segment <= UInt32(identifierMask) {
                packet.segment = packet.segment << 12 | UInt32(identifier)
            }
        }
    }
}
