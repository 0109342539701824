/// Layer two tunnelling protocol, version 2 (RFC 2661), UDP port 1701; version 3 over UDP is `L2TPv3`'s.
///
///     |T|L|*|*|S|*|O|P|*|*|*|*| version | length (L) |
///     | tunnel id             | session id           |
///     | sent (S)              | received (S)         |
///     | offset size (O)       | padding, PPP         |
enum L2TP {
    private static let headerLength = 6
    private static let isControl: UInt16 = 0x8000
    private static let hasLength: UInt16 = 0x4000
    private static let hasSequence: UInt16 = 0x0800
    private static let hasOffset: UInt16 = 0x0200
    private static let mustBeZero: UInt16 = 0x34F0
    private static let versionMask: UInt16 = 0x000F

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        guard cursor.remaining >= headerLength else { return .flow }
        let flags = cursor.u16(0)
        guard flags & isControl == 0 else { return .flow }
        if flags & versionMask == 3 { return L2TPv3.decodeOverUDP(&cursor, &packet, &path) }
        guard flags & versionMask == 2, flags & mustBeZero == 0 else { return .flow }
        let identifiers = flags & hasLength != 0 ? 4 : 2
        var length = identifiers &+ 4
        if flags & hasSequence != 0 { length &+= 4 }
        let offset = length
        if flags & hasOffset != 0 { length &+= 2 }
        guard cursor.remaining >= length else { return damaged(&packet) }
        if flags & hasOffset != 0 { length &+= Int(cursor.u16(offset)) }
        guard cursor.remaining >= length else { return damaged(&packet) }
        let identifier = cursor.u32(identifiers)
        guard path.enter(.l2tpV2, identifier: identifier, &packet) else { return .flow }
        if flags & hasLength != 0 {
            let octets = Int(cursor.u16(2))
            if octets >= length { cursor.truncate(to: octets) }
        }
        cursor.skip(length)
        return .link(9)
    }

    private static func damaged(_ packet: inout PacketFacts) -> Layer {
        packet.note(.innerHeaderDamaged)
        return .flow
    }
}
