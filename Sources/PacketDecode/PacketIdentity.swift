/// The words that identities are hashed with.
package struct PacketIdentityKeys: Sendable {
    /// For fingerprints: random and odd, so that nobody can make packets that look alike.
    let secret: UInt64
    /// For places and paths: the same in every replay, since what finds no room in a window shows in the output.
    let place: UInt64

    /// Keys of two words, which are made odd.
    package init(secret: UInt64, place: UInt64) {
        self.secret = secret | 1
        self.place = place | 1
    }
}

/// What tells a packet from all others, and its copies from packets that were sent again: see `read`.
package struct PacketIdentity: BitwiseCopyable, Sendable, Equatable {
    /// What makes two packets with the same fingerprint one.
    package enum Kind: UInt8, BitwiseCopyable, Sendable {
        /// Nothing is known of the packet: it is not compared.
        case none
        /// It carries what its sender changes with every packet: an identification, or a TCP time stamp.
        case identified
        /// Nothing in it changes when it is sent again.
        case unidentified
        /// The same, and it is one whose like is sent again all the time: TCP without data, SYN, FIN or RST.
        case bare
    }

    /// Keyed hash of the flow's IP packet but for what forwarding changes: link layer, VLAN tags, TTL or hop limit, IPv4's
    /// header checksum. All else that was captured counts, and the observation domain.
    package var fingerprint: UInt64 = 0
    /// Keyed hash of the packet's first octets: where in a window it is looked for.
    package var place: UInt32 = 0
    /// Keyed hash of what differs between a packet and its copy elsewhere: point, Ethernet addresses, VLAN and segment, TTL,
    /// and the tunnel around it.
    package var path: UInt16 = 0
    /// What makes two packets with the same fingerprint one.
    package var kind = Kind.none

    /// Of a packet that is not compared.
    package init() {}

    /// That of the news that an ICMP error with this identity has for another flow: a copy of the error has the same, and the
    /// error itself another one.
    var ofNotice: PacketIdentity {
        var identity = self
        identity.fingerprint = ~fingerprint
        return identity
    }

    /// An identity by its parts, for tests.
    package init(fingerprint: UInt64, place: UInt32, path: UInt16, kind: Kind) {
        self.fingerprint = fingerprint
        self.place = place
        self.path = path
        self.kind = kind
    }
}

extension PacketIdentity {
    private static let tcp: UInt8 = 6
    private static let tcpHeaderLength = 20
    private static let ipv4Length = 20
    private static let ipv6Length = 40
    /// Octets from the IP header on of which `place` is made: headers of IPv6 and TCP, or more.
    private static let placeOctets = 64

    /// Reads the identity of the packet whose IP header stands at `header`, its transport header `transport` octets behind.
    ///
    /// Costs a multiplication for eight octets, and another for the first 64; allocates nothing.
    static func read(
        _ header: Cursor, transport: Int?, _ facts: PacketFacts, _ tunnel: TunnelFacts, _ keys: PacketIdentityKeys
    ) -> PacketIdentity {
        var cursor = header
        var identity = PacketIdentity()
        let isIPv4 = facts.ipVersion == 4
        guard cursor.remaining >= (isIPv4 ? ipv4Length : ipv6Length) else { return identity }
        // What follows is Ethernet's padding. 0: the adapter was to fill it in, or a jumbogram.
        let length = Int(isIPv4 ? cursor.u16(2) : cursor.u16(4))
        if length != 0 { cursor.truncate(to: isIPv4 ? length : ipv6Length &+ length) }
        guard cursor.remaining >= (isIPv4 ? ipv4Length : ipv6Length) else { return identity }
        // IPv4: TTL, protocol and checksum are in the second word; IPv6: the hop limit is the last octet of the first one.
        let first = isIPv4 ? cursor.u64(0) : cursor.u64(0) & ~0xFF
        let start = UInt64(facts.domain) << 8 | UInt64(facts.protocolIdentifier)
        hash(cursor, from: isIPv4 ? 12 : 8, first, start, keys, &identity)
        identity.path = path(facts, tunnel, keys.place)
        identity.kind = kind(cursor, transport, facts, hasIdentification: isIPv4 && cursor.u16(4) != 0)
        return identity
    }

    @inline(__always)
    private static func hash(
        _ cursor: borrowing Cursor, from: Int, _ first: UInt64, _ start: UInt64, _ keys: PacketIdentityKeys,
        _ identity: inout PacketIdentity
    ) {
        var hash = mix(mix(keys.secret, start, keys.secret), first, keys.secret)
        var place = mix(keys.place, first, keys.place)
        var position = from
        while cursor.remaining &- position >= 8 {
            let word = cursor.u64(position)
            hash = mix(hash, word, keys.secret)
            if position < placeOctets { place = mix(place, word, keys.place) }
            position &+= 8
        }
        var last: UInt64 = 0
        while position < cursor.remaining {
            last = last << 8 | UInt64(cursor.u8(position))
            position &+= 1
        }
        identity.fingerprint = mix(hash ^ UInt64(cursor.remaining), last, keys.secret)
        identity.place = UInt32(truncatingIfNeeded: place ^ place >> 32)
    }

    private static func path(_ facts: PacketFacts, _ tunnel: TunnelFacts, _ key: UInt64) -> UInt16 {
        var hash = mix(
            key, facts.sourceMAC | UInt64(facts.timeToLive) << 48 | UInt64(facts.observationPoint) << 56, key)
        hash = mix(hash, facts.destinationMAC | UInt64(facts.vlan) << 48, key)
        hash = mix(hash, UInt64(facts.segment) | UInt64(facts.tags) << 32, key)
        if facts.flags.contains(.tunnel) {
            hash = mix(hash, tunnel.sourceHigh, key)
            hash = mix(hash, tunnel.sourceLow, key)
            hash = mix(hash, tunnel.destinationHigh, key)
            hash = mix(hash, tunnel.destinationLow, key)
            hash = mix(
                hash, UInt64(tunnel.identifier) | UInt64(tunnel.kind) << 32 | UInt64(tunnel.direction) << 40, key)
        }
        return UInt16(truncatingIfNeeded: hash ^ hash >> 32)
    }

    private static func kind(
        _ cursor: borrowing Cursor, _ transport: Int?, _ facts: PacketFacts, hasIdentification: Bool
    ) -> Kind {
        if hasIdentification { return .identified }
        // IPv6: a fragment header's identification and offset.
        if facts.ipVersion == 6, facts.flags.contains(.firstFragment) || facts.flags.contains(.laterFragment) {
            return .identified
        }
        guard facts.protocolIdentifier == tcp else { return .unidentified }
        let takesPart = facts.tcpFlags & (TCPFlag.syn | TCPFlag.fin | TCPFlag.rst) != 0
        guard facts.payloadOctets > 0 || takesPart else { return .bare }
        // Acknowledgements may be repeated within a tick of the sender's clock: a time stamp tells only what has a place in
        // the sequence, which no sender repeats so soon.
        guard let transport, facts.flags.contains(.tcp) else { return .unidentified }
        return hasTimestamp(cursor, at: transport) ? .identified : .unidentified
    }

    /// Whether the TCP header at `start` has a time stamp (RFC 7323 section 3.2: kind 8, length 10).
    private static func hasTimestamp(_ cursor: borrowing Cursor, at start: Int) -> Bool {
        guard cursor.remaining &- start >= tcpHeaderLength else { return false }
        let end = min(Int(cursor.u8(start &+ 12) >> 4) &* 4, cursor.remaining &- start)
        var position = tcpHeaderLength
        while position < end {
            switch cursor.u8(start &+ position) {
            case 0: return false
            case 1: position &+= 1
            case let option:
                guard end &- position >= 2 else { return false }
                let length = Int(cursor.u8(start &+ position &+ 1))
                guard length >= 2, end &- position >= length else { return false }
                if option == 8, length == 10 { return true }
                position &+= length
            }
        }
        return false
    }

    @inline(__always)
    private static func mix(_ hash: UInt64, _ word: UInt64, _ key: UInt64) -> UInt64 {
        let product = (hash ^ word).multipliedFullWidth(by: key)
        // With the product alone, a word equal to the hash would make all that came before forgotten.
        return (product.high ^ product.low) &+ hash
    }
}
