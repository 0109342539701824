/// ATM as SunATM captures it (LINKTYPE_SUNATM): what the cell stream carried, reassembled.
///
///     +------------------------+-----+-----+-----
///     | direction (1) type (7) | VPI | VCI | …
///     +------------------------+-----+-----+-----
///               1                 1     2
enum SunATM {
    private static let headerLength = 4
    private static let typeMask: UInt8 = 0x0F
    private static let laneHeaderLength = 2

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= headerLength else { return .undecodable(.linkHeaderCut) }
        let type = cursor.u8(0) & typeMask
        cursor.skip(headerLength)
        switch type {
        case 2: return .llc  // RFC 2684.
        case 1:  // LAN emulation: its client's number, then an Ethernet frame.
            guard cursor.remaining >= laneHeaderLength else { return .undecodable(.linkHeaderCut) }
            cursor.skip(laneHeaderLength)
            return .link(1)
        default: return .notAFlow(link: 123)
        }
    }
}
