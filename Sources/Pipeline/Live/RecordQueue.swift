import FlowTable
import Foundation

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

/// Batches on their way from one thread to another: bounded in records, so that a slow reader costs memory up to a limit
/// and never holds up the writer.
// SAFETY: (@unchecked) everything is guarded by `condition`.
final class RecordQueue: @unchecked Sendable {
    private let condition = NSCondition()
    /// Nil where a batch has been taken.
    private var batches: [RecordBatch?] = []
    /// The batches before this place have been taken.
    private var first = 0
    private var waiting = 0
    private var isClosed = false
    private let limit: Int

    /// An empty queue for about `limit` records.
    init(limit: Int) { self.limit = limit }

    /// Records that wait.
    var count: Int {
        condition.lock()
        defer { condition.unlock() }
        return waiting
    }

    /// Adds a batch; false, and nothing added, when the queue is full. With a `deadline`, waits for room until then.
    func offer(_ batch: RecordBatch, until deadline: Date? = nil) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while waiting >= limit {
            guard let deadline, condition.wait(until: deadline) else { return false }
        }
        batches.append(batch)
        waiting += batch.buffer.count
        condition.broadcast()
        return true
    }

    /// What `take` found.
    enum Taken {
        case batch(RecordBatch)
        /// Nothing came in time.
        case nothing
        /// Nothing is left, and nothing will come.
        case end
    }

    /// The next batch, for which it waits at most so long.
    func take(within seconds: Double) -> Taken {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while first == batches.count {
            if isClosed { return .end }
            guard condition.wait(until: deadline) else { return .nothing }
        }
        guard let batch = batches[first].take() else { return .nothing }
        first += 1
        if first == batches.count || first >= 1024 {
            batches.removeFirst(first)
            first = 0
        }
        waiting -= batch.buffer.count
        condition.broadcast()
        return .batch(batch)
    }

    /// Says that nothing more will come.
    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }
}
