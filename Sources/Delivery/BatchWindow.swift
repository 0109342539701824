import Exporter
import NetTypes
import Spool

/// The batches of one connection between being sent and being forgotten, in the order in which they were sent.
struct BatchWindow {
    /// A batch that was sent and is not known to have arrived.
    struct Sent {
        let batch: SpoolBatch
        /// Octets written to the connection when the last of the batch was.
        let end: UInt64
        /// When that was, by the monotonic clock.
        let at: Nanoseconds
        /// What the collecting process said of it; nil while it has not.
        var answer: BatchAnswer?
    }

    /// Sent, oldest first.
    private(set) var waiting: [Sent] = []
    /// Records in `waiting`.
    private(set) var waitingRecords = 0
    /// Acknowledged by the peer's TCP and kept, oldest first: the batch, and when it was acknowledged.
    private var kept: [(id: UInt64, at: Nanoseconds)] = []

    /// Notes a batch that has been sent as a whole.
    mutating func add(_ batch: SpoolBatch, end: UInt64, at now: Nanoseconds) {
        waiting.append(Sent(batch: batch, end: end, at: now))
        waitingRecords += batch.recordCount
    }

    /// Takes out what the peer's TCP has as a whole when it has acknowledged so many octets, and keeps it for a resend.
    mutating func acknowledge(octets: UInt64, at now: Nanoseconds) -> [SpoolBatch] {
        let count = waiting.firstIndex { $0.end > octets } ?? waiting.count
        let arrived = take(count)
        kept += arrived.map { ($0.batch.id, now) }
        return arrived.map(\.batch)
    }

    /// Notes an answer; false when no batch waits for it.
    mutating func note(_ answer: BatchAnswer) -> Bool {
        guard let place = waiting.firstIndex(where: { $0.batch.id == answer.batch.number && $0.answer == nil }) else {
            return false
        }
        waiting[place].answer = answer
        return true
    }

    /// Takes out what has been answered, up to the first batch that has not been: batches are booked in order.
    mutating func takeAnswered() -> [Sent] { take(waiting.firstIndex { $0.answer == nil } ?? waiting.count) }

    /// The first batch that must still be kept when those acknowledged before `time` need not be; nil when none went.
    mutating func forget(before time: Nanoseconds) -> UInt64? {
        let count = kept.firstIndex { $0.at >= time } ?? kept.count
        guard count > 0 else { return nil }
        let last = kept[count - 1].id
        kept.removeFirst(count)
        return last + 1
    }

    private mutating func take(_ count: Int) -> [Sent] {
        let taken = Array(waiting[..<count])
        waiting.removeFirst(count)
        waitingRecords -= taken.reduce(0) { $0 + $1.batch.recordCount }
        return taken
    }
}
