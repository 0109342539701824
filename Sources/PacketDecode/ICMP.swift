/// ICMP (RFC 792): type, code, checksum, then identifier and sequence number in queries.
///
/// A query and its answer are one flow: the key holds the query's type and the identifier. Any other type is a flow by
/// itself, told by its type (design semantics 2).
enum ICMP {
    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        ICMPKey.read(cursor, &packet) { type in
            switch type {
            case 8, 0: 8  // Echo.
            case 13, 14: 13  // Timestamp.
            case 15, 16: 15  // Information.
            case 17, 18: 17  // Address mask.
            default: nil
            }
        }
    }
}

/// ICMPv6 (RFC 4443): as ICMP, with numbers of its own.
enum ICMPv6 {
    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        ICMPKey.read(cursor, &packet) { type in
            switch type {
            case 128, 129: 128  // Echo.
            case 139, 140: 139  // Node information (RFC 4620).
            default: nil
            }
        }
    }
}

/// How ICMP and ICMPv6 messages become flow keys.
enum ICMPKey {
    private static let headerLength = 4
    private static let identifier = 4

    /// Reads type, code and identifier. `queryType` names the type of the query that a type belongs to, if it is one.
    @inline(__always)
    static func read(
        _ cursor: borrowing Cursor, _ packet: inout PacketFacts, queryType: (UInt8) -> UInt8?
    ) -> Layer {
        guard cursor.remaining >= headerLength else {
            packet.note(.transportHeaderCut)
            packet.payloadOctets = 0
            return .flow
        }
        let type = cursor.u8(0)
        packet.icmpTypeCode = UInt16(type) << 8 | UInt16(cursor.u8(1))
        packet.flags.insert(.icmp)
        packet.payloadOctets &-= min(packet.payloadOctets, UInt32(headerLength))
        if let query = queryType(type) {
            packet.portB = UInt16(query) << 8
            if cursor.remaining >= identifier + 2 {
                packet.portA = cursor.u16(identifier)
            } else {
                packet.note(.transportHeaderCut)
            }
        } else {
            packet.portB = UInt16(type) << 8
        }
        return .flow
    }
}
