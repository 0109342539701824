import Spool

/// The batches of one producer between being sent and being booked, in the order in which they were sent.
struct KafkaWindow {
    /// What one message holds: the records `range` of those of a batch and a stripe group.
    struct Part: Equatable {
        let batch: UInt64
        let group: Int
        let range: Range<Int>
        /// Records of that batch and group, those in other messages too.
        let total: Int
        /// Octets of the value.
        var octets = 0
    }

    /// A batch that is not booked yet.
    struct Sent {
        let batch: SpoolBatch
        /// Messages that are under way, or will be sent once more in parts.
        fileprivate(set) var outstanding = 0
        /// Records that will never be taken.
        fileprivate(set) var refused = 0
        /// Whether all of it has been given to the producer.
        fileprivate(set) var isWhole = false
    }

    /// Not booked yet, oldest first.
    private(set) var waiting: [Sent] = []
    /// Octets of values that the producer holds.
    private(set) var octets = 0
    private var parts: [UInt64: Part] = [:]
    private var lastToken: UInt64 = 0

    /// Notes a batch of which messages follow.
    mutating func begin(_ batch: SpoolBatch) { waiting.append(Sent(batch: batch)) }

    /// Notes that the last batch has no further message.
    mutating func endLast() {
        guard let last = waiting.indices.last else { return }
        waiting[last].isWhole = true
    }

    /// A token for a message that is about to be sent.
    mutating func add(_ part: Part) -> UInt64 {
        lastToken += 1
        parts[lastToken] = part
        octets += part.octets
        change(part.batch) { $0.outstanding += 1 }
        return lastToken
    }

    /// Takes the message of this token out of the producer's hands; nil when there is none. It counts as under way until `close`.
    mutating func take(_ token: UInt64) -> Part? {
        guard let part = parts.removeValue(forKey: token) else { return nil }
        octets -= part.octets
        return part
    }

    /// Notes that a message taken is done with; `refused` of its records will never be taken.
    mutating func close(_ part: Part, refused: Int = 0) {
        change(part.batch) {
            $0.outstanding -= 1
            $0.refused += refused
        }
    }

    /// Takes out what is done with, up to the first batch that is not: batches are booked in order.
    mutating func takeDone() -> [Sent] {
        let count = waiting.firstIndex { !$0.isWhole || $0.outstanding > 0 } ?? waiting.count
        defer { waiting.removeFirst(count) }
        return Array(waiting[..<count])
    }

    private mutating func change(_ batch: UInt64, _ body: (inout Sent) -> Void) {
        guard let place = waiting.firstIndex(where: { $0.batch.id == batch }) else { return }
        body(&waiting[place])
    }
}
