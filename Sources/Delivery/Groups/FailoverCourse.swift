import Exporter
import Foundation
import NetTypes
import Spool
import Synchronization

/// A group of failover: the active member's course, and another one's when that has failed for too long.
final class FailoverCourse: DeliveryCourse {
    private struct Member {
        let endpoint: ExportEndpoint
        let course: any DeliveryCourse
        let reader: SpoolReader
    }

    private let group: ExportGroup
    private let members: [Member]
    private let board: DeliveryBoard
    private var choice: FailoverChoice
    /// What the thread that looks after better members found, while there is one.
    private var lookout: FailoverLookout?

    /// A group whose account the spool knows; nil when it does not. `course` makes the course of a member.
    init?(
        _ group: ExportGroup, _ endpoints: [ExportEndpoint], spool: Spool, board: DeliveryBoard,
        course: (ExportEndpoint, SpoolPlace) -> any DeliveryCourse
    ) {
        let sent = SpoolPlace.Mark()
        members = endpoints.compactMap { endpoint in
            SpoolPlace(spool, for: endpoint, in: group, sent: sent).map { place in
                Member(endpoint: endpoint, course: course(endpoint, place), reader: place.reader)
            }
        }
        guard !members.isEmpty, members.count == endpoints.count else { return nil }
        self.group = group
        self.board = board
        choice = FailoverChoice(
            count: members.count, takeover: Int64(group.takeoverSeconds) * nanosecondsPerSecond,
            returnAfter: Int64(group.returnSeconds) * nanosecondsPerSecond)
        note()
    }

    deinit { lookout?.leave() }

    // `run` does not throw: what a member throws is the end of its turn.
    func nextPause() -> Int { 1 }

    func takeOver() {}

    func run(captureStatistics: () -> ExportStatistics, isLeft: () -> Bool) throws(ExportError) -> DeliveryEnd {
        defer { if isLeft() { lookout?.leave() } }
        let failed = members[choice.active].endpoint.name
        if choice.turn(at: HostClock.monotonic) {
            let reason = board.status.problem.map { " \($0)" } ?? ""
            enter("\(active.endpoint.name) takes over from \(failed).\(reason)")
        }
        while !isLeft() {
            let began = HostClock.monotonic
            let before = board.status.lastAcknowledged
            let (problem, pause): (String, Int)
            do throws(ExportError) {
                switch try active.course.run(captureStatistics: captureStatistics, isLeft: { look(isLeft) }) {
                case .finished:
                    guard goBack() else {
                        lookout?.leave()
                        return .finished
                    }
                    continue
                case .lost(let text, let seconds): (problem, pause) = (text, seconds)
                }
            } catch {
                (problem, pause) = (error.description, active.course.nextPause())
            }
            // It failed while it finished what was under way: nothing keeps from going back.
            if !isLeft(), goBack() { continue }
            let status = board.status
            let turn = FailoverChoice.Turn(
                began: began, hasDelivered: status.lastAcknowledged != before,
                wasUp: status.state == .streaming || status.state == .catchingUp,
                pause: Int64(pause) * nanosecondsPerSecond)
            let wait = choice.end(turn, at: HostClock.monotonic)
            return .lost(problem, retryAfter: Int((wait + nanosecondsPerSecond - 1) / nanosecondsPerSecond))
        }
        return .lost("The run has ended.", retryAfter: 1)
    }

    private var active: Member { members[choice.active] }

    /// Makes the active member finish what is under way when a better one has been found. Whether nobody wants it to go on.
    private func look(_ isLeft: () -> Bool) -> Bool {
        if lookout?.found != nil { active.reader.isHeld = true }
        return isLeft()
    }

    /// Goes back to a better member, when one has been well for long enough and the active one was told to stop for it.
    private func goBack() -> Bool {
        guard active.reader.isHeld, let better = lookout?.found else { return false }
        let left = active.endpoint.name
        active.reader.isHeld = false
        choice.goBack(to: better)
        enter("\(active.endpoint.name) has been well for a while and takes over again from \(left).")
        return true
    }

    /// Begins the active member's time, which `sentence` tells of.
    private func enter(_ sentence: String) {
        active.course.takeOver()
        lookout?.leave()
        lookout = nil
        note("\(group.title): \(sentence)")
        guard choice.active > 0 else { return }
        lookout = FailoverLookout(members[..<choice.active].map(\.endpoint), enough: choice.returnAfter)
    }

    private func note(_ sentence: String? = nil) {
        let (name, switches) = (active.endpoint.name, choice.switches)
        board.update {
            $0.active = .init(member: name, since: HostClock.timeOfDay, switches: switches, sentence: sentence)
        }
    }
}

/// A thread that looks now and then whether a member before the active one can be reached, until one has been well for long
/// enough.
final class FailoverLookout: Sendable {
    private static let longestPause = 60 * nanosecondsPerSecond

    private let endpoints: [ExportEndpoint]
    private let enough: Nanoseconds
    private let isLeft = Atomic(false)
    private let place = Atomic(-1)
    private let wake = DispatchSemaphore(value: 0)

    /// Looks after `endpoints`, the best first, until one has been well for `enough`.
    init(_ endpoints: [ExportEndpoint], enough: Nanoseconds) {
        self.endpoints = endpoints
        self.enough = enough
        let thread = Thread { self.work() }
        thread.name = "failover"
        thread.start()
    }

    /// The member that was found; nil while there is none.
    var found: Int? {
        let place = place.load(ordering: .acquiring)
        return place < 0 ? nil : place
    }

    /// Makes the thread end.
    func leave() {
        isLeft.store(true, ordering: .relaxed)
        wake.signal()
    }

    private func work() {
        var watch = FailoverWatch(count: endpoints.count)
        let pause = max(nanosecondsPerSecond, min(Self.longestPause, enough / 5))
        while !isLeft.load(ordering: .relaxed) {
            for (place, endpoint) in endpoints.enumerated() {
                let isWell = Self.canReach(endpoint)
                guard !isLeft.load(ordering: .relaxed) else { return }
                guard watch.note(place, isWell: isWell, at: HostClock.monotonic, enough: enough) else { continue }
                return self.place.store(place, ordering: .releasing)
            }
            _ = wake.wait(timeout: .now() + .nanoseconds(Int(pause)))
        }
    }

    /// Whether a connection can be had, under TLS where the endpoint wants it. Nothing is sent on it.
    private static func canReach(_ endpoint: ExportEndpoint) -> Bool {
        guard let address = endpoint.kafka else { return (try? Connections.connect(endpoint)) != nil }
        guard let settings = try? KafkaSettings(endpoint, address),
            let producer = try? KafkaProducer(settings, destination: endpoint.name)
        else { return false }
        return producer.reach(waitingMilliseconds: 5000)
    }
}
