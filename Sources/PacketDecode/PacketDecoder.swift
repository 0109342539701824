import CPlatform
import NetTypes

/// Turns a batch of packets into facts. One per worker; keeps only its tallies.
package struct PacketDecoder: Sendable {
    /// What keeps tenants with equal addresses apart (design semantics 1).
    package enum SegmentRule: String, Sendable, CaseIterable {
        /// The virtual network id of a tunnel where there is one, else the VLAN.
        case auto
        /// The VLAN.
        case vlan
        /// The virtual network id of a tunnel, and nothing where there is none.
        case vni
        /// Nothing: all tags share one address space.
        case none
    }

    /// Headers followed in one packet before it is given up.
    static let headerLimit = 40
    /// Packets whose first bytes are asked for ahead of the one being decoded.
    private static let prefetchDistance = 8

    /// What became of the packets so far.
    package var tallies = DecodeTallies()
    /// What is looked at beyond what flows need.
    let inspection: PacketInspection
    private let segmentRule: SegmentRule
    private let tunnelRule: TunnelRule
    /// Index of the observation domain of every packet.
    private let domain: UInt16
    /// Where the packet at hand is; kept, since making one costs as much as decoding a packet.
    private var path: TunnelPath
    /// The facts of the outermost tunnel's flow of the packet decoded last, under `TunnelRule.both`.
    private var tunnelCopy = PacketFacts()
    private var copiedTunnel = TunnelFacts()
    /// What the packet decoded last says to another flow, if it was an ICMP error, and where its quote was decoded.
    var notice = PacketFacts()
    var quotePath: TunnelPath
    private var hasNotice = false
    /// Link type of packets that may take the shortcut; a number that no packet has turns it off.
    private let commonLinkType: UInt32

    /// A decoder with all tallies zero, for packets of the observation domain with index `domain` (id less 1, below
    /// 32,768). `tunnels` says which flow a tunnelled packet is counted in, `inspection` what else is looked at. `stepwise` decodes every packet header by header,
    /// as tests of the shortcut do.
    package init(
        segmentRule: SegmentRule = .auto, domain: UInt16 = 0, tunnels: TunnelPolicy = TunnelPolicy(),
        inspection: PacketInspection = PacketInspection(), stepwise: Bool = false
    ) {
        precondition(domain < 0x8000)
        self.inspection = inspection
        self.segmentRule = segmentRule
        tunnelRule = tunnels.rule
        path = TunnelPath(rule: tunnels.rule, depthLimit: UInt8(truncatingIfNeeded: tunnels.depthLimit))
        quotePath = TunnelPath(
            rule: tunnels.rule == .outer ? .outer : .inner, depthLimit: UInt8(truncatingIfNeeded: tunnels.depthLimit))
        self.domain = domain
        commonLinkType = stepwise ? .max : UInt32(CommonPacket.linkType)
    }

    /// Decodes every packet of `batch` and puts the facts of those that belong to flows into `facts`, in order.
    ///
    /// `facts` is emptied first and must hold as many as the batch, with `TunnelRule.both` twice as many. Never traps and
    /// never allocates, whatever the bytes.
    package mutating func decode(_ batch: PacketBatch, into facts: FactsBatch) {
        let count = batch.count
        precondition(count <= facts.capacity / (tunnelRule == .both ? 2 : 1))
        // SAFETY: the batch's references and the facts' places are read and written below `count` only.
        let references = unsafe batch.references
        let places = unsafe facts.places
        let (commonLinkType, noSegment) = (commonLinkType, segmentRule == .none || segmentRule == .vni)
        let rest = PacketFacts.domainBits(domain)
        var filled = 0
        var fragments = 0
        let (copiesBefore, noticesBefore) = (tallies.tunnelCopies, tallies.icmpNotices)
        var sums = Sums()
        for index in 0..<count {
            if index &+ Self.prefetchDistance < count {
                // SAFETY: index + distance < count; a prefetch never faults.
                unsafe flowprobe_prefetch(references[index &+ Self.prefetchDistance].bytes)
            }
            // Field by field: a copy of the reference would be read back before its stores have left the core.
            // SAFETY: index < count; the source promises capturedLength readable bytes until the batch is refilled.
            let captured = unsafe references[index].capturedLength
            let bytes = unsafe RawSpan(_unsafeStart: references[index].bytes, byteCount: Int(captured))
            // SAFETY: index < count.
            let (linkType, wire) = unsafe (references[index].linkType, references[index].wireLength)
            // SAFETY: index < count.
            let removedTag = unsafe references[index].removedTag
            let wireOctets = UInt64(wire) &+ (removedTag == 0 ? 0 : UInt64(VLAN.tagLength))
            sums.wireOctets &+= wireOctets
            sums.capturedOctets &+= UInt64(captured)
            var more = 0
            // SAFETY: index < count, and filled <= index; all places are initialised.
            if UInt32(linkType) == commonLinkType,
                unsafe CommonPacket.decode(
                    bytes, wireLength: wire, timestamp: references[index].timestamp,
                    frameNumber: references[index].frameNumber, observationPoint: references[index].observationPoint,
                    removedTag: removedTag, noSegment: noSegment, rest: rest, into: &places[filled])
            {
                if captured != wire { tallies.add(.truncated) }
            } else {
                // SAFETY: as above.
                let isInFlow = unsafe decode(
                    bytes, linkType: linkType, wireLength: wire, timestamp: references[index].timestamp,
                    frameNumber: references[index].frameNumber, observationPoint: references[index].observationPoint,
                    removedTag: removedTag, &places[filled], &facts.tunnelPlaces[filled])
                guard isInFlow else { continue }
                // SAFETY: as above.
                let flags = unsafe places[filled].flags
                if flags.contains(.firstFragment) || flags.contains(.laterFragment) { fragments &+= 1 }
                if flags.contains(.tunnel), tunnelRule == .both { more = addCopy(to: facts, at: filled &+ 1) }
                if hasNotice {
                    if notice.flags.contains(.laterFragment) { fragments &+= 1 }
                    more &+= addNotice(to: facts, at: filled &+ 1 &+ more)
                }
            }
            // SAFETY: as above.
            sums.networkOctets &+= unsafe UInt64(places[filled].networkOctets)
            sums.flowWireOctets &+= wireOctets
            filled &+= 1 &+ more
        }
        let notices = tallies.icmpNotices &- noticesBefore
        facts.setCount(filled, fragments: fragments, notices: Int(truncatingIfNeeded: notices))
        tallies.packets &+= UInt64(count)
        tallies.flowPackets &+= UInt64(filled) &- (tallies.tunnelCopies &- copiesBefore) &- notices
        tallies.wireOctets &+= sums.wireOctets
        tallies.capturedOctets &+= sums.capturedOctets
        tallies.flowNetworkOctets &+= sums.networkOctets
        tallies.flowWireOctets &+= sums.flowWireOctets
        if inspection.isNeeded { inspect(batch, facts) }
    }

    /// What is added up for every packet: in registers during a batch.
    private struct Sums {
        var wireOctets: UInt64 = 0
        var capturedOctets: UInt64 = 0
        var networkOctets: UInt64 = 0
        var flowWireOctets: UInt64 = 0
    }

    /// Decodes one packet into `packet`, header by header as the registry says; false when it belongs to no flow.
    @inline(never)
    private mutating func decode(
        _ bytes: RawSpan, linkType: UInt16, wireLength wire: UInt32, timestamp: Nanoseconds, frameNumber: UInt64,
        observationPoint: UInt8, removedTag: UInt32, _ packet: inout PacketFacts, _ tunnel: inout TunnelFacts
    ) -> Bool {
        packet = PacketFacts()
        packet.domain = domain
        packet.timestamp = timestamp
        packet.frameNumber = frameNumber
        packet.wireOctets = wire
        packet.observationPoint = observationPoint
        var cursor = Cursor(bytes)
        if bytes.byteCount != Int(wire) {
            packet.note(bytes.byteCount < Int(wire) ? .truncated : .capturedBeyondWire)
            // What lies beyond the wire length is not the packet's.
            cursor.truncate(to: Int(wire))
        }
        if removedTag != 0 { VLAN.note(UInt16(truncatingIfNeeded: removedTag), &packet) }
        path.begin()
        let layer = Self.decodeHeaders(.link(linkType), &cursor, &packet, &path)
        // Afterwards: until here these are the octets that the cursor counts in.
        if removedTag != 0 { packet.wireOctets &+= UInt32(VLAN.tagLength) }
        hasNotice = false
        if layer.space == .flow {
            if packet.flags.contains(.firstFragment) { packet.noteTinyFragment() }
            // An ICMP header is read where it stands: the cursor is still at it.
            if packet.flags.contains(.icmp), ICMPQuote.isError(packet) {
                hasNotice = decodeQuote(cursor, network: path.network, of: packet)
            }
        }
        if packet.anomalies != 0 { addAnomalies(packet.anomalies) }
        guard layer.space == .flow else {
            addOutsideFlows(layer, linkType, packet.wireOctets)
            return false
        }
        if let opaque = path.opaque { tallies.add(opaque) }
        setSegment(path.network, &packet)
        packet.canonicalise()
        if path.isInside { addTunnel(&packet, &tunnel) }
        return true
    }

    /// Says which tunnel the flow was in, and keeps the flow of the outermost one, for which the packet may count too.
    @inline(never)
    private mutating func addTunnel(_ packet: inout PacketFacts, _ tunnel: inout TunnelFacts) {
        packet.flags.insert(.tunnel)
        tunnel = path.current
        tallies.addTunnel(kind: tunnel.kind)
        if let clock = path.clock { tallies.add(clock) }
        guard tunnelRule == .both else { return }
        tunnelCopy = path.outermost
        tunnelCopy.wireOctets = packet.wireOctets
        setSegment(nil, &tunnelCopy)
        tunnelCopy.canonicalise()
        tunnelCopy.flags.insert(.tunnelCopy)
        tunnelCopy.flags.insert(.tunnel)
        copiedTunnel = path.outermostTunnel
        // The flow is the tunnel, not in it.
        copiedTunnel.depth = 0
    }

    /// Puts the outermost tunnel's flow of the packet decoded last into `facts` at `place`; returns 1, how many that are.
    @inline(never)
    private mutating func addCopy(to facts: FactsBatch, at place: Int) -> Int {
        // SAFETY: there is room for two facts a packet, as was checked; all places are initialised.
        unsafe facts.places[place] = tunnelCopy
        unsafe facts.tunnelPlaces[place] = copiedTunnel
        tallies.tunnelCopies &+= 1
        tallies.tunnelCopyNetworkOctets &+= UInt64(tunnelCopy.networkOctets)
        tallies.tunnelCopyWireOctets &+= UInt64(tunnelCopy.wireOctets)
        return 1
    }

    /// Puts the news that the packet decoded last has for another flow into `facts` at `place`; returns 1, how many that
    /// are.
    @inline(never)
    private mutating func addNotice(to facts: FactsBatch, at place: Int) -> Int {
        // SAFETY: there is room for two facts a packet beside a copy; all places are initialised.
        unsafe facts.places[place] = notice
        tallies.icmpNotices &+= 1
        return 1
    }

    /// Makes the segment what the rule says; until here it is the VLAN.
    func setSegment(_ network: UInt32?, _ packet: inout PacketFacts) {
        switch segmentRule {
        case .vlan: return
        case .auto where network == nil: return
        case .none, .vni, .auto: break
        }
        packet.segment = 0
        packet.flags.remove(.segment)
        if segmentRule != .none, let network {
            packet.segment = network
            packet.flags.insert(.segment)
        }
    }

    /// The headers, to the end.
    static func decodeHeaders(
        _ start: Layer, _ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath
    ) -> Layer {
        var layer = start
        for _ in 0..<headerLimit {
            guard layer.hasHeader else { return finish(layer, &packet, &path) }
            layer = Registry.decode(layer, &cursor, &packet, &path)
        }
        // An IP header was read when there are network octets.
        guard packet.networkOctets != 0 else { return finish(.undecodable(.tooManyHeaders), &packet, &path) }
        // The addresses are sound: a flow of the last header followed.
        packet.note(.transportHeaderCut)
        packet.payloadOctets = 0
        return .flow
    }

    /// How decoding ended: in a flow, if there was a tunnel, since that is one itself.
    @inline(__always)
    private static func finish(_ end: Layer, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        guard end.space != .flow, path.isInside else { return end }
        path.leave(isDamaged: end.space == .undecodable, &packet)
        return .flow
    }

    /// Counts a packet that belongs to no flow.
    @inline(never)
    private mutating func addOutsideFlows(_ layer: Layer, _ linkType: UInt16, _ wire: UInt32) {
        if let nonFlow = layer.nonFlow {
            tallies.add(nonFlow)
            tallies.nonFlowWireOctets &+= UInt64(wire)
            return
        }
        let reason = UndecodableReason(rawValue: UInt8(truncatingIfNeeded: layer.value)) ?? .linkTypeUnknown
        tallies.add(reason)
        if reason == .linkTypeUnknown { tallies.addUnknownLinkType(linkType) }
    }

    @inline(never)
    private mutating func addAnomalies(_ bits: UInt16) {
        for anomaly in Anomaly.allCases where bits & (1 << UInt16(anomaly.rawValue)) != 0 { tallies.add(anomaly) }
    }
}
