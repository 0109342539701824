import Delivery
import Foundation
import Glibc
import Synchronization

/// A collecting process for tests, on loopback: notes what every connection brought, and behaves as it is told.
final class Collector: Sendable {
    /// What a connection does.
    enum Manner: Sendable {
        /// Takes everything, and says nothing.
        case silent
        /// Takes everything, says nothing, and never closes.
        case hanging
        /// Answers each batch, those with the places (from 0) of `refusing` with a refusal; breaks the connection when so many
        /// have been answered and one more has come.
        case answering(refusing: [Int] = [], breakAfter: Int? = nil)
        /// Answers with what is no answer.
        case babbling
        /// Answers each batch, and one of another spool before it.
        case straying
        /// Breaks the connection when so many batches have come whole.
        case breaking(after: Int)
    }

    /// What came within a batch.
    struct Batch: Sendable, Equatable {
        var id: UInt64
        var flows: [UInt64] = []
        var gaps = 0
        var connection: Int
    }

    let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var batches: [Batch] = []
        var connections = 0
        var problems: [String] = []
        var notSent: UInt64?
    }

    /// Batches in the order in which they came whole.
    var batches: [Batch] { state.withLock { $0.batches } }
    /// Connections taken so far.
    var connections: Int { state.withLock { $0.connections } }
    /// What was wrong with the messages.
    var problems: [String] { state.withLock { $0.problems } }
    /// Element 166 of the last statistics that came: records that were not sent.
    var notSent: UInt64? { state.withLock { $0.notSent } }
    /// Each batch once: what an idempotent collector keeps.
    var kept: [UInt64] {
        var seen: Set<UInt64> = []
        return batches.filter { seen.insert($0.id).inserted }.flatMap(\.flows)
    }

    /// Listens on `port`, 0 for any. Connection number n behaves as `manners[n]`, later ones as the last of them.
    init(_ manners: [Manner], port: UInt16 = 0) throws {
        (listener, self.port) = try listenOnLoopback(port)
        acceptConnections(of: listener) { [self] connection in
            let number = state.withLock { state in
                defer { state.connections += 1 }
                return state.connections
            }
            serve(connection, number, manners[min(number, manners.count - 1)])
        }
    }

    /// Takes no further connection.
    func stop() { stopListening(listener) }

    private func serve(_ connection: Int32, _ number: Int, _ manner: Manner) {
        var reader = MessageReader(connection: number)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var whole = 0
        var isCut = false
        serving: while true {
            // SAFETY: room for as many octets as are asked for.
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            let came = reader.take(buffer[..<count])
            if let number = reader.notSent { state.withLock { $0.notSent = number } }
            for (batch, probe) in came {
                if case .answering(_, let limit?) = manner, whole == limit { isCut = true }
                state.withLock { $0.batches.append(batch) }
                if isCut { break serving }
                for answer in answers(to: batch, probe, whole, manner) {
                    // SAFETY: the octets live as long as the call.
                    _ = unsafe send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
                }
                whole += 1
                if case .breaking(let limit) = manner, whole == limit {
                    isCut = true
                    break serving
                }
            }
            if let problem = reader.problem {
                state.withLock { $0.problems.append(problem) }
                break
            }
        }
        if isCut {
            // A reset, so that what is under way is lost.
            var now = linger(l_onoff: 1, l_linger: 0)
            // SAFETY: a value of the type and size that the option wants.
            _ = unsafe setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        }
        if case .hanging = manner { return }
        close(connection)
    }

    private func answers(to batch: Batch, _ probe: [UInt8], _ place: Int, _ manner: Manner) -> [[UInt8]] {
        func answer(_ probe: [UInt8], status: UInt8 = 0) -> [UInt8] {
            Array("FPAK".utf8) + [1, status, 0, 0] + probe
                + (0..<8).map { UInt8(truncatingIfNeeded: batch.id >> (56 - $0 * 8)) }
        }
        switch manner {
        case .silent, .hanging, .breaking: return []
        case .answering(let places, _): return [answer(probe, status: places.contains(place) ? 1 : 0)]
        case .babbling: return [Array("HTTP/1.1 400 Bad Request\r\nServer: x\r\n".utf8)]
        case .straying: return [answer([UInt8](repeating: 7, count: 16)), answer(probe)]
        }
    }
}

/// Reads what these tests need of IPFIX, by itself: flow ids (IE 148), batches and gaps.
struct MessageReader {
    private let connection: Int
    private var octets: [UInt8] = []
    private var templates: [UInt32: [(id: UInt32, length: Int)]] = [:]
    private var open: [UInt32: Collector.Batch] = [:]
    private var sequences: [UInt32: UInt32] = [:]
    private(set) var problem: String?
    /// Element 166 of the last statistics.
    private(set) var notSent: UInt64?

    /// Flow ids behind which no closing record has come.
    var unclosed: [UInt64] { open.values.flatMap(\.flows) }

    init(connection: Int) { self.connection = connection }

    /// Flows that no closing record has followed.
    var unfinished: [UInt64] { open.values.flatMap(\.flows) }

    /// Batches, with the spools they come from, that are whole with these octets.
    mutating func take(_ more: ArraySlice<UInt8>) -> [(Collector.Batch, [UInt8])] {
        octets += more
        var batches: [(Collector.Batch, [UInt8])] = []
        var start = 0
        while octets.count - start >= 16, case let length = number(start + 2, 2), octets.count - start >= length {
            let domain = UInt32(number(start + 12, 4))
            // Whoever connects to a port that was another test's a moment ago may send anything.
            guard number(start, 2) == 10, length >= 16 else {
                problem = "no message"
                return batches
            }
            let (expected, found) = (sequences[domain, default: 0], UInt32(number(start + 8, 4)))
            if expected != found { problem = "domain \(domain): sequence number \(found) where \(expected) was due" }
            var position = start + 16
            while position < start + length {
                let (id, end) = (number(position, 2), position + number(position + 2, 2))
                guard end >= position + 4, end <= start + length else {
                    problem = "no set"
                    return batches
                }
                position += 4
                if id == 2 || id == 3 {
                    readTemplates(position, end, domain, isOptions: id == 3)
                } else {
                    readRecords(position, end, domain, UInt32(id), &batches)
                }
                position = end
            }
            start += length
        }
        octets.removeFirst(start)
        return batches
    }

    private func number(_ place: Int, _ length: Int) -> Int {
        octets[place..<place + length].reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func readTemplates(_ start: Int, _ end: Int, _ domain: UInt32, isOptions: Bool) {
        var position = start
        while end - position >= 4 {
            let (id, count) = (number(position, 2), number(position + 2, 2))
            position += isOptions ? 6 : 4
            var fields: [(id: UInt32, length: Int)] = []
            for _ in 0..<count {
                let element = UInt32(number(position, 2))
                fields.append((element, number(position + 2, 2)))
                position += element & 0x8000 == 0 ? 4 : 8
            }
            templates[domain << 16 | UInt32(id)] = fields
        }
    }

    private mutating func readRecords(
        _ start: Int, _ end: Int, _ domain: UInt32, _ id: UInt32, _ batches: inout [(Collector.Batch, [UInt8])]
    ) {
        guard let fields = templates[domain << 16 | id] else {
            problem = "data before its template \(id)"
            return
        }
        var position = start
        while position < end {
            var batch = open[domain] ?? Collector.Batch(id: 0, connection: connection)
            var probe: [UInt8]?
            for field in fields {
                var length = field.length
                if length == 65535 {
                    length = Int(octets[position])
                    position += 1
                }
                switch field.id {
                case 148: batch.flows.append(UInt64(number(position, length)))
                case 0x8000 | 200: batch.id = UInt64(number(position, length))
                case 0x8000 | 201: probe = Array(octets[position..<position + length])
                case 0x8000 | 202: batch.gaps += 1
                case 166: notSent = UInt64(number(position, length))
                default: break
                }
                position += length
            }
            sequences[domain, default: 0] += 1
            open[domain] = batch
            if let probe {
                batches.append((batch, probe))
                open[domain] = nil
            }
        }
    }
}
