import Exporter
import Foundation
import NetTypes
import Spool
import Synchronization

/// A destination of a spool: a thread that connects, sends what is pending, and connects again when a connection is lost.
// SAFETY: (@unchecked) all but the board, the stop flag and the semaphores belongs to the destination's own thread.
package final class DeliveryStream: @unchecked Sendable {
    /// What it is called in messages, metrics and the spool's accounts.
    package let name: String
    /// The collectors that it stands for: of a group of failover the members, in their order, else itself.
    package let members: [String]
    private let spool: Spool
    private let course: any DeliveryCourse
    private let board: DeliveryBoard
    private let captureStatistics: @Sendable () -> ExportStatistics
    private let isLeft = Atomic(false)
    private let wake = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)

    /// A destination, alone or a member of a group of balance, whose name the spool knows; nil when it does not.
    /// `captureStatistics` tells what the capture side has counted, for options data.
    package convenience init?(
        _ endpoint: ExportEndpoint, in group: ExportGroup? = nil, options: IPFIXOptions, spool: Spool,
        captureStatistics: @escaping @Sendable () -> ExportStatistics
    ) {
        guard let place = SpoolPlace(spool, for: endpoint, in: group) else { return nil }
        let board = DeliveryBoard()
        self.init(
            endpoint.name, members: [endpoint.name], spool, board, captureStatistics,
            Self.course(endpoint, options, place, board))
    }

    /// A group of failover whose account the spool knows; nil when it does not.
    package convenience init?(
        _ group: ExportGroup, members: [ExportEndpoint], options: IPFIXOptions, spool: Spool,
        captureStatistics: @escaping @Sendable () -> ExportStatistics
    ) {
        let board = DeliveryBoard()
        let course = FailoverCourse(group, members, spool: spool, board: board) { endpoint, place in
            Self.course(endpoint, options, place, board)
        }
        guard let course else { return nil }
        self.init(group.title, members: members.map(\.name), spool, board, captureStatistics, course)
    }

    private init(
        _ name: String, members: [String], _ spool: Spool, _ board: DeliveryBoard,
        _ captureStatistics: @escaping @Sendable () -> ExportStatistics, _ course: any DeliveryCourse
    ) {
        self.name = name
        self.members = members
        self.spool = spool
        self.board = board
        self.captureStatistics = captureStatistics
        self.course = course
    }

    private static func course(
        _ endpoint: ExportEndpoint, _ options: IPFIXOptions, _ place: SpoolPlace, _ board: DeliveryBoard
    ) -> any DeliveryCourse {
        let options = options.adapted(to: endpoint)
        if let address = endpoint.kafka {
            return KafkaCourse(endpoint, address, options: options, place: place, board: board)
        }
        return endpoint.transport.isHTTP
            ? HTTPCourse(endpoint, options: options, place: place, board: board)
            : StreamCourse(endpoint, options: options, place: place, board: board)
    }

    /// What it is doing.
    package var status: DeliveryStatus { board.status }

    /// What became of every record.
    package var account: SpoolAccount? { spool.account(name) }

    /// Begins to work.
    package func start() {
        let thread = Thread { self.work() }
        thread.name = "delivery"
        thread.start()
    }

    /// Waits until the closed spool has been delivered as a whole; false when that takes longer. What is left stays in the
    /// spool.
    package func join(until deadline: Date) -> Bool {
        let isDone = done.wait(timeout: .now() + max(0, deadline.timeIntervalSinceNow)) == .success
        if isDone { done.signal() }
        return isDone
    }

    /// Makes the thread give up at the next moment it looks up.
    package func leave() {
        isLeft.store(true, ordering: .relaxed)
        wake.signal()
    }

    private func work() {
        board.update { $0.since = HostClock.timeOfDay }
        while !isLeft.load(ordering: .relaxed) {
            let pause: Int
            do throws(ExportError) {
                let end = try course.run(
                    captureStatistics: captureStatistics, isLeft: { self.isLeft.load(ordering: .relaxed) })
                switch end {
                case .finished:
                    done.signal()
                    return
                case .lost(let problem, let seconds):
                    board.enter(.failing, problem: problem)
                    pause = seconds
                }
            } catch {
                board.enter(.failing, problem: error.description)
                pause = course.nextPause()
            }
            _ = wake.wait(timeout: .now() + .seconds(pause))
        }
    }
}
