import Exporter
import FlowTable
import Foundation
import NetTypes
import PacketDecode
import Synchronization

/// A run over live inputs: a worker for each ring, one flow table for all, a keeper that lets silent flows out, a
/// dispatcher that hands records to the destinations. Ends when it is asked to.
///
/// One flow may come from several workers, out of order: the table takes it so. Nothing downstream of the table can hold
/// a worker up: queues are bounded, and what finds no room is counted.
// SAFETY: (@unchecked) set up before `start`; what changes afterwards is atomic, guarded, or one thread's own.
package final class LivePipeline: @unchecked Sendable {
    /// Changes records before any destination sees them.
    package typealias Annotation = @Sendable (inout MutableSpan<FlowRecord>) -> Void

    /// How the run is done.
    package struct Configuration {
        /// Timeouts and budget.
        package var table = FlowTableConfiguration()
        /// Whether checksums are checked.
        package var checksums = false
        /// Fills in what the table does not know, such as zones, before any destination sees a record.
        package var annotate: Annotation?
        /// Called with the nanoseconds that each batch of packets took; on the workers' threads.
        package var batchTook: @Sendable (Nanoseconds) -> Void = { _ in }

        /// Defaults throughout.
        package init() {}
    }

    /// A ring, and what its packets belong to.
    package struct Input {
        /// Where the packets come from.
        package var source: any LivePacketSource
        /// Index of the observation domain (id less 1), below 32,768.
        package var domain: UInt16
        /// What keeps tenants apart.
        package var segmentRule: PacketDecoder.SegmentRule
        /// What is done about tunnels.
        package var tunnels: TunnelPolicy
        /// Octets of the longest packet that the interface takes; nil: not known.
        package var mtu: UInt32?
        /// The processor that the worker stays on, from 0; nil for any.
        package var processor: Int?

        /// A ring of an observation domain.
        package init(
            source: any LivePacketSource, domain: UInt16, segmentRule: PacketDecoder.SegmentRule = .auto,
            tunnels: TunnelPolicy = TunnelPolicy(), mtu: UInt32? = nil, processor: Int? = nil
        ) {
            self.source = source
            self.domain = domain
            self.segmentRule = segmentRule
            self.tunnels = tunnels
            self.mtu = mtu
            self.processor = processor
        }
    }

    /// Records between table and dispatcher: at most 64 MiB.
    private static let dispatchLimit = 262_144
    /// Slots that a sweep looks at in any case: a stripe of so few is looked through in microseconds, so that its flows
    /// leave within half a second.
    private static let sweepSlots = 4096
    /// Two parts of a sweep, of one stripe each, are so far apart: each stripe comes every half second.
    private static let sweepPause: UInt32 = 500_000 / UInt32(FlowTable.stripeCount)
    /// A packet clock that falls by more than this has been set back.
    private static let backwardStep = 60 * nanosecondsPerSecond

    let table: FlowTable
    private let reorderSlack: Nanoseconds
    private let annotation: Mutex<Annotation?>
    let batchTook: @Sendable (Nanoseconds) -> Void
    private let fragments: Mutex<FragmentTable>
    /// The destinations, in the order they were given.
    package let destinations: [Destination]
    /// The workers, in the order of the inputs.
    package private(set) var workers: [LiveWorker] = []
    private let dispatchQueue = RecordQueue(limit: LivePipeline.dispatchLimit)
    /// Records that came while the dispatcher's queue was full.
    package let discarded = Atomic<UInt64>(0)
    private let stopping = Atomic(false)
    private let over = Atomic(false)
    private let working = DispatchGroup()
    private let keeping = DispatchGroup()
    private let dispatching = DispatchGroup()
    private let snapshotLock = Mutex(())
    private let snapshotRequested = Atomic<UInt64>(0)
    private let snapshotReleased = Atomic<UInt64>(0)
    private let waitsForRoom = Mutex<Nanoseconds?>(nil)

    /// A run of `inputs` into `destinations`; nothing happens before `start`.
    package init(configuration: Configuration, inputs: [Input], destinations: [Destination]) {
        table = FlowTable(configuration: configuration.table)
        reorderSlack = configuration.table.reorderSlack
        annotation = Mutex(configuration.annotate)
        batchTook = configuration.batchTook
        fragments = Mutex(
            FragmentTable(hashKey: configuration.table.stripeKey, patience: configuration.table.reorderSlack))
        self.destinations = destinations
        // One set of keys: a copy may come from another worker than its original.
        var inspection = PacketInspection()
        inspection.identityKeys = configuration.table.identityKeys
        inspection.checksums = configuration.checksums
        workers = inputs.map { input in
            inspection.mtu = input.mtu
            return LiveWorker(input, self, inspection)
        }
    }

    /// Begins to work, on threads of its own.
    package func start() {
        for destination in destinations { destination.start() }
        thread("dispatcher", dispatching) { self.dispatch() }
        for (number, worker) in workers.enumerated() { thread("flow worker \(number)", working) { worker.run() } }
        thread("keeper", keeping) { self.keep() }
    }

    /// Ends the run: what has arrived is counted, every flow is exported, every destination finished. Destinations that
    /// need more than `seconds` for that are left behind, and named in the result.
    package func stop(within seconds: Double) -> (snapshot: LiveSnapshot, unfinished: [Destination]) {
        let deadline = HostClock.monotonic &+ Nanoseconds(seconds * 1e9)
        stopping.store(true, ordering: .sequentiallyConsistent)
        working.wait()
        keeping.wait()
        over.store(true, ordering: .sequentiallyConsistent)
        waitsForRoom.withLock { $0 = deadline }
        let watermark = watermark
        let records = RecordBuffer()
        countWaitingFragments(until: nil, into: records)
        if records.count > 0 { take(records) }
        table.flush(now: watermark, at: lastFrame) { records in
            take(records)
        }
        var snapshot = snapshot()
        // A flush reports flows and leaves them where they are.
        snapshot.liveFlows = 0
        dispatchQueue.close()
        dispatching.wait()
        return (snapshot, destinations.filter { !$0.join(until: deadline) })
    }

    /// Whether the last packet has been counted.
    package var isOver: Bool { over.load(ordering: .sequentiallyConsistent) }

    /// Takes over timeouts and annotation while packets come; nothing is lost by it.
    package func change(timeouts: FlowTableConfiguration, annotate: Annotation?) {
        table.setTimeouts(timeouts)
        annotation.withLock { $0 = annotate }
    }

    /// Has the observation domain with the index `domain` (id less 1) give up what `state` says, from the next batches on.
    package func give(up state: OverloadController.State, domain: UInt16) {
        // First the table: flows that the workers will leave out are known as cut before the first packet is.
        confirm(state, domain: domain)
        for worker in workers where worker.domain == domain {
            worker.giveUp(labels: !state.inspectsLabels, flows: state.selector)
        }
    }

    /// Marks what has begun while the workers went over to `state`; to be called about a second after `give`.
    package func confirm(_ state: OverloadController.State, domain: UInt16) {
        table.select(state.selector, domain: domain)
    }

    /// Flows that left for others so far, and flows alive.
    package var tablePressure: (evicted: UInt64, live: UInt64) { table.pressure }

    var isStopping: Bool { stopping.load(ordering: .sequentiallyConsistent) }

    private func thread(_ name: String, _ group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
        group.enter()
        let thread = Thread {
            body()
            group.leave()
        }
        thread.name = name
        thread.start()
    }

    /// Gives later fragments the flow of their first one. Only batches with fragments take the lock.
    func resolveFragments(_ facts: FactsBatch) {
        guard facts.fragments > 0 else { return }
        fragments.withLock { $0.resolve(facts) }
    }

    /// Counts the fragments that have waited too long for their first one when the clock shows `time`; nil for all that
    /// wait. The keeper's, and after it the end's. Between leaving the table and being counted they are seen by no snapshot:
    /// both happen under the lock that a snapshot takes.
    private func countWaitingFragments(until time: Nanoseconds?, into records: RecordBuffer) {
        fragments.withLock { fragments in
            guard fragments.waiting > 0 else { return }
            let (facts, frame) = (FactsBatch(capacity: 0), lastFrame)
            if let time {
                fragments.resolve(facts, expiry: FragmentTable.Expiry(frame: frame, clock: time))
            } else {
                fragments.letGoOfAll(into: facts, at: frame)
            }
            guard facts.count > 0 else { return }
            let domains = domainWorkers
            for worker in domains {
                let own = domains.count == 1 ? facts : facts.only(domain: worker.domain)
                var partition = Partition(capacity: 0)
                table.partition(own, into: &partition, selector: worker.currentSelector)
                for stripe in 0..<FlowTable.stripeCount where !partition.isEmpty(stripe) {
                    table.apply(own, partition, stripe: stripe, output: records)
                }
                worker.add(leftOut: partition.leftOut)
            }
        }
    }

    /// The first worker of each domain.
    private var domainWorkers: [LiveWorker] {
        workers.reduce(into: []) { found, worker in
            if !found.contains(where: { $0.domain == worker.domain }) { found.append(worker) }
        }
    }
}

// Records on their way out.
extension LivePipeline {
    /// Takes a copy of `records` for all destinations.
    func take(_ records: RecordBuffer) {
        let count = UInt64(records.count)
        // At the end of a run there is nobody to hold up.
        if !dispatchQueue.offer(RecordBatch(copying: records), until: waitsForRoom.withLock { $0 }) {
            discarded.wrappingAdd(count, ordering: .relaxed)
        }
    }

    private func dispatch() {
        while true {
            switch dispatchQueue.take(within: 1) {
            case .batch(let batch):
                if let annotate = annotation.withLock({ $0 }) { batch.buffer.withMutableRecords { annotate(&$0) } }
                let deadline = waitsForRoom.withLock { $0 }
                for destination in destinations { destination.deliver(batch, until: deadline) }
            case .nothing: continue
            case .end:
                for destination in destinations { destination.queue.close() }
                return
            }
        }
    }
}

// Time: what happens without packets.
extension LivePipeline {
    /// Up to when every worker has counted everything.
    private var watermark: Nanoseconds {
        workers.map { $0.watermark.load(ordering: .relaxed) }.min() ?? HostClock.timeOfDay
    }

    private var lastFrame: UInt64 { workers.map { $0.lastFrame.load(ordering: .relaxed) }.max() ?? 0 }

    /// Sweeps one stripe after the other until the run ends.
    private func keep() {
        var stripe = 0
        var last = watermark
        let records = RecordBuffer()
        var isBehind = 0
        while !isStopping {
            usleep(Self.sweepPause)
            let now = watermark
            if now < last - Self.backwardStep { isBehind = FlowTable.stripeCount }
            last = now
            countWaitingFragments(until: now, into: records)
            if isBehind > 0 {
                // The clock was set back: what was seen in its future would never be over.
                table.endAhead(stripe: stripe, of: now, at: lastFrame, output: records)
                isBehind -= 1
            } else {
                table.sweep(
                    stripe: stripe, now: now - reorderSlack, at: lastFrame, all: false, atLeast: Self.sweepSlots,
                    output: records)
            }
            stripe = (stripe + 1) % FlowTable.stripeCount
            if records.count >= 512 || stripe == 0, records.count > 0 {
                take(records)
                records.removeAll()
            }
        }
        if records.count > 0 { take(records) }
    }
}

// What others may know.
extension LivePipeline {
    /// How long a snapshot waits for workers, and they for it.
    private static let patience: Nanoseconds = 200_000_000

    /// What has been done so far. Workers stand still for the moment it takes.
    package func snapshot() -> LiveSnapshot {
        snapshotLock.withLock { _ in
            let number = snapshotRequested.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
            defer { snapshotReleased.store(number, ordering: .sequentiallyConsistent) }
            var snapshot = LiveSnapshot()
            let deadline = HostClock.monotonic + Self.patience
            snapshot.isExact = true
            for worker in workers {
                while snapshot.isExact, !worker.standsStill(for: number) {
                    usleep(50)
                    if HostClock.monotonic > deadline { snapshot.isExact = false }
                }
            }
            for worker in workers {
                let tallies = worker.tallies
                snapshot.tallies.add(tallies)
                snapshot.workerTallies.append(tallies)
                snapshot.handedOut += worker.source.status.handedOut.load(ordering: .relaxed)
                snapshot.clockSteps += worker.clockSteps.load(ordering: .relaxed)
            }
            fragments.withLock { fragments in
                for worker in workers {
                    let leftOut = worker.leftOut
                    snapshot.leftOut.add(leftOut)
                    snapshot.workerLeftOut.append(leftOut)
                }
                snapshot.counters = table.counters
                (snapshot.liveFlows, snapshot.tableOctets) = table.occupancy
                snapshot.waitingFragments = UInt64(fragments.waiting)
                fragments.add(to: &snapshot.tallies)
            }
            snapshot.watermark = watermark
            return snapshot
        }
    }

    /// Stands still while a snapshot is made, for a bounded time.
    func waitForSnapshot(of worker: LiveWorker) {
        let number = snapshotRequested.load(ordering: .sequentiallyConsistent)
        guard snapshotReleased.load(ordering: .sequentiallyConsistent) < number else { return }
        worker.answer(number)
        let deadline = HostClock.monotonic + Self.patience * 2
        while snapshotReleased.load(ordering: .sequentiallyConsistent) < number, HostClock.monotonic < deadline {
            usleep(20)
        }
    }
}
