import Exporter
import Foundation
import NetTypes
import Synchronization

/// Sends events to one receiver of syslog messages, on a thread of its own. Nobody who has something to tell waits for it.
///
/// At most `queueLimit` events wait, and as many may be under way on a connection. Those that come on top are lost and counted, and when the receiver is back it is told how
/// many there were. Syslog knows no acknowledgement: over a connection an event counts as sent when the receiver's TCP has it, and
/// is sent again when the connection breaks before. Of datagrams nobody knows.
package final class SyslogSender: Sendable {
    /// Events that wait, at most.
    package static let queueLimit = 1024

    /// What has become of the events.
    package struct Status: Sendable, Equatable {
        /// Events that were sent.
        package var sent: UInt64 = 0
        /// Events that were lost because too many waited.
        package var lost: UInt64 = 0
        /// Why nothing can be sent, a sentence; nil while it can.
        package var problem: String?
    }

    private struct State {
        var waiting: [SyslogEvent] = []
        var status = Status()
        /// Lost events that the receiver has not been told of.
        var untold: UInt64 = 0
        /// Events that a connection has taken and the peer's TCP has not acknowledged.
        var underWay = 0
    }

    /// Where they go.
    package let address: SyslogAddress
    private let format: SyslogFormat
    private let state = Mutex(State())
    private let isLeft = Atomic(false)
    private let wake = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)

    /// A sender that has not begun; `host` and `enterpriseNumber` are what messages say.
    package init(_ address: SyslogAddress, host: String, enterpriseNumber: UInt32) {
        self.address = address
        format = SyslogFormat(
            facility: address.facility, host: host, process: ProcessInfo.processInfo.processIdentifier,
            enterpriseNumber: enterpriseNumber)
    }

    /// What has become of the events so far.
    package var status: Status { state.withLock { $0.status } }

    /// Takes an event.
    package func tell(_ event: SyslogEvent) {
        state.withLock { state in
            guard state.waiting.count < Self.queueLimit else {
                state.status.lost += 1
                state.untold += 1
                return
            }
            state.waiting.append(event)
        }
        wake.signal()
    }

    /// Begins to send.
    package func start() {
        let thread = Thread { self.work() }
        thread.name = "syslog"
        thread.start()
    }

    /// Waits at most until `deadline` for what is there to be sent, and ends.
    package func finish(until deadline: Date) {
        while Date() < deadline, !state.withLock({ $0.waiting.isEmpty && $0.underWay == 0 }) { usleep(10_000) }
        isLeft.store(true, ordering: .relaxed)
        wake.signal()
        _ = done.wait(timeout: .now() + max(0.2, deadline.timeIntervalSinceNow))
    }

    private func work() {
        var pause = 1
        while !isLeft.load(ordering: .relaxed) {
            let before = status.sent
            let problem: String
            do throws(ExportError) {
                problem = address.transport == .udp ? try sendDatagrams() : try sendStream()
            } catch {
                problem = error.description
            }
            if isLeft.load(ordering: .relaxed) { break }
            state.withLock { $0.status.problem = problem }
            // One second, then twice as long each time, up to `retry`.
            if status.sent > before { pause = 1 }
            let end = HostClock.monotonic + Int64(pause) * nanosecondsPerSecond
            // New events wake it up as well.
            while !isLeft.load(ordering: .relaxed), HostClock.monotonic < end {
                _ = wake.wait(timeout: .now() + .milliseconds(250))
            }
            pause = min(address.endpoint.parameters.retrySeconds, pause * 2)
        }
        done.signal()
    }

    /// The next event, for which it waits a quarter of a second; a report of lost ones comes first.
    private func next() -> SyslogEvent? {
        for round in 0..<2 {
            let event = state.withLock { state -> SyslogEvent? in
                if state.untold > 0 {
                    let lost = state.untold
                    state.untold = 0
                    return Self.loss(lost)
                }
                return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
            }
            if event != nil || round == 1 { return event }
            _ = wake.wait(timeout: .now() + .milliseconds(250))
        }
        return nil
    }

    private static func loss(_ count: UInt64) -> SyslogEvent {
        SyslogEvent(
            "events-lost", .warning, at: HostClock.timeOfDay,
            "\(count) events were lost: more than \(queueLimit) waited for this receiver.", [("lost", "\(count)")])
    }

    /// Sends datagrams until one cannot be sent: why, a sentence.
    private func sendDatagrams() throws(ExportError) -> String {
        let sender = try DatagramSender(address.endpoint, octetsPerSecond: 0)
        state.withLock { $0.status.problem = nil }
        var refusals: UInt64 = 0
        while !isLeft.load(ordering: .relaxed) {
            guard let event = next() else { continue }
            let message = format.octets(event)
            guard sender.send(message.span, refusals: &refusals) else {
                putBack([event])
                return "Events cannot be sent to \(address.name). Check the routes to it."
            }
            state.withLock { $0.status.sent += 1 }
        }
        return ""
    }

    /// Sends messages behind their lengths until the connection breaks: why, a sentence.
    private func sendStream() throws(ExportError) -> String {
        let connection = try Connections.connect(address.endpoint)
        state.withLock { $0.status.problem = nil }
        var underWay: [(event: SyslogEvent, end: UInt64)] = []
        var problem: String?
        var progress = HostClock.monotonic
        let timeout = address.endpoint.parameters.timeoutSeconds
        while problem == nil, !isLeft.load(ordering: .relaxed) {
            if underWay.isEmpty { progress = HostClock.monotonic }
            if underWay.count >= Self.queueLimit {
                usleep(100_000)
            } else if let event = next() {
                let message = format.octets(event)
                problem = connection.send((Array("\(message.count) ".utf8) + message).span)
                // What was not taken as a whole never counts as acknowledged.
                underWay.append((event, problem == nil ? connection.written : .max))
            }
            if problem == nil {
                switch connection.receive(waitingMilliseconds: 0) {
                case .octets: break
                case .closed: problem = "it closed the connection"
                case .failed(let reason): problem = reason
                }
            }
            let acknowledged = connection.written - min(connection.written, connection.unacknowledged ?? 0)
            let arrived = underWay.prefix { $0.end <= acknowledged }.count
            underWay.removeFirst(arrived)
            if arrived > 0 { progress = HostClock.monotonic }
            if problem == nil, !underWay.isEmpty, HostClock.monotonic - progress > Int64(timeout) * nanosecondsPerSecond
            {
                problem = "it has acknowledged nothing for \(timeout) s"
            }
            let left = underWay.count
            state.withLock {
                $0.status.sent += UInt64(arrived)
                $0.underWay = left
            }
        }
        putBack(underWay.map(\.event))
        if problem == nil { _ = connection.close() }
        return "Events cannot be sent to \(address.name): \(problem ?? "the run has ended"). They wait meanwhile."
    }

    private func putBack(_ events: [SyslogEvent]) {
        state.withLock { state in
            state.waiting.insert(contentsOf: events, at: 0)
            state.underWay = 0
        }
    }
}
