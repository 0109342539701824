/// The Internet checksum (RFC 1071), and what a wrong one means.
enum Checksum {
    /// What is said of a checksum.
    enum Verdict {
        /// It is right, or there is none where there need not be one.
        case sound
        /// The octets are not those that were sent.
        case wrong
        /// It was never computed: whoever captured the packet left that to an adapter, or an adapter merged it.
        case leftOut
        /// Not everything that it covers was captured, or lies in this packet.
        case unjudged
    }

    private static let ipv4Length = 20
    private static let ipv6Length = 40
    private static let hopByHop: UInt8 = 0
    private static let tcpLength = 20
    private static let udpLength = 8

    /// IPv4's header checksum (RFC 791), over the header at `header`.
    static func network(_ header: borrowing Cursor) -> Verdict {
        guard header.remaining >= ipv4Length else { return .unjudged }
        let length = Int(header.u8(0) & 0x0F) &* 4
        guard length >= ipv4Length, header.remaining >= length else { return .unjudged }
        if fold(sum(header, 0, length)) == 0xFFFF { return .sound }
        // No sum of a header comes to 0 after it has been inverted: somebody left the field to the adapter.
        return header.u16(10) == 0 ? .leftOut : .wrong
    }

    /// The checksum of TCP (RFC 9293 section 3.1) or UDP (RFC 768, RFC 8200 section 8.1) in the packet whose IP header stands
    /// at `header`, `transport` octets before its transport header.
    ///
    /// Linux leaves the sum of the pseudo-header in the field for the adapter to go on with, others the same without the
    /// length (segmentation offload), or nothing.
    static func transport(_ header: borrowing Cursor, at transport: Int, _ facts: PacketFacts) -> Verdict {
        guard let octets = octets(header, transport, facts), transport &+ octets <= header.remaining else {
            return .unjudged
        }
        let isTCP = facts.protocolIdentifier == 6
        let field = header.u16(transport &+ (isTCP ? 16 : 6))
        if !isTCP, field == 0 {
            // RFC 6935 allows tunnels in IPv6 what IPv4 allows all.
            return facts.ipVersion == 4 || TunnelPorts.known(facts.portA, facts.portB) != nil ? .sound : .wrong
        }
        let addresses = facts.ipVersion == 4 ? sum(header, 12, 8) : sum(header, 8, 32)
        let pseudo = addresses &+ UInt64(facts.protocolIdentifier)
        let whole = pseudo &+ UInt64(octets)
        if fold(whole &+ sum(header, transport, octets)) == 0xFFFF { return .sound }
        return field == fold(whole) || field == fold(pseudo) || field == 0 ? .leftOut : .wrong
    }

    /// Octets that the checksum covers beside the pseudo-header; nil when it cannot be judged.
    private static func octets(_ header: borrowing Cursor, _ transport: Int, _ facts: PacketFacts) -> Int? {
        guard !facts.flags.contains(.firstFragment), !facts.isLaterFragment else { return nil }
        let end: Int
        if facts.ipVersion == 4 {
            // With options, one of them may name another destination for the pseudo-header.
            guard transport == ipv4Length else { return nil }
            end = Int(header.u16(2))
        } else {
            // So may routing and destination options headers.
            let next = header.u8(6)
            let isPlain = transport == ipv6Length && next == facts.protocolIdentifier
            let isBehindHopByHop =
                next == hopByHop && header.remaining >= ipv6Length &+ 8
                && header.u8(ipv6Length) == facts.protocolIdentifier
            // Length 0 is a jumbogram's, or was left to the adapter.
            guard isPlain || isBehindHopByHop, header.u16(4) != 0 else { return nil }
            end = ipv6Length &+ Int(header.u16(4))
        }
        let octets = end &- transport
        switch facts.protocolIdentifier {
        case 6: return octets >= tcpLength ? octets : nil
        case 17:
            guard octets >= udpLength, header.remaining &- transport >= udpLength else { return nil }
            let own = Int(header.u16(transport &+ 4))
            return own >= udpLength && own <= octets ? own : nil
        default: return nil
        }
    }

    /// The sum of `count` octets from `start` on, in words of 16 bits, the last one filled up with 0. Not folded: 65,535 octets
    /// and a pseudo-header are far from an overflow.
    private static func sum(_ cursor: borrowing Cursor, _ start: Int, _ count: Int) -> UInt64 {
        var sum: UInt64 = 0
        var position = start
        let end = start &+ count
        while end &- position >= 8 {
            let word = cursor.u64(position)
            sum &+= (word >> 32) &+ (word & 0xFFFF_FFFF)
            position &+= 8
        }
        while end &- position >= 2 {
            sum &+= UInt64(cursor.u16(position))
            position &+= 2
        }
        if position < end { sum &+= UInt64(cursor.u8(position)) << 8 }
        return sum
    }

    /// The sum in 16 bits, with the carries added in.
    private static func fold(_ sum: UInt64) -> UInt16 {
        var rest = sum
        while rest > 0xFFFF { rest = (rest & 0xFFFF) &+ (rest >> 16) }
        return UInt16(truncatingIfNeeded: rest)
    }
}
