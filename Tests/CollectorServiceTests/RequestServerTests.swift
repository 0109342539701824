import Collector
import CollectorService
import Exporter
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// A peer that says what a test wants, on a connection of its own.
private final class Peer: Sendable {
    private final class Keeper: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let peer: Peer
        init(_ peer: Peer) { self.peer = peer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data))
            peer.text.withLock { $0 += text }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private let text = Mutex("")
    private let channelBox = Mutex<(any Channel)?>(nil)

    init(_ port: Int, reads: Bool = true) throws {
        let channel = try ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.socketOption(.so_rcvbuf), value: reads ? 1 << 20 : 4096)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Keeper(self)) }
            }
            .connect(host: "127.0.0.1", port: port).wait()
        channelBox.withLock { $0 = channel }
    }

    private var channel: (any Channel)? { channelBox.withLock { $0 } }

    func send(_ octets: [UInt8]) {
        guard let channel else { return }
        channel.writeAndFlush(channel.allocator.buffer(bytes: octets), promise: nil)
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func close() { channel?.close(promise: nil) }

    var heard: String { text.withLock { $0 } }
    var isClosed: Bool { channel?.isActive != true }

    /// Waits until it has heard `text`, a minute at most.
    func hears(_ wanted: String) -> Bool { eventually { self.heard.contains(wanted) } }
}

private func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<12_000 {
        if condition() { return true }
        usleep(5000)
    }
    return condition()
}

/// What peers can do to a collector of requests.
@Suite struct RequestServerTests {
    private static let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/ipfix\r\n"
    private static let empty = head + "Content-Length: 0\r\n\r\n"
    /// A message without sets.
    private static let message: [UInt8] = [0, 10, 0, 16] + [UInt8](repeating: 0, count: 12)

    private func server(_ change: (inout CollectorConfiguration) -> Void = { _ in }) throws -> RunningServer {
        var configuration = CollectorConfiguration()
        configuration.http = [try ListenAddress(parsing: "127.0.0.1:0", defaultPort: 1)]
        configuration.acknowledges = true
        change(&configuration)
        return try RunningServer(configuration)
    }

    @Test func requestsFollowOneAnother() throws {
        let server = try server()
        let peer = try Peer(server.port())
        peer.send(Self.head + "Transfer-Encoding: chunked\r\n\r\n10\r\n")
        peer.send(Self.message + Array("\r\n8\r\n".utf8) + Self.message.prefix(8))
        peer.send(Array("\r\n8\r\n".utf8) + Self.message.suffix(8) + Array("\r\n0\r\n\r\n".utf8))
        #expect(peer.hears("200 OK"))
        peer.send(Self.empty + Self.empty)
        #expect(eventually { peer.heard.components(separatedBy: "200 OK").count == 4 }, "\(peer.heard)")
        #expect(!peer.isClosed && !peer.heard.contains("Connection: close"))
        let outcome = try #require(server.stop())
        #expect(outcome.report.contains("requests     3 taken, 0 refused, 0 not served"), "\(outcome.report)")
        #expect(!outcome.isMalformed)
    }

    /// Answers that nobody reads do not pile up.
    @Test func whoDoesNotReadIsLeft() throws {
        let server = try server()
        let peer = try Peer(server.port(), reads: false)
        // More than the buffers of both hosts take.
        let many = Array(String(repeating: Self.empty, count: 1000).utf8)
        for _ in 0..<200 where !peer.isClosed { peer.send(many) }
        #expect(eventually { server.said.contains { $0.contains("does not read the answers") } })
        peer.close()
        _ = server.stop()
    }

    /// Whoever asks for another protocol gets an answer, and nothing of what he sends then is kept.
    @Test func noOtherProtocol() throws {
        let server = try server()
        let peer = try Peer(server.port())
        peer.send(Self.head + "Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n")
        peer.send([UInt8](repeating: 0x41, count: 1 << 20))
        #expect(eventually { peer.isClosed })
        #expect(peer.heard.contains("200 OK") && peer.heard.contains("Connection: close"), "\(peer.heard)")
        _ = server.stop()
    }

    @Test(arguments: ["CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"])
    func onlyPosts(request: String) throws {
        let server = try server()
        let peer = try Peer(server.port())
        peer.send(request)
        #expect(eventually { peer.isClosed })
        #expect(peer.heard.contains("405 Method Not Allowed"), "\(peer.heard)")
        _ = server.stop()
    }

    @Test func whatIsNotHTTPEndsTheConnection() throws {
        let server = try server()
        let peer = try Peer(server.port())
        peer.send("\u{16}\u{3}\u{1} nonsense\r\n\r\n")
        #expect(eventually { peer.isClosed })
        let outcome = try #require(server.stop())
        #expect(outcome.report.contains("1 failed"), "\(outcome.report)")
    }

    /// A body that dribbles in is given up, and so is its place; silence after an answer is no fault.
    @Test func slownessAndSilence() throws {
        let server = try server {
            // Longer than a busy machine takes from a connection to its request.
            $0.messageSeconds = 3
            $0.requestIdleSeconds = 4
        }
        let slow = try Peer(server.port())
        slow.send(Self.head + "Content-Length: 100000\r\n\r\n")
        let silent = try Peer(server.port())
        silent.send(Self.empty)
        #expect(silent.hears("200 OK"))
        for _ in 0..<100 where !slow.isClosed {
            slow.send(Self.message)
            usleep(100_000)
        }
        #expect(eventually { slow.isClosed && silent.isClosed })
        let outcome = try #require(server.stop())
        #expect(outcome.report.contains("2 taken, 0 refused, 1 timed out"), "\(outcome.report)")
        #expect(server.said.filter { $0.contains("no whole message") }.count == 1, "\(server.said)")
    }

    /// What is too large is said at once, and what comes behind is passed over until it ends.
    @Test func tooLarge() throws {
        let server = try server { $0.limits.heldOctets = 4096 }
        let peer = try Peer(server.port())
        peer.send(Self.head + "Content-Length: 16000\r\n\r\n")
        peer.send(Array(repeatElement(Self.message, count: 300).joined()))
        #expect(peer.hears("413 Payload Too Large"))
        #expect(peer.heard.contains("Connection: close") && peer.heard.contains("smaller batches"))
        peer.send(Array(repeatElement(Self.message, count: 700).joined()))
        #expect(eventually { peer.isClosed })
        _ = server.stop()
    }

    /// Packed requests are few at once, and a place is free again when its connection is gone.
    @Test func packedRequestsAreBounded() throws {
        let server = try server()
        let port = try server.port()
        let packed = Self.head + "Content-Encoding: gzip\r\n"
        let held = try (0..<32).map { _ in try Peer(port) }
        for peer in held { peer.send(packed + "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n") }
        for peer in held { #expect(peer.hears("100 Continue")) }
        let late = try Peer(port)
        late.send(packed + "Content-Length: 9\r\n\r\n")
        #expect(late.hears("503 Service Unavailable") && late.heard.contains("Retry-After"))
        for peer in held { peer.close() }
        #expect(
            eventually {
                guard let peer = try? Peer(port) else { return false }
                peer.send(packed + "Content-Length: 9\r\n\r\nnonsense!")
                return peer.hears("HTTP/1.1 ") && peer.heard.contains("400 Bad Request")
            })
        _ = server.stop()
    }

    /// More observation domains than are kept are no fault of the records: nobody is to give them up.
    @Test func limitsAreNotTheRecordsFault() throws {
        let server = try server { $0.limits.domains = 4 }
        let peer = try Peer(server.port())
        func request(_ domains: Range<UInt8>) {
            let body = domains.flatMap { Self.message.dropLast() + [$0] }
            peer.send(Array((Self.head + "Content-Length: \(body.count)\r\n\r\n").utf8) + body)
        }
        // Three requests of three domains each are within the limit: each is a session of its own.
        for first in [0, 3, 6] as [UInt8] { request(first..<first + 3) }
        #expect(eventually { peer.heard.components(separatedBy: "200 OK").count == 4 }, "\(peer.heard)")
        request(0..<9)
        #expect(peer.hears("503 Service Unavailable"))
        _ = server.stop()
    }
}
