import Exporter
import FlowTable
import Foundation
import NetTypes
import Synchronization

/// One output of a live run: a sink with a queue and a thread of its own, so that none waits for another.
///
/// A sink that fails is tried again with later records; those that come in between are counted as discarded.
// SAFETY: (@unchecked) the sink is used by the destination's thread alone; all else is atomic or guarded.
package final class Destination: @unchecked Sendable {
    /// Seconds between two attempts after a failure.
    private static let retrySeconds: Nanoseconds = 5
    /// Seconds after which records that wait in a half-filled message or block are sent.
    private let flushSeconds: Double

    /// What it is called in messages and metrics.
    package let name: String
    private let sink: any RecordSink
    let queue: RecordQueue
    private let done = DispatchSemaphore(value: 0)
    private let failureText = Mutex<String?>(nil)
    /// Records given to the sink, which took them.
    package let records = Atomic<UInt64>(0)
    /// Records that came while the queue was full.
    package let discardedByQueue = Atomic<UInt64>(0)
    /// Records that came while the sink was failing, those of the batch that it failed on included.
    package let discardedByFailure = Atomic<UInt64>(0)
    /// Called on the destination's thread after each batch and each second: for counters that only the sink knows.
    private let report: (any RecordSink) -> Void

    /// A destination for `sink`, which is flushed every `flushSeconds`. `report` is called now and then on the only thread
    /// that uses the sink.
    package init(
        name: String, sink: any RecordSink, queueLimit: Int = 262_144, flushSeconds: Double = 1,
        report: @escaping (any RecordSink) -> Void = { _ in }
    ) {
        self.name = name
        self.sink = sink
        self.report = report
        self.flushSeconds = flushSeconds
        queue = RecordQueue(limit: queueLimit)
    }

    /// Why the sink fails, as a sentence; nil while it does not.
    package var failure: String? { failureText.withLock { $0 } }

    /// Records that wait.
    package var queued: Int { queue.count }

    /// Takes a batch, or counts it as discarded when there is no room, for which it waits until `deadline` of the monotonic clock
    /// if given.
    func deliver(_ batch: RecordBatch, until deadline: Nanoseconds?) {
        if !queue.offer(batch, until: deadline) {
            discardedByQueue.wrappingAdd(UInt64(batch.buffer.count), ordering: .relaxed)
        }
    }

    func start() {
        let thread = Thread { self.work() }
        thread.name = "output"
        thread.start()
    }

    /// Waits until everything has been handed to the sink and the sink has finished; false when that takes too long.
    func join(until deadline: Nanoseconds) -> Bool {
        done.wait(timeout: .now() + .nanoseconds(Int(max(0, deadline &- HostClock.monotonic)))) == .success
    }

    private func work() {
        // The host's time of day may be set back by an hour, in which nothing would be sent.
        var lastFlush = HostClock.monotonic
        var retry: Nanoseconds?
        running: while true {
            switch queue.take(within: flushSeconds) {
            case .batch(let batch):
                if let again = retry, again > HostClock.monotonic {
                    discardedByFailure.wrappingAdd(UInt64(batch.buffer.count), ordering: .relaxed)
                } else {
                    retry = attempt(batch)
                }
            case .nothing: break
            case .end: break running
            }
            if retry == nil, Double(HostClock.monotonic &- lastFlush) >= flushSeconds * 1e9 {
                lastFlush = HostClock.monotonic
                retry = note { sink throws(ExportError) in try sink.flush() } ? nil : Self.later
            }
            report(sink)
        }
        _ = note { sink throws(ExportError) in try sink.finish(packetClock: HostClock.timeOfDay) }
        report(sink)
        done.signal()
    }

    private static var later: Nanoseconds { HostClock.monotonic &+ retrySeconds * nanosecondsPerSecond }

    /// Gives the sink a batch. Returns when to try again, nil when all is well.
    private func attempt(_ batch: RecordBatch) -> Nanoseconds? {
        let buffer = batch.buffer
        let count = UInt64(buffer.count)
        let attributes = buffer.attributes
        let isTaken = note { sink throws(ExportError) in
            try sink.consume(buffer.records, attributes: attributes.span, packetClock: HostClock.timeOfDay)
        }
        if isTaken {
            records.wrappingAdd(count, ordering: .relaxed)
            return nil
        }
        discardedByFailure.wrappingAdd(count, ordering: .relaxed)
        return Self.later
    }

    private func note(_ body: (any RecordSink) throws(ExportError) -> Void) -> Bool {
        do throws(ExportError) {
            try body(sink)
            failureText.withLock { $0 = nil }
            return true
        } catch {
            failureText.withLock { $0 = error.description }
            return false
        }
    }
}
