/// Which flow a tunnelled packet is counted in.
package enum TunnelRule: String, Sendable, CaseIterable {
    /// That of what the tunnel carries; the outer header becomes attributes of it.
    case inner
    /// That of the tunnel itself: none is followed.
    case outer
    /// Both: the inner flow, and the outermost tunnel's, in which the packet is counted a second time.
    case both
}

/// What is done about tunnels.
package struct TunnelPolicy: Sendable, Equatable {
    /// Tunnels followed in one packet unless told otherwise.
    package static let defaultDepthLimit = 8
    /// What the limit may be at most: more would be beyond the number of headers that are followed at all.
    package static let largestDepthLimit = 16

    /// Which flow a tunnelled packet is counted in.
    package var rule: TunnelRule
    /// Tunnels followed in one packet, 1 to 16: what is deeper is in the flow of the deepest one followed, and counted.
    package var depthLimit: Int

    /// A policy; without arguments, inner flows as deep as is usual.
    package init(rule: TunnelRule = .inner, depthLimit: Int = defaultDepthLimit) {
        precondition((1...Self.largestDepthLimit).contains(depthLimit))
        self.rule = rule
        self.depthLimit = depthLimit
    }
}

/// The tunnels that the decoder has entered in the packet at hand.
///
/// A tunnel's decoder reads its header and then enters it, which sets the outer flow's facts aside. Should nothing with
/// an IP header come to light inside, the packet is the outer flow's.
struct TunnelPath {
    /// The tunnel that the decoder is in.
    private(set) var current = TunnelFacts()
    /// The virtual network's id, if there is one.
    private(set) var network: UInt32?
    /// The flow of the outermost tunnel, and that tunnel; hold while inside one, under `TunnelRule.both`.
    private(set) var outermost = PacketFacts()
    private(set) var outermostTunnel = TunnelFacts()
    /// The clock of the last ERSPAN header of type III entered, if there was one; holds while inside a tunnel.
    private(set) var clock: MirrorClock?
    /// What the flow is itself a tunnel of, when its contents cannot be read.
    var opaque: OpaqueTunnel?
    private let rule: TunnelRule
    private let depthLimit: UInt8
    // As it was before the last tunnel was entered.
    private var outer = PacketFacts()
    private var previous = TunnelFacts()
    private var previousNetwork: UInt32?

    init(rule: TunnelRule, depthLimit: UInt8) {
        self.rule = rule
        self.depthLimit = depthLimit
    }

    /// Makes the path ready for the next packet. What is only read inside a tunnel stays as it is.
    @inline(__always)
    mutating func begin() {
        current.depth = 0
        network = nil
        opaque = nil
    }

    /// Whether any tunnel was entered.
    var isInside: Bool { current.depth != 0 }

    /// Enters a tunnel. False when it is not to be followed: the flow then is the outer one.
    ///
    /// `identifier` is the attribute. `network` keeps tenants apart (design semantics 1); nil leaves that to an outer tunnel.
    /// `carriesFrames` says that an Ethernet or 802.11 frame comes next, whose tags replace those around the tunnel.
    mutating func enter(
        _ kind: TunnelKind, identifier: UInt32 = 0, network: UInt32? = nil, carriesFrames: Bool = false,
        _ packet: inout PacketFacts
    ) -> Bool {
        // Not behind the first of a datagram's fragments either: its later ones cannot follow into the tunnel.
        if rule == .outer { return false }
        if packet.flags.contains(.firstFragment) {
            packet.note(.tunnelFragment)
            return false
        }
        guard current.depth < depthLimit else {
            packet.note(.tunnelTooDeep)
            return false
        }
        // Not in `begin`, which every packet pays for.
        if current.depth == 0 { clock = nil }
        outer = packet
        previous = current
        previousNetwork = self.network
        current.sourceHigh = packet.addressAHigh
        current.sourceLow = packet.addressALow
        current.destinationHigh = packet.addressBHigh
        current.destinationLow = packet.addressBLow
        if packet.ipVersion == 4 {
            current.sourceLow |= Self.mappedPrefix
            current.destinationLow |= Self.mappedPrefix
        }
        current.identifier = identifier
        current.kind = kind.rawValue
        current.depth &+= 1
        current.direction = 0
        if rule == .both, current.depth == 1 {
            outermost = packet
            outermostTunnel = current
        }
        if let network { self.network = network }
        packet.forgetFlow(andTags: carriesFrames)
        return true
    }

    /// Notes what the tunnel entered last says about the mirrored port.
    mutating func setDirection(_ direction: MirrorDirection) { current.direction = direction.rawValue }

    /// Notes what the tunnel entered last says about its time stamps: the header's two bits.
    mutating func setClock(_ granularity: UInt32) {
        clock = MirrorClock(rawValue: UInt8(truncatingIfNeeded: granularity & 3))
    }

    /// Goes back to the outer flow when what the last tunnel carried turned out to have none.
    mutating func leave(isDamaged: Bool, _ packet: inout PacketFacts) {
        let anomalies = packet.anomalies
        packet = outer
        packet.anomalies |= anomalies
        if isDamaged { packet.note(.innerHeaderDamaged) }
        current = previous
        network = previousNetwork
    }

    /// ::ffff:0:0/96, second word.
    private static let mappedPrefix: UInt64 = 0xFFFF_0000_0000
}

extension PacketFacts {
    /// Makes the facts ready for the flow inside a tunnel. What is about the packet as a whole stays; so do the link
    /// layer's addresses, and its tags unless a frame comes.
    fileprivate mutating func forgetFlow(andTags: Bool) {
        addressAHigh = 0
        addressALow = 0
        addressBHigh = 0
        addressBLow = 0
        keyWord = PacketFacts.domainBits(domain)
        networkOctets = 0
        payloadOctets = 0
        tcpSequence = 0
        tcpAcknowledgement = 0
        tcpFlags = 0
        fragmentIdentification = 0
        icmpTypeCode = 0
        var kept = Flags.macs.rawValue | Flags.vlan.rawValue | Flags.segment.rawValue
        if andTags {
            kept = Flags.macs.rawValue
            vlan = 0
            segment = 0
            tags = 0
        }
        flags.rawValue &= kept
    }
}
