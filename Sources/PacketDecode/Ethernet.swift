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

    /// Reads both addresses, and nothing else, for link layers that put something between them and the EtherType. False
    /// when they are cut.
    @_lifetime(cursor: copy cursor)
    static func readAddresses(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Bool {
        guard cursor.remaining >= type else { return false }
        let first = cursor.u64(0)
        packet.destinationMAC = first >> 16
        packet.sourceMAC = (first & 0xFFFF) << 32 | UInt64(cursor.u32(sourceLow))
        packet.flags.insert(.macs)
        cursor.skip(type)
        return true
    }

    /// Whether an Ethernet header with a well-known EtherType stands `place` octets from here: for what does not say
    /// that it carries frames.
    static func looksLikeFrame(_ cursor: borrowing Cursor, at place: Int) -> Bool {
        guard cursor.remaining >= place &+ headerLength else { return false }
        switch cursor.u16(place &+ type) {
        case 0x0800, 0x0806, 0x86DD, 0x8100, 0x88A8, 0x8847, 0x8863, 0x8864, 0x88CC, 0x888E: return true
        default: return false
        }
    }

    /// What follows a type-or-length field: an EtherType, or LLC in as many octets as the length says.
    @inline(__always)
    static func typeOrLength(_ value: UInt16, _ cursor: inout Cursor) -> Layer {
        if value >= smallestType { return .etherType(value) }
        cursor.truncate(to: Int(value))
        return .llc
    }
}
