import Foundation
import Glibc
import Synchronization

/// A receiver of HTTP requests for tests, on loopback. Reads requests by itself and answers with whatever octets it is told.
final class Receiver: Sendable {
    /// A request as it came.
    struct Request: Sendable {
        var target = ""
        /// Names in lower case.
        var fields: [String: String] = [:]
        var body: [UInt8] = []
        /// From 0, over all connections.
        var number = 0
        var connection = 0
        var at = Date()

        var key: String { fields["idempotency-key"] ?? "" }
        var media: String { fields["content-type"] ?? "" }

        /// Flow ids of a body that is not packed; with `problem` what is wrong with it.
        var flows: [UInt64] { flows(of: body).ids }

        /// Batches and gaps of an IPFIX body: a session of its own.
        func batches(of body: [UInt8]) -> (batches: [Collector.Batch], problem: String?) {
            var reader = MessageReader(connection: number)
            let found = reader.take(body[...])
            return (found.map(\.0), reader.problem)
        }

        func flows(of body: [UInt8]) -> (ids: [UInt64], problem: String?) {
            if media == "application/ipfix" {
                var reader = MessageReader(connection: number)
                let closed = reader.take(body[...]).flatMap(\.0.flows)
                return (closed + reader.unclosed, reader.problem)
            }
            var ids: [UInt64] = []
            for line in body.split(separator: 0x0A) {
                let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
                guard let text = object?["flowId"] as? String, let id = UInt64(text) else { return (ids, "\(line)") }
                ids.append(id)
            }
            return (ids, nil)
        }

        /// The first and last record of the batch in this request, and how many the batch has.
        var records: (first: Int, last: Int, total: Int)? {
            let numbers = (fields["flowprobe-records"] ?? "").split { $0 == "-" || $0 == "/" }.compactMap { Int($0) }
            return numbers.count == 3 ? (numbers[0], numbers[1], numbers[2]) : nil
        }
    }

    /// What becomes of a request.
    struct Answer: Sendable {
        var octets: [UInt8]
        /// Closes behind it; with `resets`, so that what is under way is lost.
        var closes = false
        var resets = false
        /// Microseconds between one octet and the next; nil for all at once.
        var pause: UInt32?
        /// Comes when the head is there, and the body is never read.
        var isEarly = false
        /// Whether an idempotent receiver has the records now.
        var keeps = false

        /// An answer with `status`.
        static func status(_ status: Int, _ fields: [String] = [], text: String = "") -> Answer {
            let head = ["HTTP/1.1 \(status) Whatever", "Content-Length: \(text.utf8.count)"] + fields
            return Answer(
                octets: Array((head.joined(separator: "\r\n") + "\r\n\r\n" + text).utf8),
                keeps: (200..<300).contains(status))
        }

        /// These octets as they stand.
        static func raw(_ text: String, closes: Bool = true, keeps: Bool = false) -> Answer {
            Answer(octets: Array(text.utf8), closes: closes, keeps: keeps)
        }

        /// No word, and the end of the connection.
        static let cut = Answer(octets: [], closes: true, resets: true)
        /// No word.
        static let silence = Answer(octets: [])
    }

    let port: UInt16
    private let listener: Int32
    private let answer: @Sendable (Request) -> Answer
    private let state = Mutex<(requests: [Request], connections: Int, kept: [String: [UInt64]])>(([], 0, [:]))

    /// Requests whose head came, in order.
    var requests: [Request] { state.withLock { $0.requests } }
    /// Connections taken so far.
    var connections: Int { state.withLock { $0.connections } }
    /// Flow ids of all requests that were answered with success, each key once, in order.
    var kept: [UInt64] { state.withLock { state in state.kept.values.flatMap { $0 } }.sorted() }

    /// Listens on `port`, 0 for any. The first request has the number 0.
    init(port: UInt16 = 0, _ answer: @escaping @Sendable (Request) -> Answer) throws {
        (listener, self.port) = try listenOnLoopback(port)
        self.answer = answer
        acceptConnections(of: listener) { [self] connection in
            let number = state.withLock { state in
                defer { state.connections += 1 }
                return state.connections
            }
            Thread.detachNewThread { self.serve(connection, number) }
        }
    }

    /// Takes no further connection.
    func stop() { stopListening(listener) }

    private func serve(_ connection: Int32, _ number: Int) {
        var octets: [UInt8] = []
        while let request = read(connection, number, &octets) {
            let answer = answer(request)
            if answer.keeps {
                let flows = request.flows(of: unpacked(request)).ids
                state.withLock { state in if state.kept[request.key] == nil { state.kept[request.key] = flows } }
            }
            if let pause = answer.pause {
                for octet in answer.octets {
                    guard write([octet], connection) else { break }
                    usleep(pause)
                }
            } else if !write(answer.octets, connection) {
                break
            }
            if answer.closes {
                if answer.resets {
                    var now = linger(l_onoff: 1, l_linger: 0)
                    // SAFETY: a value of the type and size that the option wants.
                    _ = unsafe setsockopt(
                        connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
                }
                break
            }
        }
        close(connection)
    }

    /// The next request, or nil when the connection is over.
    private func read(_ connection: Int32, _ number: Int, _ octets: inout [UInt8]) -> Request? {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let end = Array("\r\n\r\n".utf8)
        var request: Request?
        while true {
            if request == nil, let head = octets.firstRange(of: end) {
                var new = Request(connection: number)
                let lines = String(decoding: octets[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
                new.target = lines[0]
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                    if parts.count == 2 {
                        // Fields of one name are one list (RFC 9110 section 5.3).
                        let name = parts[0].lowercased()
                        new.fields[name] = new.fields[name].map { $0 + ", " + parts[1] } ?? parts[1]
                    }
                }
                octets.removeFirst(head.upperBound)
                new.number = state.withLock { state in
                    state.requests.append(new)
                    state.requests[state.requests.count - 1].number = state.requests.count - 1
                    return state.requests.count - 1
                }
                if answer(new).isEarly { return new }
                request = new
            }
            if var whole = request, let length = Int(whole.fields["content-length"] ?? ""), octets.count >= length {
                whole.body = Array(octets.prefix(length))
                octets.removeFirst(length)
                state.withLock { $0.requests[whole.number].body = whole.body }
                return whole
            }
            // SAFETY: room for as many octets as are asked for.
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            octets += buffer[..<count]
        }
    }

    private func write(_ octets: [UInt8], _ connection: Int32) -> Bool {
        // SAFETY: the octets live as long as the call.
        unsafe octets.isEmpty || send(connection, octets, octets.count, Int32(MSG_NOSIGNAL)) == octets.count
    }
}

/// The body of a request as it was before it was packed, by the programs that others wrote for it.
func unpacked(_ request: Receiver.Request) -> [UInt8] {
    guard let coding = request.fields["content-encoding"] else { return request.body }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/\(coding)")
    process.arguments = ["-dc"]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    guard (try? process.run()) != nil else { return [] }
    let body = request.body
    Thread.detachNewThread {
        try? input.fileHandleForWriting.write(contentsOf: body)
        try? input.fileHandleForWriting.close()
    }
    let octets = try? output.fileHandleForReading.readToEnd()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? [UInt8](octets ?? Data()) : []
}

/// A socket that listens on a port of 127.0.0.1, 0 for any, and the port.
func listenOnLoopback(_ port: UInt16) throws -> (Int32, UInt16) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var one: Int32 = 1
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // SAFETY: values of the types and sizes that the calls want, which live as long as they run.
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        // SAFETY: as above.
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            // SAFETY: as above.
            unsafe setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, 4) == 0
                && bind(listener, address, length) == 0 && listen(listener, 16) == 0
                && getsockname(listener, address, &length) == 0
        }
    }
    guard isBound else { throw POSIXError(.EADDRINUSE) }
    return (listener, UInt16(bigEndian: address.sin_port))
}

/// Hands each connection to `serve`, one after the other on a thread, until the listener is stopped. The thread has a number of its own
/// for the socket: whoever stops it closes the other, and the kernel gives numbers out again at once, to another test's socket.
func acceptConnections(of listener: Int32, _ serve: @escaping @Sendable (Int32) -> Void) {
    let own = dup(listener)
    Thread.detachNewThread {
        defer { close(own) }
        while case let connection = accept(own, nil, nil), connection >= 0 { serve(connection) }
    }
}

/// Takes no further connection.
func stopListening(_ listener: Int32) {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
}
