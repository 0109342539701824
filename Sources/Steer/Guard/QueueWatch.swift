import NetTypes

/// Judges one queue by what the kernel says of it, again and again: whether packets wait in it for a verdict that does not
/// come, and later whether its reader is well.
///
/// Two readings with packets that wait and the same number of verdicts mean that none was given in between. An empty queue
/// says nothing of its reader, and harms nobody. A queue that nobody reads holds nothing: its packets pass.
package struct QueueWatch: Sendable {
    /// What is to be done about the rules that fill the queue.
    package enum Advice: Sendable {
        case nothing
        /// No more packets into it.
        case takeOut
        /// Packets into it again.
        case putBack
    }

    /// How long packets may wait without a verdict.
    package static let patience: Nanoseconds = 200_000_000
    /// How long a reader has to be well before it gets packets again; twice as long after each failure that follows closely.
    package static let firstTrial: Nanoseconds = nanosecondsPerSecond
    /// The longest of these.
    package static let longestTrial: Nanoseconds = 60 * nanosecondsPerSecond

    /// Whether the rules are taken out.
    package private(set) var isOut: Bool
    private var last: QueueReading?
    /// Since when packets have waited without a verdict.
    private var stuckSince: Nanoseconds?
    /// Since when the reader has been well.
    private var wellSince: Nanoseconds?
    private var trial = QueueWatch.firstTrial
    private var putBackAt: Nanoseconds?

    /// A queue whose rules are taken out, or not.
    package init(isOut: Bool) { self.isOut = isOut }

    /// Takes a reading, nil when nobody reads the queue, at a time of a clock that is never set.
    package mutating func observe(_ reading: QueueReading?, at now: Nanoseconds) -> Advice {
        defer { last = reading }
        let isSame = reading != nil && reading?.port == last?.port && reading?.verdicts == last?.verdicts
        if let reading, reading.waiting > 0 {
            stuckSince = isSame ? stuckSince ?? now : now
        } else {
            stuckSince = nil
        }
        guard isOut else {
            guard let stuckSince, now - stuckSince >= Self.patience else { return .nothing }
            return .takeOut
        }
        let isWell = reading.map { $0.waiting == 0 || (last?.port == $0.port && !isSame) } ?? false
        wellSince = isWell && last?.port == reading?.port ? wellSince ?? now : nil
        guard let wellSince, now - wellSince >= trial else { return .nothing }
        return .putBack
    }

    /// Notes that the rules were taken out.
    package mutating func tookOut(at now: Nanoseconds) {
        isOut = true
        wellSince = nil
        if let putBackAt, now - putBackAt < Self.longestTrial {
            trial = min(trial * 2, Self.longestTrial)
        } else {
            trial = Self.firstTrial
        }
    }

    /// Notes that the rules were put back.
    package mutating func putBack(at now: Nanoseconds) {
        isOut = false
        stuckSince = nil
        putBackAt = now
    }
}
