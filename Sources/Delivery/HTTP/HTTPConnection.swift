import Exporter
import HTTPMessages
import NetTypes

/// A connection on which one request after another is answered.
final class HTTPConnection {
    /// How a request ended.
    enum Outcome {
        /// It was answered.
        case reply(HTTPReply)
        /// It was not, and is not known to have arrived; why, a sentence.
        case broken(String)
        /// The connection had lain idle and its end crossed the request: nothing was wrong with anyone.
        case stale
        /// Nobody waits any more.
        case left
    }

    /// Octets that are sent before an answer is looked for: some come before the request is over.
    private static let pieceLength = 1 << 16

    private let connection: any StreamConnection
    private let exchange: HTTPExchange
    private let endpoint: ExportEndpoint
    private var answered = 0
    /// Why the connection is over; nil while it is not.
    private var cut: String?
    /// Whether anything of the answer has come.
    private var hasHeard = false
    /// Whether another request may be sent.
    private(set) var isOpen = true

    init(_ connection: any StreamConnection, to endpoint: ExportEndpoint) throws(ExportError) {
        self.connection = connection
        self.endpoint = endpoint
        do throws(HTTPFault) { exchange = try HTTPExchange() } catch { throw Self.failure(endpoint, error) }
    }

    private static func failure(_ endpoint: ExportEndpoint, _ fault: HTTPFault) -> ExportError {
        ExportError("Nothing can be posted to \(endpoint.name): \(fault). Check its address.")
    }

    /// Whether the peer has said nothing, and has not closed, since the last answer: then it will not take this for another.
    func isStillQuiet() -> Bool {
        guard isOpen, case .octets(let octets) = connection.receive(waitingMilliseconds: 0), octets.isEmpty else {
            isOpen = false
            return false
        }
        return true
    }

    /// Posts `body` and waits for the answer, which has to be complete in `seconds` from the body's last octet on, however it
    /// drips in.
    func post(
        _ target: String, _ fields: [(String, String)], _ body: [UInt8], seconds: Int, isLeft: () -> Bool
    ) throws(ExportError) -> Outcome {
        let head: [UInt8]
        do throws(HTTPFault) { head = try exchange.request(target, fields) } catch {
            throw Self.failure(endpoint, error)
        }
        hasHeard = false
        let end: HTTPExchange.Progress
        if let early = send(head) ?? send(body) {
            // Whoever answers before it has everything does not want the rest.
            isOpen = false
            end = early
        } else {
            end = answer(seconds: seconds, isLeft: isLeft)
        }
        switch end {
        case .reply(let reply):
            isOpen = isOpen && reply.keepsAlive
            answered += 1
            return .reply(reply)
        case .malformed(let problem):
            isOpen = false
            return .broken(
                "What \(endpoint.name) answers cannot be used: \(problem). Check that it speaks HTTP/1.1 there.")
        case .incomplete:
            isOpen = false
            if isLeft() { return .left }
            if let cut {
                guard answered == 0 || hasHeard else { return .stale }
                return .broken(
                    "The connection to \(endpoint.name) broke before a request was answered: \(cut).")
            }
            return .broken(
                "The collector \(endpoint.name) has not answered within \(seconds) seconds. Check that it is well.")
        }
    }

    /// Sends all of `octets`. What came before they were through, or nil.
    private func send(_ octets: [UInt8]) -> HTTPExchange.Progress? {
        var start = 0
        while start < octets.count {
            let piece = octets.span.extracting(start..<min(octets.count, start + Self.pieceLength))
            start += piece.count
            if let problem = connection.send(piece) {
                // What a receiver says before it closes may be under way.
                for _ in 0..<10 where cut == nil {
                    let last = hear(waitingMilliseconds: 100)
                    if last != .incomplete { return last }
                }
                cut = cut ?? problem
                return .incomplete
            }
            guard start < octets.count else { break }
            let said = hear(waitingMilliseconds: 0)
            if said != .incomplete || cut != nil { return said }
        }
        return nil
    }

    private func answer(seconds: Int, isLeft: () -> Bool) -> HTTPExchange.Progress {
        let end = HostClock.monotonic + Nanoseconds(seconds) * nanosecondsPerSecond
        while cut == nil, HostClock.monotonic < end, !isLeft() {
            let progress = hear(waitingMilliseconds: 100)
            if progress != .incomplete { return progress }
        }
        return .incomplete
    }

    /// Takes what is there of an answer.
    private func hear(waitingMilliseconds: Int) -> HTTPExchange.Progress {
        switch connection.receive(waitingMilliseconds: waitingMilliseconds) {
        case .octets(let octets):
            hasHeard = hasHeard || !octets.isEmpty
            return exchange.take(octets, now: HostClock.timeOfDay)
        case .closed: cut = cut ?? "it was closed"
        case .failed(let reason): cut = cut ?? reason
        }
        return hasHeard ? exchange.end(now: HostClock.timeOfDay) : .incomplete
    }
}
