/// Where in a packet the headers of its flow stand.
///
/// Every packet would have to carry this along for the sake of the few that are looked at again, so it is found by decoding
/// the packet once more: header by header, or at a glance where the link layer is plain Ethernet. Counts nothing.
struct HeaderWalk {
    /// Offset of the flow's IP header: of the innermost tunnel followed, where there is one.
    private(set) var network: Int?
    /// Offset of the last header that an IP protocol number led to: the transport's. Nil when it is not there.
    private(set) var transport: Int?
    /// What was read on the way; endpoint A is the sender.
    private(set) var facts = PacketFacts()
    /// How decoding ended.
    private(set) var end: Layer

    /// Decodes `bytes`, of a packet that had `wireLength` octets. `depth` is how many tunnels the flow is inside: none beyond
    /// them is followed.
    init(_ bytes: RawSpan, linkType: UInt16, wireLength: Int, depth: UInt8) {
        var cursor = Cursor(bytes)
        cursor.truncate(to: wireLength)
        facts.wireOctets = UInt32(truncatingIfNeeded: wireLength)
        var path = TunnelPath(rule: depth == 0 ? .outer : .inner, depthLimit: depth)
        end = .link(linkType)
        for _ in 0..<PacketDecoder.headerLimit where end.hasHeader {
            // A datagram on a tunnel's port is read on: what an IP protocol number led to last is the transport's header.
            if end.space == .ipProtocol { transport = cursor.offset }
            if end.isNetwork {
                network = cursor.offset
                transport = nil
            }
            end = Registry.decode(end, &cursor, &facts, &path)
        }
    }

    private static let ethernetLength = 14
    private static let tagLength = 4
    private static let ipv4Length = 20
    private static let ipv6Length = 40

    /// The offsets of the IP header and of the transport header, from 0, in a packet whose flow has `facts`. Nil when there is
    /// no IP header; the second is nil where there is no transport header, as in later fragments.
    @inline(__always)
    static func places(
        _ bytes: RawSpan, linkType: UInt16, wireLength: Int, depth: UInt8, protocolIdentifier: UInt8
    ) -> (network: Int, transport: Int?)? {
        if linkType == CommonPacket.linkType, depth == 0,
            let places = commonPlaces(bytes, wireLength, protocolIdentifier)
        {
            return places
        }
        let walk = HeaderWalk(bytes, linkType: linkType, wireLength: wireLength, depth: depth)
        guard let network = walk.network else { return nil }
        return (network, walk.facts.isLaterFragment ? nil : walk.transport)
    }

    /// The same at a glance, for Ethernet II with at most one tag, no fragment and no extension header; nil for any other.
    @inline(__always)
    private static func commonPlaces(
        _ bytes: RawSpan, _ wireLength: Int, _ protocolIdentifier: UInt8
    ) -> (network: Int, transport: Int?)? {
        let frame = Cursor(bytes)
        guard frame.remaining >= ethernetLength &+ tagLength &+ ipv4Length, frame.remaining <= wireLength else {
            return nil
        }
        let isTagged = frame.u16(12) == 0x8100
        let network = isTagged ? ethernetLength &+ tagLength : ethernetLength
        switch isTagged ? frame.u16(16) : frame.u16(12) {
        case 0x0800:
            let headerLength = Int(frame.u8(network) & 0x0F) &* 4
            guard frame.u16(network &+ 6) & 0x3FFF == 0, frame.u8(network &+ 9) == protocolIdentifier,
                headerLength >= ipv4Length, network &+ headerLength <= frame.remaining
            else { return nil }
            return (network, network &+ headerLength)
        case 0x86DD:
            guard network &+ ipv6Length <= frame.remaining, frame.u8(network &+ 6) == protocolIdentifier else {
                return nil
            }
            return (network, network &+ ipv6Length)
        default: return nil
        }
    }
}

extension Layer {
    /// Whether the cursor stands at an IP header.
    var isNetwork: Bool {
        switch space {
        case .ip: true
        case .etherType: value == 0x0800 || value == 0x86DD
        case .link:
            switch value {
            case 12, 14, 101, 228, 229: true
            default: false
            }
        default: false
        }
    }
}
