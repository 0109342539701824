/// Anything in anything (draft-massar-v6ops-ayiya), UDP port 5072.
///
///     | id length (4), id type (4) | signature words (4), hash (4) | authentication (4), operation (4) | next header (8) |
///     | epoch (32) |
///     | identity (2 to the power of the id length octets) | signature |
enum AYIYA {
    private static let fixedLength = 8
    private static let forward: UInt8 = 1

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        guard cursor.remaining >= fixedLength, cursor.u8(2) & 0x0F == forward else { return .flow }
        let length = fixedLength &+ 1 << Int(cursor.u8(0) >> 4) &+ Int(cursor.u8(1) >> 4) &* 4
        guard cursor.remaining > length else { return .flow }
        let next = cursor.u8(3)
        guard next == 41 || next == 4 else { return .flow }
        let rest = Int(packet.payloadOctets) &- length
        guard InnerPacket.stands(at: length, version: next == 41 ? 6 : 4, within: rest, cursor) else { return .flow }
        guard path.enter(.ayiya, &packet) else { return .flow }
        cursor.skip(length)
        return .ip
    }
}
