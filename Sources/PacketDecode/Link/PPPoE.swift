/// PPP over Ethernet (RFC 2516). Discovery (EtherType 0x8863) carries no flows; a session (0x8864) carries PPP.
///
///     +----------------+------+------------+--------+-----
///     | version, type  | code | session id | length | PPP protocol, …
///     +----------------+------+------------+--------+-----
///            1            1         2          2
enum PPPoE {
    private static let headerLength = 6
    private static let length = 4

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= headerLength else { return .undecodable(.linkHeaderCut) }
        let octets = Int(cursor.u16(length))
        cursor.skip(headerLength)
        cursor.truncate(to: octets)
        return PPP.decodeProtocol(&cursor)
    }
}
