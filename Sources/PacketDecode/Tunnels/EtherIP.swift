/// Ethernet in IP (RFC 3378): version 3 in the first nibble, twelve bits of zero, then a frame.
enum EtherIP {
    private static let headerLength = 2
    private static let header: UInt16 = 0x3000

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        guard cursor.remaining >= headerLength, cursor.u16(0) == header else {
            packet.note(.innerHeaderDamaged)
            return .flow
        }
        guard path.enter(.etherIP, carriesFrames: true, &packet) else { return .flow }
        cursor.skip(headerLength)
        return .link(1)
    }

    /// IP protocol 143: a frame without any header (RFC 8986 section 4.9).
    static func decodeBare(
        _ cursor: borrowing Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath
    ) -> Layer {
        path.enter(.ethernetInIP, carriesFrames: true, &packet) ? .link(1) : .flow
    }
}
