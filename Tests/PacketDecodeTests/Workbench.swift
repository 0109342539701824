import NetTypes
import PacketDecode
import Testing

/// Decodes single packets out of a buffer in which every octet that is not the packet's has the fill value.
final class Workbench {
    /// What became of a packet. Later is better.
    enum Outcome: Equatable {
        case undecodable(UndecodableReason)
        case nonFlow(NonFlowProtocol)
        case flow
    }

    struct Result {
        var outcome: Outcome
        var facts: PacketFacts?
        /// The tunnel, where the flags say that there is one.
        var tunnel: TunnelFacts?
        /// The flow of the tunnel, in which the packet counts again, and that tunnel.
        var copy: (facts: PacketFacts, tunnel: TunnelFacts)?
        /// What an ICMP error says to the flow that it is about.
        var notice: PacketFacts?
        var anomalies: Set<Anomaly>
        var tallies: DecodeTallies
    }

    private static let margin = 512
    private let batch = PacketBatch(capacity: 1)
    private let facts = FactsBatch(capacity: 2)
    private let stepwiseFacts = FactsBatch(capacity: 2)

    /// Decodes `packet`, of which the first `captured` octets were captured. As a source does, takes off `fcs` octets of
    /// frame check sequence.
    func decode(
        _ packet: [UInt8], linkType: UInt16 = 1, captured: Int? = nil, wire: Int? = nil, fcs: UInt8 = 0,
        timestamp: Nanoseconds = 1, frame: UInt64 = 1, fill: UInt8 = 0xA5,
        segmentRule: PacketDecoder.SegmentRule = .auto, domain: UInt16 = 0, removedTag: UInt16? = nil,
        tunnels: TunnelPolicy = TunnelPolicy(), inspection: PacketInspection = PacketInspection()
    ) -> Result {
        let captured = captured ?? packet.count
        let onWire = max(0, (wire ?? packet.count) - Int(fcs))
        var decoder = PacketDecoder(segmentRule: segmentRule, domain: domain, tunnels: tunnels, inspection: inspection)
        // SAFETY: the storage is as long as asked for, the packet starts one margin into it, and another follows.
        let storage = unsafe batch.storage(atLeast: captured + 2 * Self.margin)
        for index in 0..<storage.count { unsafe storage[index] = fill }
        for index in 0..<captured { unsafe storage[Self.margin + index] = packet[index] }
        // SAFETY: storage is never empty, so that it has a base address.
        let bytes = unsafe UnsafeRawPointer(storage.baseAddress!).advanced(by: Self.margin)
        batch.count = 0
        // SAFETY: the pointer is to captured octets of the batch's own storage.
        var reference = unsafe PacketReference(
            bytes: bytes.assumingMemoryBound(to: UInt8.self), timestamp: timestamp, frameNumber: frame,
            capturedLength: UInt32(fcs == 0 ? captured : min(captured, onWire)), wireLength: UInt32(onWire),
            linkType: linkType)
        reference.removedTag = removedTag.map { PacketReference.removedTagMark | UInt32($0) } ?? 0
        batch.append(reference)
        decoder.decode(batch, into: facts)
        let tallies = decoder.tallies
        var found: PacketFacts?
        if facts.count >= 1 { facts.withMutableFacts { found = $0[0] } }
        var copy: (PacketFacts, TunnelFacts)?
        var tunnel: TunnelFacts?
        var notice: PacketFacts?
        if facts.count >= 1 {
            let own = facts
            let all = own.facts
            let around = own.tunnels
            if all[0].flags.contains(.tunnel) { tunnel = around[0] }
            var extras = all.count - 1
            if extras > 0, all[extras].flags.contains(.notice) {
                notice = all[extras]
                extras -= 1
            }
            if extras == 1 { copy = (all[1], around[1]) }
            #expect(extras == 0 || extras == 1 && tunnels.rule == .both)
            #expect(tallies.icmpNotices == (notice == nil ? 0 : 1))
        }
        expectSameStepwise(found, tallies, segmentRule, domain, tunnels, inspection)
        let outcome: Outcome
        if let reason = UndecodableReason.allCases.first(where: { tallies.count($0) > 0 }) {
            outcome = .undecodable(reason)
        } else if tallies.nonFlowPackets > 0, let nonFlow = tallies.nonFlowProtocols.first {
            outcome = .nonFlow(nonFlow.protocol)
        } else {
            outcome = .flow
        }
        return Result(
            outcome: outcome, facts: found,
            tunnel: tunnel, copy: copy, notice: notice,
            anomalies: Set(Anomaly.allCases.filter { tallies.count($0) > 0 }), tallies: tallies)
    }

    /// The payload of the packet decoded last, as labels get to see it.
    var payload: [UInt8]? { payload(depth: 0) }

    /// The same for a flow that is inside so many tunnels.
    func payload(depth: UInt8) -> [UInt8]? {
        let packets = batch
        guard let range = PacketDecoder().payload(of: packets, 0, depth: depth) else { return nil }
        let octets = packets.octets(0)
        var found: [UInt8] = []
        for index in range { found.append(octets[index]) }
        return found
    }

    /// The transport header of the packet decoded last, as the flow table gets to see it.
    func transportHeader(depth: UInt8 = 0) -> TransportHeader? {
        PacketDecoder().transportHeader(of: batch, 0, depth: depth)
    }

    /// The shortcut for common packets gives what the registry's decoders give, for every packet that any test decodes.
    /// The place it writes to holds another packet's facts.
    private func expectSameStepwise(
        _ found: PacketFacts?, _ tallies: DecodeTallies, _ segmentRule: PacketDecoder.SegmentRule, _ domain: UInt16,
        _ tunnels: TunnelPolicy, _ inspection: PacketInspection
    ) {
        var decoder = PacketDecoder(
            segmentRule: segmentRule, domain: domain, tunnels: tunnels, inspection: inspection, stepwise: true)
        decoder.decode(batch, into: stepwiseFacts)
        var stepwise: PacketFacts?
        if stepwiseFacts.count >= 1 { stepwiseFacts.withMutableFacts { stepwise = $0[0] } }
        #expect(found?.octets == stepwise?.octets, "\(found?.listed ?? []) \(stepwise?.listed ?? [])")
        #expect(tallies == decoder.tallies)
    }
}

extension DecodeTallies: Equatable {
    /// As a report shows them.
    package static func == (left: Self, right: Self) -> Bool { left.listed == right.listed }

    private var listed: [String] {
        [
            "\(packets) \(wireOctets) \(capturedOctets) \(flowPackets) \(flowNetworkOctets) \(flowWireOctets)",
            "\(nonFlowPackets) \(nonFlowWireOctets) \(nonFlowProtocols.map { "\($0.protocol.code) \($0.packets)" })",
            "\(TunnelKind.allCases.map(count)) \(OpaqueTunnel.allCases.map(count)) \(tunnelCopies)",
            "\(tunnelCopyNetworkOctets) \(tunnelCopyWireOctets) \(icmpNotices) \(mergedEstimate)",
            "\(UndecodableReason.allCases.map(count)) \(Anomaly.allCases.map(count))",
        ]
    }

    /// Design semantics 6: every packet has exactly one outcome.
    var balances: Bool { packets == flowPackets + nonFlowPackets + undecodablePackets }
}

extension PacketFacts.Flags: ExpressibleByArrayLiteral {
    /// The union of `elements`.
    public init(arrayLiteral elements: Self...) { self.init(rawValue: elements.reduce(0) { $0 | $1.rawValue }) }
}

extension PacketFacts {
    /// All facts as they lie in memory, without the padding at the end.
    var octets: [UInt8] {
        // SAFETY: a trivial type's own octets; only the last field is followed by padding.
        unsafe withUnsafeBytes(of: self) { unsafe Array($0.prefix(MemoryLayout.offset(of: \Self.tags)! + 1)) }
    }

    /// Every fact by name, for comparison.
    var listed: [String] {
        [
            "A \(addressAHigh) \(addressALow) \(portA)", "B \(addressBHigh) \(addressBLow) \(portB)",
            "key \(protocolIdentifier) \(ipVersion) \(domain) \(segment)", "time \(timestamp) \(frameNumber)",
            "octets \(networkOctets) \(wireOctets) \(payloadOctets)", "tcp \(tcpSequence) \(tcpAcknowledgement)",
            "tcpFlags \(tcpFlags)", "fragment \(fragmentIdentification)", "macs \(sourceMAC) \(destinationMAC)",
            "vlan \(vlan)", "icmp \(icmpTypeCode)", "flags \(flags.rawValue)", "ttl \(timeToLive)",
            "tos \(classOfService)", "point \(observationPoint)", "anomalies \(anomalies)", "tags \(tags)",
            "hash \(hash)", "keyWord \(keyWord)",
        ]
    }
}
