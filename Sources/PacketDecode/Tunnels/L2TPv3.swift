/// Layer two tunnelling protocol, version 3 (RFC 3931): over IP (protocol 115), or UDP behind four octets of flags.
///
///     | session id (32) | cookie (0, 32 or 64) | sublayer (0 or 32) | frame
///
/// How long the cookie is, whether there is a sublayer, and what is carried was agreed when the session was set up. Told
/// by what is there: the first place where an Ethernet frame with a known EtherType, or PPP with its framing and IP in it,
/// begins. Anything else is a flow of the tunnel.
enum L2TPv3 {
    private static let flagsLength = 4
    private static let sessionLength = 4
    /// The longest cookie and a sublayer.
    private static let largestPlace = 12
    private static let framedIPv4: UInt32 = 0xFF03_0021
    private static let framedIPv6: UInt32 = 0xFF03_0057

    static func decodeOverUDP(_ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        guard cursor.remaining >= flagsLength else { return .flow }
        cursor.skip(flagsLength)
        return decodeOverIP(&cursor, &packet, &path)
    }

    static func decodeOverIP(_ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        guard cursor.remaining >= sessionLength else { return .flow }
        let session = cursor.u32(0)
        // Session 0 is the control connection.
        guard session != 0 else { return .flow }
        cursor.skip(sessionLength)
        var place = 0
        while place <= largestPlace {
            if cursor.remaining >= place &+ 4,
                cursor.u32(place) == framedIPv4 || cursor.u32(place) == framedIPv6
            {
                return enter(session, at: place, link: 9, &cursor, &packet, &path)
            }
            if Ethernet.looksLikeFrame(cursor, at: place) {
                return enter(session, at: place, link: 1, &cursor, &packet, &path)
            }
            place &+= 4
        }
        return .flow
    }

    private static func enter(
        _ session: UInt32, at place: Int, link: UInt16, _ cursor: inout Cursor, _ packet: inout PacketFacts,
        _ path: inout TunnelPath
    ) -> Layer {
        guard path.enter(.l2tpV3, identifier: session, carriesFrames: link == 1, &packet) else { return .flow }
        cursor.skip(place)
        return .link(link)
    }
}
