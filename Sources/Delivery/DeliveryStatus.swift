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
    /// HTTP: the last record that the receiver refused and where it is kept, a sentence; nil when there was none.
    package var refusal: String?
    /// HTTP: requests of this run by how they ended.
    package var requests: [RequestEnd: UInt64] = [:]
    /// A group of failover: who gets what comes; nil for anybody else.
    package var active: ActiveMember?
    /// Answers that belonged to no batch.
    package var strayAnswers: UInt64 = 0

    /// How a request ended.
    package enum RequestEnd: String, Sendable, CaseIterable {
        /// With an answer of success.
        case accepted
        /// With an answer that says that the records will never be taken as they are.
        case refused
        /// With an answer that puts it off: it is made again.
        case deferred
        /// Without an answer.
        case unanswered
    }

    /// The member of a group that gets what comes.
    package struct ActiveMember: Sendable, Equatable {
        /// Its name.
        package let member: String
        /// Since when it is, nanoseconds since 1970.
        package let since: Nanoseconds
        /// How often another one has become active in this run.
        package let switches: UInt64
        /// How it became that, a sentence; nil for the first of a run.
        package let sentence: String?
    }

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
