import Exporter
import FlowTable
import Foundation
import NetTypes
import PacketDecode
import Synchronization

/// One thread of a live run: takes packets from its ring, decodes and counts them, and gives the ring back.
// SAFETY: (@unchecked) what is not atomic or guarded belongs to the worker's own thread.
package final class LiveWorker: @unchecked Sendable {
    /// Records are handed on when there are so many, or when the oldest has waited so long.
    private static let handOnRecords = 512
    private static let handOnAfter: Nanoseconds = 200_000_000
    private static let maintainEvery = nanosecondsPerSecond
    private static let longestWait: Int32 = 50
    /// At the end, packets that have arrived and are not handed out are waited for so long beyond the usual time, nanoseconds.
    private static let longestDebt: Nanoseconds = 1_000_000_000

    let source: any LivePacketSource
    private let pipeline: LivePipeline
    private let packets = PacketBatch(capacity: Chunk.capacity)
    private let facts: FactsBatch
    private var partition: Partition
    /// The part of `partition.leftOut` that is in `packetsLeftOut`.
    private var notedLeftOut: UInt64 = 0
    private let records = RecordBuffer(capacity: LiveWorker.handOnRecords * 2)
    private var recordsSince: Nanoseconds = 0
    private var decoder: PacketDecoder
    private var clock: WorkerClock
    private var lastMaintained: Nanoseconds

    /// Up to when everything that arrived has been counted, by the packets' clock.
    let watermark: Atomic<Nanoseconds>
    /// Monotonic time of the last turn of the loop, packets or not: what a watchdog looks at.
    package let lastTurn = Atomic<Nanoseconds>(0)
    /// Turns of the loop.
    package let turns = Atomic<UInt64>(0)
    /// Nanoseconds spent on packets, as against waiting for them.
    package let busy = Atomic<UInt64>(0)
    /// Steps of the packet clock.
    package let clockSteps = Atomic<UInt64>(0)
    /// Number of the last packet taken.
    let lastFrame = Atomic<UInt64>(0)

    /// Index of the observation domain of all its packets.
    let domain: UInt16
    /// Exponent of the selector that the next batch goes by.
    private let selector = Atomic<UInt8>(FlowSelector.all.exponent)
    private let inspectsLabels = Atomic(true)
    /// Packets that selection has left out so far.
    package let packetsLeftOut = Atomic<UInt64>(0)

    private let isIdle = Atomic(false)
    private let answered = Atomic<UInt64>(0)
    private let published = Mutex((tallies: DecodeTallies(), leftOut: SelectionSums()))
    /// What was left out of this domain by others: fragments that had waited.
    private let leftOutElsewhere = Mutex(SelectionSums())

    /// Whether the worker stays on the processor it was to stay on.
    package let isPinned = Atomic(false)
    private let processor: Int?

    init(_ input: LivePipeline.Input, _ pipeline: LivePipeline, _ inspection: PacketInspection) {
        source = input.source
        self.pipeline = pipeline
        domain = input.domain
        processor = input.processor
        decoder = PacketDecoder(
            segmentRule: input.segmentRule, domain: input.domain, tunnels: input.tunnels, inspection: inspection)
        facts = FactsBatch(capacity: Chunk.factsCapacity(input.tunnels.rule))
        partition = Partition(capacity: Chunk.factsCapacity(input.tunnels.rule))
        let (start, monotonic) = (HostClock.timeOfDay, HostClock.monotonic)
        clock = WorkerClock(start: start, monotonic: monotonic, latency: source.latency)
        watermark = Atomic(start)
        lastMaintained = monotonic
    }

    /// The whole life of the thread: until a stop is asked for and all that had arrived is counted.
    func run() {
        if let processor { isPinned.store(ProcessorPinning.pin(to: processor), ordering: .relaxed) }
        var stopAt: Nanoseconds?
        while true {
            let now = HostClock.monotonic
            lastTurn.store(now, ordering: .relaxed)
            turns.wrappingAdd(1, ordering: .relaxed)
            if source.fill(packets) {
                count(since: now)
                source.release()
            } else {
                source.release()
                watermark.store(clock.quiet(monotonic: now), ordering: .relaxed)
                if let stopAt, now >= stopAt, now >= stopAt &+ Self.longestDebt || !source.owesPackets() { break }
                idle()
            }
            if stopAt == nil, pipeline.isStopping {
                source.stopTaking()
                stopAt = now &+ source.latency
            }
            if now &- lastMaintained >= Self.maintainEvery {
                lastMaintained = now
                source.maintain()
            }
            if records.count > 0, records.count >= Self.handOnRecords || now &- recordsSince >= Self.handOnAfter {
                handOn()
            }
            pipeline.waitForSnapshot(of: self)
        }
        source.maintain()
        if records.count > 0 { handOn() }
        publish()
        isIdle.store(true, ordering: .sequentiallyConsistent)
    }

    private func count(since start: Nanoseconds) {
        decoder.decode(packets, into: facts)
        pipeline.resolveFragments(facts)
        let selector = currentSelector
        pipeline.table.partition(facts, into: &partition, selector: selector)
        let before = records.count
        // Without its packets the table has no payload to look at.
        let payloads = inspectsLabels.load(ordering: .relaxed) ? packets : nil
        for stripe in 0..<FlowTable.stripeCount where !partition.isEmpty(stripe) {
            pipeline.table.apply(facts, partition, stripe: stripe, packets: payloads, output: records)
        }
        if selector != .all { notePacketsLeftOut() }
        if before == 0 { recordsSince = start }
        let end = HostClock.monotonic
        watermark.store(clock.observe(packets, monotonic: end), ordering: .relaxed)
        lastFrame.store(packets.frameNumber(packets.count - 1), ordering: .relaxed)
        clockSteps.store(clock.steps, ordering: .relaxed)
        let spent = end &- start
        busy.wrappingAdd(UInt64(max(0, spent)), ordering: .relaxed)
        pipeline.batchTook(spent)
    }

    private func handOn() {
        pipeline.take(records)
        records.removeAll()
    }

    /// Waits for packets. Whoever wants the tallies meanwhile finds them published.
    private func idle() {
        publish()
        isIdle.store(true, ordering: .sequentiallyConsistent)
        source.wait(milliseconds: Self.longestWait)
        isIdle.store(false, ordering: .sequentiallyConsistent)
    }

    private func publish() {
        let own = (decoder.tallies, partition.leftOut)
        published.withLock { $0 = own }
    }

    // Overload: what is given up follows from a controller that looks once a second.

    /// Which flows the next batch is counted for.
    var currentSelector: FlowSelector { FlowSelector(exponent: selector.load(ordering: .relaxed)) }

    /// Takes effect with the next batch.
    func giveUp(labels: Bool, flows: FlowSelector) {
        inspectsLabels.store(!labels, ordering: .relaxed)
        selector.store(flows.exponent, ordering: .relaxed)
    }

    /// Adds what somebody else left out of this worker's domain.
    func add(leftOut sums: SelectionSums) {
        leftOutElsewhere.withLock { $0.add(sums) }
        packetsLeftOut.wrappingAdd(sums.packets.packets, ordering: .relaxed)
    }

    private func notePacketsLeftOut() {
        let now = partition.leftOut.packets.packets
        packetsLeftOut.wrappingAdd(now &- notedLeftOut, ordering: .relaxed)
        notedLeftOut = now
    }

    /// What selection had left out when it was published last.
    var leftOut: SelectionSums {
        var sums = published.withLock { $0.leftOut }
        sums.add(leftOutElsewhere.withLock { $0 })
        return sums
    }

    // Snapshots: every worker stands still between two batches, with its tallies published, until all have been read.

    /// Publishes for the snapshot with this number.
    func answer(_ number: UInt64) {
        publish()
        answered.store(number, ordering: .sequentiallyConsistent)
    }

    /// Whether the worker stands still for the snapshot with this number, or waits for packets.
    func standsStill(for number: UInt64) -> Bool {
        isIdle.load(ordering: .sequentiallyConsistent)
            || answered.load(ordering: .sequentiallyConsistent) == number
    }

    /// What was published last.
    var tallies: DecodeTallies { published.withLock { $0.tallies } }
}
