/// MPLS (RFC 3032): a stack of labels, and below the last one whatever the label stands for, which the packet does not
/// say.
///
///     | label (20) | traffic class (3) | bottom of stack (1) | TTL (8) |
///
/// What follows is told by a heuristic: first nibble 4 or 6, IP, unless it looks more like an Ethernet frame; nibble 1,
/// a channel for maintenance (RFC 5586); nibble 0, a pseudowire's control word (RFC 4385) if an Ethernet frame with a
/// known EtherType stands behind it; else an Ethernet frame without control word if its EtherType is known.
enum MPLS {
    private static let entryLength = 4
    private static let bottom: UInt32 = 0x100
    private static let labelLimit = 32
    private static let controlWordLength = 4
    private static let etherType: UInt16 = 0x8847

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        for _ in 0..<labelLimit {
            guard cursor.remaining >= entryLength else { return .undecodable(.linkHeaderCut) }
            let entry = cursor.u32(0)
            cursor.skip(entryLength)
            if entry & bottom != 0 { return payload(&cursor) }
        }
        return .undecodable(.tooManyHeaders)
    }

    private static func payload(_ cursor: inout Cursor) -> Layer {
        guard cursor.remaining >= 1 else { return .undecodable(.linkHeaderCut) }
        let first = cursor.u8(0)
        switch first >> 4 {
        // 0x45 cannot begin a station's address: its group bit is set.
        case 4 where first == 0x45 || (first > 0x45 && !Ethernet.looksLikeFrame(cursor, at: 0)):
            return .etherType(0x0800)
        case 6 where !Ethernet.looksLikeFrame(cursor, at: 0): return .etherType(0x86DD)
        case 1 where !Ethernet.looksLikeFrame(cursor, at: 0): return .notAFlow(etherType: etherType)
        default: break
        }
        let longest = Ethernet.headerLength &+ (first >> 4 == 0 ? controlWordLength : 0)
        guard cursor.remaining >= longest else { return .undecodable(.linkHeaderCut) }
        if first >> 4 == 0, Ethernet.looksLikeFrame(cursor, at: controlWordLength) {
            cursor.skip(controlWordLength)
            return .link(1)
        }
        return Ethernet.looksLikeFrame(cursor, at: 0) ? .link(1) : .notAFlow(etherType: etherType)
    }
}
