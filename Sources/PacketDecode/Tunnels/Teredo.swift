/// IPv6 through NAT (RFC 4380 section 5.1), UDP port 3544: two optional headers, then an IPv6 packet.
///
///     | 0, 1 | octets of client id | of authentication | both | nonce (8) | confirmation (1) |
///     | 0, 0 | obfuscated port (2) | obfuscated address (4) |
///
/// Only what passes a server's or relay's well-known port is recognised; clients among themselves use any.
enum Teredo {
    private static let authentication: UInt16 = 1
    private static let authenticationLength = 13
    private static let origin: UInt16 = 0
    private static let originLength = 8

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        var rest = Int(packet.payloadOctets)
        if cursor.remaining >= authenticationLength, cursor.u16(0) == authentication {
            let length = authenticationLength &+ Int(cursor.u8(2)) &+ Int(cursor.u8(3))
            guard cursor.remaining >= length else { return .flow }
            cursor.skip(length)
            rest &-= length
        }
        if cursor.remaining >= originLength, cursor.u16(0) == origin {
            cursor.skip(originLength)
            rest &-= originLength
        }
        guard InnerPacket.stands(at: 0, version: 6, within: rest, cursor) else { return .flow }
        return path.enter(.teredo, &packet) ? .etherType(0x86DD) : .flow
    }
}
