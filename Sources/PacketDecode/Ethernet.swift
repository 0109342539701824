/// Ethernet II and IEEE 802.3 (LINKTYPE_ETHERNET).
///
///      0                   6                   12      14
///     +-------------------+-------------------+-------+---
///     | destination       | source            | type  | …
///     +-------------------+-------------------+-------+---
///
/// A type below 1536 is an IEEE 802.3 length, followed by LLC (IEEE 802.3 section 3.2.6).
enum Ethernet {
    static let headerLength = 14
    private static let sourceLow = 8
    private static let type = 12
    private static let smallestType: UInt16 = 0x0600

    @inline(__always)
    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= headerLength else { return .undecodable(.linkHeaderCut) }
        // Two loads for both addresses: the first eight octets hold the destination and the source's first two.
        let first = cursor.u64(0)
        packet.destinationMAC = first >> 16
        packet.sourceMAC = (first & 0xFFFF) << 32 | UInt64(cursor.u32(sourceLow))
        packet.flags.insert(.macs)
        let type = cursor.u16(type)
        cursor.skip(headerLength)
        return typeOrLength(type, &cursor)
    }

    /// What follows a type-or-length field: an EtherType, or LLC in as many octets as the length says.
    @inline(__always)
    static func typeOrLength(_ value: UInt16, _ cursor: inout Cursor) -> Layer {
        if value >= smallestType { return .etherType(value) }
        cursor.truncate(to: Int(value))
        return .llc
    }
}
