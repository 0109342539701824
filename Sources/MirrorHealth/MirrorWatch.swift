import FlowTable
import NetTypes
import PacketDecode

/// Looks at the packets of one mirror port, or of several whose packets belong together, for a short time: decodes them,
/// puts them into a flow table of its own, and compares each with those just before it. One thread's own.
///
/// It is a program's whole work (`flowprobe doctor`) and no part of `flowprobe run`, whose packets must not pay for it: there
/// verdicts follow from records and counters alone.
package final class MirrorWatch {
    private static let batchSize = 512
    private static let longestWait: Int32 = 50
    /// Flows of a minute: 5 million and more are not needed to judge a mirror. Beyond it the longest idle leave.
    private static let tableOctets = 64 << 20

    private struct Input {
        let source: any LivePacketSource
        var decoder: PacketDecoder
    }

    private var inputs: [Input]
    private let packets = PacketBatch(capacity: batchSize)
    private let facts = FactsBatch(capacity: batchSize)
    private var partition = Partition(capacity: batchSize)
    private var records = RecordBuffer(capacity: 1024)
    private let table: FlowTable
    private var fragments: FragmentTable
    private var clock = PacketClock()
    private var window = DuplicateWindow(span: DuplicatePolicy.usualWindow)
    private let observer: MirrorObserver
    private var compared: UInt64 = 0
    private var duplicates: UInt64 = 0
    private var lastFrame: UInt64 = 0

    /// Watches `sources`, whose packets may be of the same flows; `mtu` is the largest of their interfaces'.
    package init(_ sources: [any LivePacketSource], mtu: UInt32?) {
        // Without segments: directions in different VLANs must meet in one flow to be found out.
        var inspection = PacketInspection()
        inspection.identityKeys = PacketIdentityKeys(
            secret: .random(in: .min ... .max), place: .random(in: .min ... .max))
        inputs = sources.map {
            Input(source: $0, decoder: PacketDecoder(segmentRule: .none, inspection: inspection))
        }
        var configuration = FlowTableConfiguration()
        configuration.memoryOctets = Self.tableOctets
        configuration.stripeKey = UInt64.random(in: .min ... .max)
        // One record for each flow, however long the watch.
        configuration.activeTimeout = 86_400 * nanosecondsPerSecond
        table = FlowTable(configuration: configuration)
        fragments = FragmentTable(hashKey: configuration.stripeKey)
        observer = MirrorObserver(mtu: mtu)
    }

    /// Takes what has arrived, or waits for it a moment. Call again and again.
    package func turn() {
        if take() { return }
        for input in inputs { input.source.wait(milliseconds: Self.longestWait / Int32(max(1, inputs.count))) }
    }

    /// Brings the sources' counters up to date. Call about once a second.
    package func maintain() {
        for input in inputs { input.source.maintain() }
    }

    /// Takes the rest, until nothing can come any more by `isOver`, and lets all flows out.
    package func finish(until isOver: () -> Bool) {
        for input in inputs { input.source.stopTaking() }
        while take() || !isOver() { turn() }
        maintain()
        facts.removeAll()
        fragments.letGoOfAll(into: facts, at: lastFrame)
        countFacts()
        table.flush(now: clock.now, at: lastFrame) { hand($0) }
    }

    /// What flow records told. Whole after `finish`, and told once.
    package func takeFlows() -> FlowEvidence { observer.take() }

    /// What packets told; of the source with number `index`, but for duplicates and clock, which belong to all.
    package func packetEvidence(_ index: Int) -> PacketEvidence {
        let tallies = inputs[index].decoder.tallies
        var evidence = PacketEvidence(tallies)
        evidence.compared = compared
        evidence.duplicates = duplicates
        evidence.clockSteps = clock.steps
        return evidence
    }

    private func take() -> Bool {
        var hasTaken = false
        for index in inputs.indices {
            if inputs[index].source.fill(packets) {
                hasTaken = true
                count(index)
            }
            inputs[index].source.release()
        }
        return hasTaken
    }

    private func count(_ index: Int) {
        inputs[index].decoder.decode(packets, into: facts)
        if facts.fragments > 0 || fragments.waiting > 0 {
            fragments.resolve(facts, expiry: FragmentTable.Expiry(frame: lastFrame, clock: clock.now))
        }
        countFacts()
        compare()
        clock.observe(packets, 0..<packets.count)
        lastFrame = max(lastFrame, packets.frameNumber(packets.count - 1))
    }

    /// Puts what is in `facts` into flows.
    private func countFacts() {
        table.partition(facts, into: &partition)
        for stripe in 0..<FlowTable.stripeCount where !partition.isEmpty(stripe) {
            table.apply(facts, partition, stripe: stripe, output: records)
        }
        if records.count > 0 {
            hand(records)
            records.removeAll()
        }
    }

    /// Looks for packets that come again. Without identification, a like one is taken for a copy here, since a share of all
    /// is asked for; but for acknowledgements, which are repeated all the time.
    private func compare() {
        let batch = facts
        let (facts, identities) = (batch.facts, batch.identities)
        for packet in 0..<facts.count where !facts[packet].flags.contains(.notice) {
            switch identities[packet].kind {
            case .none, .bare: continue
            case .identified, .unidentified: break
            }
            compared += 1
            if window.judge(identities[packet], at: facts[packet].timestamp) != .new { duplicates += 1 }
        }
    }

    private func hand(_ records: RecordBuffer) { observer.observe(records.records) }
}

extension PacketEvidence {
    /// What a decoder's tallies tell.
    package init(_ tallies: DecodeTallies) {
        packets = tallies.packets
        cutBySnapLength = tallies.count(Anomaly.truncated)
        cutBeforePort = tallies.count(.networkLengthBeyondWire)
        headersCut =
            tallies.count(.transportHeaderCut) + tallies.count(.networkHeaderCut) + tallies.count(.linkHeaderCut)
            + tallies.count(.networkHeaderLengthWrong)
    }
}
