import Exporter
import FlowTable
import Foundation
import Glibc
import NetTypes
import Synchronization

/// Records that have left the table, shared by all destinations and changed by none.
// SAFETY: (@unchecked) the buffer is written before the batch is made, and only read afterwards.
final class RecordBatch: @unchecked Sendable {
    let buffer: RecordBuffer

    /// A copy of `records` without room to spare: a batch may wait for long.
    init(copying records: RecordBuffer) {
        buffer = RecordBuffer(capacity: records.count)
        buffer.append(all: records)
    }
}

/// Batches on their way from one thread, or several, to another: bounded in records, so that a slow reader costs memory up to a
/// limit and never holds up the writer. Times are the monotonic clock's: a host's time of day may be set back by an hour.
final class RecordQueue: Sendable {
    private struct State {
        /// Nil where a batch has been taken.
        var batches: [RecordBatch?] = []
        /// The batches before this place have been taken.
        var first = 0
        var waiting = 0
        var isClosed = false
        var isReaderWaiting = false

        /// Whether the reader has to be woken.
        mutating func wakeReader() -> Bool {
            defer { isReaderWaiting = false }
            return isReaderWaiting
        }

        mutating func take() -> Taken {
            guard first < batches.count, let batch = batches[first].take() else {
                isReaderWaiting = !isClosed
                return isClosed ? .end : .nothing
            }
            first += 1
            if first == batches.count || first >= 1024 {
                batches.removeFirst(first)
                first = 0
            }
            waiting -= batch.buffer.count
            return .batch(batch)
        }
    }

    private let state = Mutex(State())
    private let arrived = DispatchSemaphore(value: 0)
    private let limit: Int

    /// An empty queue for about `limit` records.
    init(limit: Int) { self.limit = limit }

    /// Records that wait.
    var count: Int { state.withLock(\.waiting) }

    /// Adds a batch; false, and nothing added, when the queue is full. With a `deadline` of the monotonic clock, waits for room
    /// until then.
    func offer(_ batch: RecordBatch, until deadline: Nanoseconds? = nil) -> Bool {
        while !add(batch) {
            guard let deadline, HostClock.monotonic < deadline else { return false }
            // Only at a run's end.
            usleep(1000)
        }
        return true
    }

    private func add(_ batch: RecordBatch) -> Bool {
        let (isTaken, wakes) = state.withLock { state in
            guard state.waiting < limit else { return (false, false) }
            state.batches.append(batch)
            state.waiting += batch.buffer.count
            return (true, state.wakeReader())
        }
        if wakes { arrived.signal() }
        return isTaken
    }

    /// What `take` found.
    enum Taken {
        case batch(RecordBatch)
        /// Nothing came in time.
        case nothing
        /// Nothing is left, and nothing will come.
        case end
    }

    /// The next batch, for which it waits at most so long. For one reader.
    func take(within seconds: Double) -> Taken {
        let deadline = HostClock.monotonic &+ Nanoseconds(seconds * 1e9)
        while true {
            let taken = state.withLock { $0.take() }
            guard case .nothing = taken else { return taken }
            let left = deadline &- HostClock.monotonic
            // Dispatch's time is a monotonic one.
            guard left > 0, arrived.wait(timeout: .now() + .nanoseconds(Int(left))) == .success else { return .nothing }
        }
    }

    /// Says that nothing more will come.
    func close() {
        let wakes = state.withLock { state in
            state.isClosed = true
            return state.wakeReader()
        }
        if wakes { arrived.signal() }
    }
}
