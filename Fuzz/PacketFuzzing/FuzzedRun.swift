import FlowTable
import Labels
import NetTypes
import PacketDecode

/// One run of the packet path as the pipeline does it, with one worker and small batches, and the sums that must hold.
struct FuzzedRun {
    /// What was wrong, as sentences.
    var mistakes: [String] = []
    /// Packets decoded.
    private(set) var packets: UInt64 = 0
    /// Records handed out.
    private(set) var records: UInt64 = 0
    /// Over the records, in output order, but for their labels.
    private(set) var checksum: UInt64 = 14_695_981_039_346_656_037
    /// Over the records' labels.
    private(set) var labelChecksum: UInt64 = 14_695_981_039_346_656_037

    // Not a multiple of the prefetch distances; several batches even in a small input.
    private static let batchSize = 50
    private static let sweepInterval = nanosecondsPerSecond / 4
    private static let sweepParts: Nanoseconds = 8

    private let input: FuzzedInput
    private let table: FlowTable
    private let isLabelled: Bool
    private let reorderSlack: Nanoseconds
    private var inspection = PacketInspection()
    private var fragments: FragmentTable
    private var clock = PacketClock()
    private var lastSweep: Nanoseconds = 0
    private var lastFrame: UInt64 = 0
    private var recordPackets: UInt64 = 0
    private var lastEnd: UInt64 = 0

    /// `isLabelled`: flows get labels, with little room for them.
    init(_ input: FuzzedInput, slotKeys: (UInt64, UInt64, UInt64), isLabelled: Bool = false) {
        var configuration = FlowTableConfiguration()
        configuration.memoryOctets = input.isSmall ? 1 : 4 << 20
        configuration.slotKeys = slotKeys
        configuration.duplicates.action = input.isRepeated ? .drop : .count
        inspection.identityKeys = configuration.identityKeys
        inspection.checksums = true
        inspection.mtu = 1500
        if isLabelled {
            configuration.labels = LabelConfiguration()
            configuration.labels?.flowsAtOnce = 4
        }
        self.isLabelled = isLabelled
        self.input = input
        table = FlowTable(configuration: configuration)
        reorderSlack = configuration.reorderSlack
        fragments = FragmentTable(hashKey: configuration.stripeKey, patience: configuration.reorderSlack)
    }

    mutating func run() {
        let source = FuzzedSource(input)
        var decoder = PacketDecoder(segmentRule: input.segmentRule, tunnels: input.tunnels, inspection: inspection)
        var stepwise = PacketDecoder(
            segmentRule: input.segmentRule, tunnels: input.tunnels, inspection: inspection, stepwise: true)
        let stepwiseFacts = FactsBatch(capacity: 2 * Self.batchSize)
        let batch = PacketBatch(capacity: Self.batchSize)
        let facts = FactsBatch(capacity: 2 * Self.batchSize)
        var partition = Partition(capacity: 2 * Self.batchSize)
        let outputs = (0..<FlowTable.stripeCount).map { _ in StripeOutput() }
        let merged = RecordBuffer()
        while source.fill(batch) {
            packets += UInt64(batch.count)
            lastFrame = batch.frameNumber(batch.count - 1)
            decoder.decode(batch, into: facts)
            stepwise.decode(batch, into: stepwiseFacts)
            checkSame(facts, stepwiseFacts)
            check(facts)
            let checkpoint = checkpoint(batch)
            let expiry = checkpoint.sweep.map {
                FragmentTable.Expiry(frame: checkpoint.frame, clock: $0.now + reorderSlack)
            }
            if facts.fragments > 0 || expiry != nil { fragments.resolve(facts, expiry: expiry) }
            table.partition(facts, into: &partition)
            apply(facts, partition, checkpoint, packets: isLabelled ? batch : nil, to: outputs)
            merged.removeAll()
            RecordMerge.merge(outputs, into: merged)
            take(merged)
        }
        let live = table.live.packets
        let dropped = table.counters.dropped.packets + table.counters.droppedTunnelCopies.packets
        let counted = decoder.tallies.flowPackets + decoder.tallies.tunnelCopies - dropped
        expect(
            "packets in flows, and again in tunnels' = in records + in live flows + waiting", counted,
            recordPackets + live + UInt64(fragments.waiting))
        facts.removeAll()
        fragments.letGoOfAll(into: facts, at: lastFrame)
        table.partition(facts, into: &partition)
        apply(facts, partition, Checkpoint(frame: lastFrame), packets: nil, to: outputs)
        merged.removeAll()
        RecordMerge.merge(outputs, into: merged)
        take(merged)
        table.flush(now: clock.now, at: lastFrame, batchSize: 7) { take($0) }
        checkSums(decoder.tallies)
        let (shortcut, registry) = (decoder.tallies, stepwise.tallies)
        expect("packets in flows, by the shortcut and stepwise", shortcut.flowPackets, registry.flowPackets)
        expect("octets in flows, by the shortcut and stepwise", shortcut.flowNetworkOctets, registry.flowNetworkOctets)
        for anomaly in Anomaly.allCases {
            let (left, right) = (shortcut.count(anomaly), registry.count(anomaly))
            expect("\(anomaly.description), by the shortcut and stepwise", left, right)
        }
    }

    /// The shortcut for common packets gives the facts that the registry's decoders give.
    private mutating func checkSame(_ shortcut: FactsBatch, _ registry: FactsBatch) {
        guard shortcut.count == registry.count, shortcut.fragments == registry.fragments else {
            mistakes.append("the shortcut and the registry's decoders disagree on what is in a flow")
            return
        }
        // SAFETY: read as octets below, which are the batches' own, and any value of which is a UInt8.
        let (left, right) = unsafe (shortcut.facts.bytes, registry.facts.bytes)
        let stride = MemoryLayout<PacketFacts>.stride
        // The last field is followed by padding.
        let used = (MemoryLayout<PacketFacts>.offset(of: \.tags) ?? 0) + 1
        for index in 0..<shortcut.count {
            let octets = (index * stride)..<(index * stride + used)
            let differs = octets.contains { octet in
                // SAFETY: as said above.
                unsafe left.unsafeLoad(fromByteOffset: octet, as: UInt8.self)
                    != right.unsafeLoad(fromByteOffset: octet, as: UInt8.self)
            }
            if differs { mistakes.append("the shortcut and the registry's decoders disagree on a packet's facts") }
        }
    }

    /// A place in the middle of a batch where the table may be swept, as in the pipeline.
    private struct Checkpoint {
        var frame: UInt64
        var sweep: (now: Nanoseconds, all: Bool)?
    }

    /// Moves the packet clock over a batch as the pipeline's reader does, and decides about the sweep in its middle.
    private mutating func checkpoint(_ batch: PacketBatch) -> Checkpoint {
        let middle = batch.count / 2
        observe(batch, 0..<(middle + 1))
        var checkpoint = Checkpoint(frame: batch.frameNumber(middle))
        let elapsed = clock.now - lastSweep
        if elapsed >= Self.sweepInterval || elapsed < 0 {
            lastSweep = clock.now
            if elapsed > 0 {
                checkpoint.sweep = (clock.now - reorderSlack, elapsed >= Self.sweepInterval * Self.sweepParts)
            }
        }
        observe(batch, (middle + 1)..<batch.count)
        return checkpoint
    }

    /// Moves the packet clock; the short way, if it is open, must come to what the long way does.
    private mutating func observe(_ batch: PacketBatch, _ indices: Range<Int>) {
        guard !indices.isEmpty else { return }
        let range = batch.timeRange(indices)
        let isPlain = clock.isPlain(earliest: range.earliest, latest: range.latest)
        var short = clock
        short.advance(to: range.latest)
        for index in indices { clock.observe(batch.timestamp(index)) }
        if isPlain && short.now != clock.now { mistakes.append("the packet clock depends on the batch") }
    }

    /// Counts and sweeps stripe by stripe, as the pipeline does with each chunk.
    private func apply(
        _ facts: FactsBatch, _ partition: borrowing Partition, _ checkpoint: Checkpoint, packets: PacketBatch?,
        to outputs: [StripeOutput]
    ) {
        for stripe in 0..<FlowTable.stripeCount {
            let output = outputs[stripe]
            let buffer = output.buffer
            output.removeAll()
            let count = partition.count(stripe)
            guard let sweep = checkpoint.sweep else {
                table.apply(
                    facts, partition, stripe: stripe, range: 0..<count, packets: packets, output: buffer)
                output.divide(after: checkpoint.frame)
                continue
            }
            let before = partition.count(stripe, of: facts, upTo: checkpoint.frame)
            table.apply(
                facts, partition, stripe: stripe, range: 0..<before, packets: packets, output: buffer)
            output.sweepStart = buffer.count
            table.sweep(stripe: stripe, now: sweep.now, at: checkpoint.frame, all: sweep.all, output: buffer)
            output.sweepEnd = buffer.count
            table.apply(
                facts, partition, stripe: stripe, range: before..<count, packets: packets, output: buffer)
        }
    }

    /// What the flow table relies on in every packet's facts.
    private mutating func check(_ batch: FactsBatch) {
        let facts = batch.facts
        var fragmentCount = 0
        for index in 0..<facts.count {
            let packet = facts[index]
            if packet.flags.contains(.firstFragment) || packet.flags.contains(.laterFragment) { fragmentCount += 1 }
            let isOrdered =
                (packet.addressAHigh, packet.addressALow) <= (packet.addressBHigh, packet.addressBLow)
            if packet.flags.contains(.notice) {
                if packet.networkOctets | packet.wireOctets | packet.payloadOctets != 0 || packet.icmpTypeCode == 0 {
                    mistakes.append("packet \(packet.frameNumber): news for a flow that look like a packet")
                }
                if !isOrdered { mistakes.append("packet \(packet.frameNumber): quoted endpoints are not in order") }
                continue
            }
            if packet.networkOctets > packet.wireOctets || packet.payloadOctets > packet.networkOctets {
                mistakes.append("packet \(packet.frameNumber): payload, layer 3 and wire octets do not nest")
            }
            if packet.networkOctets < (packet.ipVersion == 6 ? 40 : 20) {
                mistakes.append("packet \(packet.frameNumber) is in a flow without an IP header")
            }
            if !isOrdered { mistakes.append("packet \(packet.frameNumber): the endpoints are not in order") }
        }
        if fragmentCount != batch.fragments { mistakes.append("a batch's fragments are miscounted") }
    }

    /// Counts and checks records that left together.
    private mutating func take(_ buffer: RecordBuffer) {
        let found = buffer.records
        let attributes = buffer.attributes
        var walk = AttributeWalk()
        for index in 0..<found.count {
            let record = found[index]
            records += 1
            recordPackets += record.packetsForward + record.packetsReverse
            if record.endFrameNumber < lastEnd { mistakes.append("a record of flow \(record.flowId) comes too late") }
            lastEnd = record.endFrameNumber
            if !isSound(record) { mistakes.append("a record of flow \(record.flowId) contradicts itself") }
            if !record.labelIsSound || !isLabelled && record.applicationId != 0 {
                mistakes.append("the label of flow \(record.flowId) contradicts itself")
            }
            let list = walk.next(record.attributeOctets, of: attributes.count)
            if list.count != Int(record.attributeOctets) || !isLabelled && !list.isEmpty
                || !attributesAreSound(attributes, list, record)
            {
                mistakes.append("the attributes of flow \(record.flowId) are not sound")
            }
            fold(record)
            for index in list { labelChecksum = (labelChecksum ^ UInt64(attributes[index])) &* 1_099_511_628_211 }
        }
    }

    /// Whether the list is one that outputs can read, and has nothing of another protocol, or of a direction without packets.
    private func attributesAreSound(_ octets: [UInt8], _ list: Range<Int>, _ record: FlowRecord) -> Bool {
        guard AttributeList.isSound(octets.span, list) else { return false }
        var position = list.lowerBound
        while let value = AttributeList.next(octets.span, &position, end: list.upperBound) {
            let number = AttributeList.number(octets.span, value)
            switch value.attribute.origin {
            case .payload: continue
            case .tcp: if record.protocolIdentifier != 6 { return false }
            case .sctp: if record.protocolIdentifier != 132 { return false }
            }
            if (value.attribute.isReverse ? record.packetsReverse : record.packetsForward) == 0 { return false }
            switch value.attribute {
            case .tcpFastOpen, .reverseTcpFastOpen: if number > 2 { return false }
            case .mptcpVersion, .reverseMptcpVersion: if number > 15 { return false }
            default: continue
            }
        }
        return true
    }

    private func isSound(_ record: FlowRecord) -> Bool {
        record.packetsForward + record.packetsReverse > 0
            && record.endReason != .none && record.firstFrameNumber >= 1
            && record.firstFrameNumber <= record.endFrameNumber && record.endFrameNumber <= lastFrame
            && record.firstForward <= record.lastForward && record.firstReverse <= record.lastReverse
            && record.octetsForward <= record.layer2OctetsForward && record.octetsReverse <= record.layer2OctetsReverse
            && record.minimumTTLForward <= record.maximumTTLForward
            && record.minimumTTLReverse <= record.maximumTTLReverse
            && record.minimumLengthForward <= record.maximumLengthForward
            && record.minimumLengthReverse <= record.maximumLengthReverse
            && (record.packetsForward > 0 || (record.octetsForward == 0 && record.lastForward == 0))
            && (record.packetsReverse > 0 || (record.octetsReverse == 0 && record.lastReverse == 0))
            && record.retransmittedOctetsForward <= record.octetsForward
            && record.retransmittedOctetsReverse <= record.octetsReverse
            && record.handshakeRoundTrip >= 0
            && (record.presence.contains(.icmpError) == (record.icmpErrorTypeCode != 0))
            && (record.presence.contains(.icmpError) || record.icmpErrorsForward | record.icmpErrorsReverse == 0)
            && (record.presence.contains(.tunnel) || record.tunnelType | record.tunnelDepth == 0)
    }

    private mutating func fold(_ record: FlowRecord) {
        for word in [
            record.flowId, record.endFrameNumber, UInt64(record.sliceIndex), UInt64(record.endReason.rawValue),
            record.sourceHigh, record.sourceLow, record.destinationHigh, record.destinationLow,
            UInt64(record.sourcePort), UInt64(record.destinationPort), UInt64(record.protocolIdentifier),
            UInt64(record.presence.subtracting(.label).rawValue), record.octetsForward, record.octetsReverse,
            record.layer2OctetsForward,
            record.layer2OctetsReverse, record.packetsForward, record.packetsReverse,
            record.retransmittedOctetsForward, record.retransmittedOctetsReverse, UInt64(record.firstForward),
            UInt64(record.lastForward), UInt64(record.firstReverse), UInt64(record.lastReverse),
            UInt64(record.handshakeRoundTrip), UInt64(record.tcpState.rawValue), UInt64(record.service.rawValue),
            record.tunnelSourceHigh, record.tunnelSourceLow, record.tunnelDestinationHigh, record.tunnelDestinationLow,
            UInt64(record.tunnelIdForward), UInt64(record.tunnelIdReverse), UInt64(record.tunnelType),
            UInt64(record.tunnelDepth), UInt64(record.initiator.rawValue), record.sourceMAC, record.destinationMAC,
            UInt64(record.segment), UInt64(record.icmpErrorsForward), UInt64(record.icmpErrorsReverse),
            UInt64(record.icmpErrorTypeCode),
        ] {
            checksum = (checksum ^ word) &* 1_099_511_628_211
        }
        for word in [record.applicationId, UInt64(record.labelSource), UInt64(record.labelConfidence)] {
            labelChecksum = (labelChecksum ^ word) &* 1_099_511_628_211
        }
    }

    /// The sums of the accounting, as a report checks them.
    private mutating func checkSums(_ tallies: DecodeTallies) {
        let counters = table.counters
        expect("packets read = decoded", packets, tallies.packets)
        expect(
            "packets decoded = in flows + not a flow + undecodable", tallies.packets,
            tallies.flowPackets + tallies.nonFlowPackets + tallies.undecodablePackets)
        expect(
            "not a flow = by protocol + others", tallies.nonFlowPackets,
            tallies.nonFlowProtocols.reduce(tallies.otherNonFlowPackets) { $0 + $1.packets })
        expect(
            "unknown link type = by number", tallies.count(.linkTypeUnknown),
            tallies.unknownLinkTypeNumbers.reduce(0) { $0 + $1.packets })
        // What is counted a second time, in the flow of the tunnel around a packet's own, is in records too.
        let (dropped, droppedAgain) = (counters.dropped, counters.droppedTunnelCopies)
        expect("copies dropped are copies", dropped.packets, input.isRepeated ? counters.duplicates : 0)
        let counted = tallies.flowPackets + tallies.tunnelCopies - dropped.packets - droppedAgain.packets
        expect("packets in flows = counted by the table", counted, counters.packets)
        expect("packets in flows = in records", counted, recordPackets)
        expect(
            "ICMP errors that name a flow = about a known one + about another", tallies.icmpNotices,
            counters.errorsLinked + counters.errorsWithoutFlow + counters.errorsDropped)
        expect("packets in flows = in records, by the table's own count", counted, counters.recordPackets)
        let networkOctets =
            tallies.flowNetworkOctets + tallies.tunnelCopyNetworkOctets - dropped.networkOctets
            - droppedAgain.networkOctets
        expect("layer 3 octets in flows = in records", networkOctets, counters.recordNetworkOctets)
        let wireOctets =
            tallies.flowWireOctets + tallies.tunnelCopyWireOctets - dropped.wireOctets - droppedAgain.wireOctets
        expect("layer 2 octets in flows = in records", wireOctets, counters.recordWireOctets)
        expect(
            "packets counted again are packets in tunnels", tallies.tunnelCopies,
            input.tunnels.rule == .both ? TunnelKind.allCases.reduce(0) { $0 + tallies.count($1) } : 0)
        expect("flows begun = flows ended", counters.flowsBegun, counters.flowsEndedTotal)
        expect("records handed out = records counted", records, counters.records)
        expect(
            "records = ends + cuts - ends without a record", counters.records,
            counters.flowsEndedTotal + counters.slicesCutTotal - counters.endsWithoutRecord)
    }

    private mutating func expect(_ what: String, _ left: UInt64, _ right: UInt64) {
        if left != right { mistakes.append("\(what): \(left) is not \(right)") }
    }
}
