/// BSD loopback (LINKTYPE_NULL, 0) and OpenBSD loopback (LINKTYPE_LOOP, 108): a four-octet address family.
///
/// LINKTYPE_NULL writes the family in the byte order of the machine that captured, LINKTYPE_LOOP in network order. All
/// families are below 256, so that the order is plain from the value itself.
enum NullLoopback {
    private static let headerLength = 4

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= headerLength else { return .undecodable(.linkHeaderCut) }
        let raw = cursor.u32(0)
        cursor.skip(headerLength)
        let family = raw > 0xFFFF ? raw.byteSwapped : raw
        switch family {
        case 2: return .etherType(0x0800)
        case 10, 24, 28, 30: return .etherType(0x86DD)  // Linux, NetBSD and OpenBSD, FreeBSD, Darwin.
        default: return .notAFlow(etherType: UInt16(truncatingIfNeeded: family))
        }
    }

    /// OpenBSD's variant; some programs write it in host order all the same, so that both are taken.
    static func decodeOpenBSD(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        decode(&cursor, &packet)
    }
}
