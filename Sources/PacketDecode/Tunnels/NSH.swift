/// Network service header (RFC 8300): what steers a packet through a chain of services. Passed: it has no addresses, so
/// that it is no tunnel by itself.
///
///     |ver|O|U| TTL (6) | words (6) |U|U|U|U| metadata type (4) | next protocol (8) |
///     | service path (24)                              | service index (8)          |
///     | context …                                                                  |
enum NSH {
    private static let smallestLength = 8
    private static let isMaintenance: UInt16 = 0x2000
    private static let etherType: UInt16 = 0x894F

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= smallestLength else { return .undecodable(.linkHeaderCut) }
        let first = cursor.u16(0)
        let length = Int(first & 0x3F) &* 4
        guard first >> 14 == 0, first & isMaintenance == 0, length >= smallestLength else {
            return .notAFlow(etherType: etherType)
        }
        guard cursor.remaining >= length else { return .undecodable(.linkHeaderCut) }
        let next = cursor.u8(3)
        cursor.skip(length)
        switch next {
        case 1: return .etherType(0x0800)
        case 2: return .etherType(0x86DD)
        case 3: return .link(1)
        case 4: return .etherType(etherType)
        case 5: return .etherType(0x8847)
        default: return .notAFlow(etherType: etherType)
        }
    }
}
