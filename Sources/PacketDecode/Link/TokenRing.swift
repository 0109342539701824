/// IEEE 802.5 (LINKTYPE_IEEE802_5): access control, frame control, addresses, source routes if the source's first bit
/// says so, then LLC.
///
///     +----------------+---------------+-------------+--------+-----------------+-----
///     | access control | frame control | destination | source | routes (2 to 30) | LLC
///     +----------------+---------------+-------------+--------+-----------------+-----
///             1               1               6          6
enum TokenRing {
    private static let headerLength = 14
    private static let routed: UInt64 = 1 << 47
    private static let typeMask: UInt8 = 0xC0
    private static let typeLLC: UInt8 = 0x40
    private static let lengthMask: UInt8 = 0x1F

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= headerLength else { return .undecodable(.linkHeaderCut) }
        let control = cursor.u8(1)
        guard control & typeMask == typeLLC else { return .notAFlow(link: 6) }
        cursor.skip(2)
        guard Ethernet.readAddresses(&cursor, &packet) else { return .undecodable(.linkHeaderCut) }
        if packet.sourceMAC & routed != 0 {
            packet.sourceMAC &= ~routed
            guard cursor.remaining >= 2 else { return .undecodable(.linkHeaderCut) }
            let octets = max(2, Int(cursor.u8(0) & lengthMask))
            guard cursor.remaining >= octets else { return .undecodable(.linkHeaderCut) }
            cursor.skip(octets)
        }
        return .llc
    }
}
