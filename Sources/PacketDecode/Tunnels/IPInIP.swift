/// IP in IP: protocol 4 carries IPv4 (RFC 2003, RFC 2473), 41 carries IPv6 (RFC 4213, RFC 2473). No header of its own.
///
/// 6to4 (RFC 3056) is IPv6 in IPv4 with an address of 2002::/16 inside.
enum IPInIP {
    private static let source = 8
    private static let destination = 24
    private static let sixToFourPrefix: UInt16 = 0x2002

    static func decode(
        _ number: UInt8, _ cursor: borrowing Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath
    ) -> Layer {
        let isIPv6 = number == 41
        guard cursor.remaining >= 1, cursor.u8(0) >> 4 == (isIPv6 ? 6 : 4) else {
            packet.note(.innerHeaderDamaged)
            return .flow
        }
        var kind = TunnelKind.ipInIP
        if isIPv6, packet.ipVersion == 4, cursor.remaining >= IPv6.headerLength,
            cursor.u16(source) == sixToFourPrefix || cursor.u16(destination) == sixToFourPrefix
        {
            kind = .sixToFour
        }
        guard path.enter(kind, &packet) else { return .flow }
        return .etherType(isIPv6 ? 0x86DD : 0x0800)
    }
}
