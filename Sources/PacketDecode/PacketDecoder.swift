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
        var tallies = self.tallies
        let count = batch.count
        precondition(count <= facts.capacity)
        // SAFETY: the batch's references and the facts' places are read and written below `count` only.
        let references = unsafe batch.references
        let places = unsafe facts.places
        var filled = 0
        var fragments = 0
        for index in 0..<count {
            if index &+ Self.prefetchDistance < count {
                // SAFETY: index + distance < count; a prefetch never faults.
                unsafe flowprobe_prefetch(references[index &+ Self.prefetchDistance].bytes)
            }
            // Field by field: a copy of the reference would be read back before its stores have left the core.
            // SAFETY: index < count; the source promises capturedLength readable bytes until the batch is refilled.
            let captured = unsafe references[index].capturedLength
            let bytes = unsafe RawSpan(_unsafeStart: references[index].bytes, byteCount: Int(captured))
            // SAFETY: index < count, and filled <= index; all places are initialised.
            let isInFlow = unsafe decode(
                bytes, linkType: references[index].linkType, wireLength: references[index].wireLength,
                timestamp: references[index].timestamp, frameNumber: references[index].frameNumber,
                observationPoint: references[index].observationPoint, &places[filled], &tallies)
            guard isInFlow else { continue }
            // SAFETY: as above.
            let flags = unsafe places[filled].flags
            if flags.contains(.firstFragment) || flags.contains(.laterFragment) { fragments &+= 1 }
            filled &+= 1
        }
        facts.setCount(filled, fragments: fragments)
        self.tallies = tallies
    }

    /// Decodes one packet into `packet`; false when it belongs to no flow.
    @inline(__always)
    private func decode(
        _ bytes: RawSpan, linkType: UInt16, wireLength wire: UInt32, timestamp: Nanoseconds, frameNumber: UInt64,
        observationPoint: UInt8, _ packet: inout PacketFacts, _ tallies: inout DecodeTallies
    ) -> Bool {
        tallies.packets &+= 1
        tallies.wireOctets &+= UInt64(wire)
        tallies.capturedOctets &+= UInt64(bytes.byteCount)

        packet = PacketFacts()
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

        // The usual three headers one after the other, where the compiler sees which one it is; then any others.
        var layer = Registry.decode(.link(linkType), &cursor, &packet)
        if layer.space == .etherType { layer = Registry.decode(.etherType(layer.value), &cursor, &packet) }
        if layer.space == .ipProtocol {
            layer = Registry.decode(.ipProtocol(UInt8(truncatingIfNeeded: layer.value)), &cursor, &packet)
        }
        if layer.space != .flow { layer = decodeFurther(layer, &cursor, &packet) }
        if packet.anomalies != 0 { addAnomalies(packet.anomalies, &tallies) }
        guard layer.space == .flow else {
            addOutsideFlows(layer, linkType, wire, &tallies)
            return false
        }
        if segmentRule == .none {
            packet.segment = 0
            packet.flags.remove(.segment)
        }
        packet.canonicalise()
        tallies.flowPackets &+= 1
        tallies.flowNetworkOctets &+= UInt64(packet.networkOctets)
        tallies.flowWireOctets &+= UInt64(packet.wireOctets)
        return true
    }

    /// The headers after the usual three, to the end.
    @inline(never)
    private func decodeFurther(_ start: Layer, _ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        var layer = start
        for _ in 0..<Self.headerLimit {
            switch layer.space {
            case .link, .etherType, .llc, .ip, .ipProtocol: layer = Registry.decode(layer, &cursor, &packet)
            case .flow, .notAFlow, .notAFlowLLC, .undecodable: return layer
            }
        }
        guard packet.ipVersion != 0 else { return .undecodable(.tooManyHeaders) }
        // The addresses are sound: a flow of the last header followed.
        packet.note(.transportHeaderCut)
        packet.payloadOctets = 0
        return .flow
    }

    /// Counts a packet that belongs to no flow.
    @inline(never)
    private func addOutsideFlows(
        _ layer: Layer, _ linkType: UInt16, _ wire: UInt32, _ tallies: inout DecodeTallies
    ) {
        switch layer.space {
        case .notAFlow, .notAFlowLLC:
            tallies.add(layer.space == .notAFlow ? .etherType(layer.value) : .llc(layer.value))
            tallies.nonFlowWireOctets &+= UInt64(wire)
        default:
            let reason = UndecodableReason(rawValue: UInt8(truncatingIfNeeded: layer.value)) ?? .linkTypeUnknown
            tallies.add(reason)
            if reason == .linkTypeUnknown { tallies.addUnknownLinkType(linkType) }
        }
    }

    @inline(never)
    private func addAnomalies(_ bits: UInt16, _ tallies: inout DecodeTallies) {
        for anomaly in Anomaly.allCases where bits & (1 << UInt16(anomaly.rawValue)) != 0 { tallies.add(anomaly) }
    }
}
