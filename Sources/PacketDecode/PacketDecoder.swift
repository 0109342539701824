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
        /// Nothing: all tags share one address space.
        case none
    }

    /// Headers followed in one packet before it is given up.
    private static let headerLimit = 40
    /// Packets whose first bytes are asked for ahead of the one being decoded.
    private static let prefetchDistance = 8

    /// What became of the packets so far.
    package var tallies = DecodeTallies()
    private let segmentRule: SegmentRule

    /// A decoder with all tallies zero.
    package init(segmentRule: SegmentRule = .auto) {
        self.segmentRule = segmentRule
    }

    /// Decodes every packet of `batch` and puts the facts of those that belong to flows into `facts`, in order.
    ///
    /// `facts` is emptied first and must hold as many as the batch. Never traps and never allocates, whatever the bytes.
    package mutating func decode(_ batch: PacketBatch, into facts: FactsBatch) {
        facts.removeAll()
        precondition(facts.capacity >= batch.count)
        var tallies = self.tallies
        let count = batch.count
        for index in 0..<count {
            if index &+ Self.prefetchDistance < count {
                // SAFETY: index + distance < count; a prefetch never faults.
                unsafe flowprobe_prefetch(batch.references[index &+ Self.prefetchDistance].bytes)
            }
            // SAFETY: index < count; the source promises capturedLength readable bytes until the batch is refilled.
            let reference = unsafe batch.references[index]
            let bytes = unsafe RawSpan(_unsafeStart: reference.bytes, byteCount: Int(reference.capturedLength))
            decode(bytes, reference, facts, &tallies)
        }
        self.tallies = tallies
    }

    @inline(__always)
    private func decode(
        _ bytes: RawSpan, _ reference: PacketReference, _ facts: FactsBatch, _ tallies: inout DecodeTallies
    ) {
        let wire = reference.wireLength &- min(reference.wireLength, UInt32(reference.fcsLength))
        tallies.packets &+= 1
        tallies.wireOctets &+= UInt64(wire)
        tallies.capturedOctets &+= UInt64(reference.capturedLength)

        var packet = Dissection(facts: PacketFacts())
        packet.facts.timestamp = reference.timestamp
        packet.facts.frameNumber = reference.frameNumber
        packet.facts.wireOctets = wire
        packet.facts.observationPoint = reference.observationPoint
        var cursor = Cursor(bytes)
        if reference.capturedLength != reference.wireLength {
            packet.note(reference.capturedLength < reference.wireLength ? .truncated : .capturedBeyondWire)
            // What lies beyond the wire length is not the packet's.
            cursor.truncate(to: Int(reference.wireLength))
        }

        var layer = Layer.link(reference.linkType)
        var headers = 0
        while true {
            layer = Registry.decode(layer, &cursor, &packet)
            switch layer.space {
            case .link, .etherType, .llc, .ip, .ipProtocol:
                headers &+= 1
                if headers < Self.headerLimit { continue }
                tallies.add(.tooManyHeaders)
            case .flow:
                if segmentRule == .none {
                    packet.facts.segment = 0
                    packet.facts.flags.remove(.segment)
                }
                packet.canonicalise()
                tallies.flowPackets &+= 1
                tallies.flowNetworkOctets &+= UInt64(packet.facts.networkOctets)
                tallies.flowWireOctets &+= UInt64(packet.facts.wireOctets)
                if packet.facts.flags.contains(.firstFragment) || packet.isLaterFragment { facts.fragments &+= 1 }
                facts.next = packet.facts
                facts.commit()
            case .notAFlow: tallies.add(.etherType(layer.value))
            case .notAFlowLLC: tallies.add(.llc(layer.value))
            case .undecodable: addUndecodable(layer.value, reference, &tallies)
            }
            break
        }
        if packet.anomalies != 0 { addAnomalies(packet.anomalies, &tallies) }
    }

    @inline(never)
    private func addUndecodable(_ value: UInt16, _ reference: PacketReference, _ tallies: inout DecodeTallies) {
        let reason = UndecodableReason(rawValue: UInt8(truncatingIfNeeded: value)) ?? .linkTypeUnknown
        tallies.add(reason)
        if reason == .linkTypeUnknown { tallies.addUnknownLinkType(reference.linkType) }
    }

    @inline(never)
    private func addAnomalies(_ bits: UInt16, _ tallies: inout DecodeTallies) {
        for anomaly in Anomaly.allCases where bits & (1 << UInt16(anomaly.rawValue)) != 0 { tallies.add(anomaly) }
    }
}
