import NIOCore
import NIOEmbedded
import NIOHTTP1
import NetTypes

/// What cannot be said in HTTP. `description` is the middle of a sentence.
package struct HTTPFault: Error, Sendable, CustomStringConvertible {
    /// What is wrong, without a full stop.
    package let description: String

    init(_ description: String) { self.description = description }
}

/// HTTP/1.1's messages without a connection (RFC 9112): requests to octets, octets to answers, by swift-nio's codec in memory. An
/// answer is anybody's octets, and bounded in all it has. Used by one thread, from the first request to the last.
package final class HTTPExchange {
    /// Octets of an answer that are read, its head included; what is longer ends the connection.
    package static let longestReply = 1 << 20
    /// Characters of its text that are kept.
    private static let keptText = 160

    private let channel = EmbeddedChannel()
    private var head: HTTPResponseHead?
    private var text: [UInt8] = []
    private var octets = 0
    private var hasEnded = false

    /// How far an answer has come.
    package enum Progress: Equatable {
        /// There is more to come.
        case incomplete
        /// It is there.
        case reply(HTTPReply)
        /// What came is no answer; what is wrong with it, without a full stop.
        case malformed(String)
    }

    /// The messages of one connection.
    package init() throws(HTTPFault) {
        let decoder = HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: .ofMessages)
        do {
            try channel.pipeline.syncOperations.addHandlers([
                HTTPRequestEncoder(), ByteToMessageHandler(decoder), NIOHTTPRequestHeadersValidator(),
            ])
        } catch {
            throw HTTPFault("HTTP cannot be set up: \(error)")
        }
    }

    deinit {
        // The decoder holds itself until it is taken out.
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    /// The head of a POST request, `fields` being its header. The next answer is the one to it.
    package func request(_ target: String, _ fields: [(String, String)]) throws(HTTPFault) -> [UInt8] {
        (head, text, octets) = (nil, [], 0)
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: target, headers: HTTPHeaders(fields))
        var octets: [UInt8] = []
        do {
            try channel.writeOutbound(HTTPClientRequestPart.head(head))
            while let part = try channel.readOutbound(as: IOData.self) {
                if case .byteBuffer(let buffer) = part { octets += buffer.readableBytesView }
            }
        } catch {
            throw HTTPFault("a request for \(target) cannot be made: \(error)")
        }
        return octets
    }

    /// Takes octets of an answer as they come, `now` in nanoseconds since 1970.
    package func take(_ more: [UInt8], now: Nanoseconds) -> Progress {
        guard !more.isEmpty else { return .incomplete }
        octets += more.count
        var problem: String?
        do { try channel.writeInbound(ByteBuffer(bytes: more)) } catch { problem = "\(error)" }
        return progress(problem, now)
    }

    /// Hears that the peer has closed: some answers end with their connection.
    package func end(now: Nanoseconds) -> Progress {
        hasEnded = true
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
        var problem: String?
        do { try channel.throwIfErrorCaught() } catch { problem = "\(error)" }
        let progress = progress(problem, now)
        return progress == .incomplete ? .malformed("it ends in the middle") : progress
    }

    private func progress(_ problem: String?, _ now: Nanoseconds) -> Progress {
        while let part = try? channel.readInbound(as: HTTPClientResponsePart.self) {
            switch part {
            case .head(let found): head = found
            case .body(let body):
                text += body.readableBytesView.prefix(Self.keptText - text.count)
            case .end:
                guard let head else { return .malformed("it has no head") }
                let wait = head.headers.first(name: "Retry-After").flatMap {
                    RetryAfter.seconds($0, now: now)
                }
                return .reply(
                    HTTPReply(
                        status: Int(head.status.code), retryAfter: wait, text: Self.printable(text),
                        keepsAlive: problem == nil && head.isKeepAlive && !hasEnded))
            }
        }
        if let problem { return .malformed("it is not HTTP/1: \(problem)") }
        // A head without end counts too: the codec's own bounds are for one field and one message.
        return octets > Self.longestReply ? .malformed("it has more than \(Self.longestReply) octets") : .incomplete
    }

    /// Anybody's octets on one line.
    private static func printable(_ octets: [UInt8]) -> String {
        let visible = octets.map { (0x21...0x7E).contains($0) ? $0 : 0x20 }
        return String(decoding: visible, as: UTF8.self).split(separator: " ").joined(separator: " ")
    }
}
