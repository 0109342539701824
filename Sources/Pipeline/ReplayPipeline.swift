import Exporter
import FlowTable
import NetTypes
import PacketDecode
import Synchronization

/// A whole run over a finite input: source, decode, table, output. The result is the same whatever the number of workers.
///
/// Each worker takes the next chunk of packets, decodes it, and applies it to each stripe when that stripe's turn has
/// come to this chunk; chunks leave in input order. With one worker no thread is made and no turn is ever waited for.
package final class ReplayPipeline: Sendable {
    /// How the run is done.
    package struct Configuration {
        /// Timeouts and budget.
        package var table = FlowTableConfiguration()
        /// Threads that decode and count, at least 1.
        package var workers = 1
        /// What keeps tenants apart.
        package var segmentRule = PacketDecoder.SegmentRule.auto
        /// What is done about tunnels.
        package var tunnels = TunnelPolicy()
        /// Whether checksums are checked.
        package var checksums = false
        /// Octets of the longest packet that the link took; nil: not known.
        package var mtu: UInt32?
        /// Fills in what the table does not know, such as zones, before any sink sees a record.
        package var annotate: ((inout MutableSpan<FlowRecord>) -> Void)?

        /// One worker, defaults throughout.
        package init() {}

        fileprivate var inspection: PacketInspection {
            var inspection = PacketInspection()
            inspection.identityKeys = table.identityKeys
            inspection.checksums = checksums
            inspection.mtu = mtu
            return inspection
        }
    }

    /// What a run did; see design semantics 6 for the sums.
    package struct Result: Sendable {
        /// Outcomes of packets.
        package var tallies: DecodeTallies
        /// What the flow table did.
        package var counters: FlowTableCounters
        /// Time of the first packet of the input; nil without packets.
        package var firstPacket: Nanoseconds?
        /// The packet clock at the end.
        package var packetClock: Nanoseconds
        /// Steps of the packet clock.
        package var clockSteps: UInt64
        /// Whether the run was asked to stop before the end of input.
        package var interrupted: Bool
        /// Sinks that failed.
        package var failures: [ExportError]
    }

    private struct Reading {
        var reader: ChunkReader
        var ended = false
    }

    private struct Fragments {
        var table: FragmentTable
        /// Chunk whose fragments come next, and later chunks that turned out to have none.
        var turn = 0
        var passed: Set<Int> = []
    }

    private struct Output {
        var turn = 0
        var ready: [Int: Chunk] = [:]
        var isBusy = false
    }

    private let table: FlowTable
    private let reading: Mutex<Reading>
    private let free: Mutex<[Chunk]>
    private let fragments: Mutex<Fragments>
    private let output = Mutex(Output())
    private let tallies = Mutex(DecodeTallies())
    private let stage: OutputStage
    private let turns: [Turn]
    private let stopRequested = Atomic(false)
    private let workers: Int
    private let segmentRule: PacketDecoder.SegmentRule
    private let tunnels: TunnelPolicy
    private let inspection: PacketInspection
    /// Packets taken from the source so far, for a progress display.
    package let packetsRead = Atomic<UInt64>(0)

    /// The chunk that a stripe waits for. A class of its own so that stripes do not share a cache line.
    private final class Turn: Sendable {
        let sequence = Atomic(0)
    }

    /// A run of `source` into `sinks`.
    package init(configuration: Configuration, source: any PacketSource, sinks: [any RecordSink]) {
        table = FlowTable(configuration: configuration.table)
        workers = max(1, configuration.workers)
        segmentRule = configuration.segmentRule
        tunnels = configuration.tunnels
        inspection = configuration.inspection
        stage = OutputStage(sinks: sinks, annotate: configuration.annotate)
        turns = (0..<FlowTable.stripeCount).map { _ in Turn() }
        let chunkCount = workers == 1 ? 1 : workers * 4
        free = Mutex((0..<chunkCount).map { _ in Chunk(tunnels: configuration.tunnels.rule) })
        reading = Mutex(
            Reading(reader: ChunkReader(source: source, reorderSlack: configuration.table.reorderSlack)))
        fragments = Mutex(
            Fragments(
                table: FragmentTable(
                    hashKey: configuration.table.stripeKey, patience: configuration.table.reorderSlack)))
    }

    /// Asks the run to end as if the input had ended: what was read is counted and exported. Callable from anywhere.
    package func requestStop() { stopRequested.store(true, ordering: .relaxed) }

    /// Does the whole run and returns when every sink has finished. `beforeFinish` hears of the counts when all records
    /// have been handed out, before the sinks are ended.
    package func run(beforeFinish: (Result) -> Void = { _ in }) -> Result {
        WorkerThreads.run(count: workers) { self.work() }
        let (clock, lastFrame, firstTime) = reading.withLock {
            ($0.reader.clock, $0.reader.lastFrame, $0.reader.firstTime)
        }
        countWaitingFragments(at: lastFrame)
        stage.handOn(packetClock: clock.now)
        table.flush(now: clock.now, at: lastFrame) { records in
            stage.consume(records, packetClock: clock.now)
        }
        var sums = tallies.withLock { $0 }
        fragments.withLock { $0.table.add(to: &sums) }
        var result = Result(
            tallies: sums, counters: table.counters, firstPacket: firstTime, packetClock: clock.now,
            clockSteps: clock.steps, interrupted: stopRequested.load(ordering: .relaxed), failures: stage.failures)
        beforeFinish(result)
        stage.finish(packetClock: clock.now)
        result.failures = stage.failures
        return result
    }

    /// One worker, from the first chunk it gets to the end of input.
    private func work() {
        var decoder = PacketDecoder(segmentRule: segmentRule, tunnels: tunnels, inspection: inspection)
        while let chunk = nextChunk() {
            decoder.decode(chunk.packets, into: chunk.facts)
            resolveFragments(chunk)
            table.partition(chunk.facts, into: &chunk.partition)
            let checkpoint = chunk.checkpoint
            for stripe in 0..<FlowTable.stripeCount { count(chunk, stripe, checkpoint) }
            deliver(chunk)
        }
        let own = decoder.tallies
        tallies.withLock { $0.add(own) }
    }

    /// The next packets of the input, nil at its end.
    private func nextChunk() -> Chunk? {
        var backoff = Backoff()
        while true {
            if let chunk = free.withLock({ $0.popLast() }) {
                chunk.reset()
                if fill(chunk) { return chunk }
                free.withLock { $0.append(chunk) }
                return nil
            }
            backoff.wait()
        }
    }

    private func fill(_ chunk: Chunk) -> Bool {
        reading.withLockGivingWay { reading in
            if reading.ended || stopRequested.load(ordering: .relaxed) || !reading.reader.fill(chunk) {
                reading.ended = true
                return false
            }
            packetsRead.store(reading.reader.lastFrame, ordering: .relaxed)
            return true
        }
    }

    /// Gives later fragments the flow of their first one, chunk by chunk in input order. A chunk without fragments and
    /// without a sweep waits for nobody.
    private func resolveFragments(_ chunk: Chunk) {
        let sequence = chunk.sequence
        // Before flows are swept, fragments that have waited too long are let go.
        let expiry = chunk.checkpoint.flatMap { checkpoint in
            checkpoint.sweep == nil
                ? nil : FragmentTable.Expiry(frame: checkpoint.frame, clock: checkpoint.clock)
        }
        let mustWait = chunk.facts.fragments > 0 || expiry != nil
        var backoff = Backoff()
        while true {
            let done = fragments.withLockGivingWay { state in
                guard state.turn == sequence else {
                    if !mustWait { state.passed.insert(sequence) }
                    return !mustWait
                }
                if mustWait { state.table.resolve(chunk.facts, expiry: expiry) }
                state.turn += 1
                while state.passed.remove(state.turn) != nil { state.turn += 1 }
                return true
            }
            if done { return }
            backoff.wait()
        }
    }

    /// Counts the fragments that wait for a first one in vain, when there are no packets left.
    private func countWaitingFragments(at frame: UInt64) {
        guard fragments.withLock({ $0.table.waiting > 0 }) else { return }
        let chunk = Chunk(tunnels: tunnels.rule)
        fragments.withLock { $0.table.letGoOfAll(into: chunk.facts, at: frame) }
        table.partition(chunk.facts, into: &chunk.partition)
        for stripe in 0..<FlowTable.stripeCount { apply(chunk, stripe, 0..<chunk.partition.count(stripe)) }
        stage.consume(chunk.outputs, checkpointClock: nil)
    }

    /// Counts a chunk's packets of one stripe, when it is this chunk's turn there, and sweeps if one is due.
    private func count(_ chunk: Chunk, _ stripe: Int, _ checkpoint: Chunk.Checkpoint?) {
        var backoff = Backoff()
        while turns[stripe].sequence.load(ordering: .acquiring) != chunk.sequence { backoff.wait() }
        let output = chunk.outputs[stripe]
        let count = chunk.partition.count(stripe)
        if let checkpoint, let sweep = checkpoint.sweep {
            let before =
                checkpoint.hasPacketsAfter
                ? chunk.partition.count(stripe, of: chunk.facts, upTo: checkpoint.frame) : count
            apply(chunk, stripe, 0..<before)
            output.sweepStart = output.buffer.count
            table.sweep(stripe: stripe, now: sweep.now, at: checkpoint.frame, all: sweep.all, output: output.buffer)
            output.sweepEnd = output.buffer.count
            apply(chunk, stripe, before..<count)
        } else {
            // Without a sweep the packets go in one piece, and their records tell which side they belong to.
            apply(chunk, stripe, 0..<count)
            if let checkpoint { output.divide(after: checkpoint.frame) }
        }
        turns[stripe].sequence.store(chunk.sequence + 1, ordering: .releasing)
    }

    private func apply(_ chunk: Chunk, _ stripe: Int, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        table.apply(
            chunk.facts, chunk.partition, stripe: stripe, range: range, packets: chunk.packets,
            output: chunk.outputs[stripe].buffer)
    }

    /// Hands a chunk's records to the output stage in input order. Whoever is there first serves those who come early.
    private func deliver(_ chunk: Chunk) {
        var current = chunk
        let mine = output.withLockGivingWay { state in
            if state.isBusy || state.turn != chunk.sequence {
                state.ready[chunk.sequence] = chunk
                return false
            }
            state.isBusy = true
            return true
        }
        guard mine else { return }
        while true {
            stage.consume(current.outputs, checkpointClock: current.checkpoint?.clock)
            let finished = current
            free.withLock { $0.append(finished) }
            let next = output.withLockGivingWay { state -> Chunk? in
                state.turn += 1
                let next = state.ready.removeValue(forKey: state.turn)
                if next == nil { state.isBusy = false }
                return next
            }
            guard let next else { return }
            current = next
        }
    }
}
