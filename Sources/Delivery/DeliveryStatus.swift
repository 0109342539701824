import Exporter
import NetTypes
import Synchronization

/// What a destination of a spool is doing, for those who watch it.
package struct DeliveryStatus: Sendable, Equatable {
    /// What it is at.
    package enum State: String, Sendable, CaseIterable {
        /// There has been no connection yet, and the first attempt is being made.
        case connecting
        /// Records leave as they are made.
        case streaming
        /// Records leave that were made a while ago.
        case catchingUp = "catching-up"
        /// There is no connection, or the collector does not take what is sent.
        case failing
    }

    /// What it is at.
    package var state = State.connecting
    /// Since when, nanoseconds since 1970.
    package var since: Nanoseconds = 0
    /// When a batch was last acknowledged, nanoseconds since 1970; nil when none has been in this run.
    package var lastAcknowledged: Nanoseconds?
    /// Why it fails, a sentence; nil while it does not.
    package var problem: String?
    /// What was sent in this run: records sent again are counted again.
    package var sent = IPFIXStatistics()
    /// Answers that belonged to no batch.
    package var strayAnswers: UInt64 = 0

    /// What it will never take, a sentence; nil while it takes everything.
    package var refusal: String?

    /// Nothing has been done yet.
    package init() { sent.sessions = 0 }
}

/// A status that one thread keeps and others read.
final class DeliveryBoard: Sendable {
    private let state = Mutex(DeliveryStatus())

    /// A copy of now.
    var status: DeliveryStatus { state.withLock { $0 } }

    /// Changes it.
    func update(_ body: (inout DeliveryStatus) -> Void) { state.withLock { body(&$0) } }

    /// Says what the destination is at; `problem` is a sentence for `failing`.
    func enter(_ new: DeliveryStatus.State, problem: String? = nil) {
        let now = HostClock.timeOfDay
        state.withLock { status in
            status.problem = problem
            guard status.state != new else { return }
            (status.state, status.since) = (new, now)
        }
    }
}
