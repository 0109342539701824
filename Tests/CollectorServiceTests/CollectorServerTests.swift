import Collector
import CollectorService
import Exporter
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// A server on a thread of its own, with limits small enough to be reached.
private final class RunningServer: Sendable {
    private let server: CollectorServer
    private let told = Told()
    private let done = DispatchSemaphore(value: 0)
    private let outcome = Mutex<CollectorServer.Outcome?>(nil)

    init(_ configuration: CollectorConfiguration) throws {
        let told = told
        server = CollectorServer(
            configuration,
            CollectorListener(note: { told.add($0) }, wantsReport: { false }, report: { _ in }))
        let (server, done) = (server, done)
        Thread.detachNewThread { [weak self] in
            let result = try? server.run { _ in CollectorOutput(lines: nil, store: nil) }
            self?.outcome.withLock { $0 = result }
            done.signal()
        }
    }

    private final class Told: Sendable {
        private let texts = Mutex<[String]>([])
        func add(_ text: String) { texts.withLock { $0.append(text) } }
        var all: [String] { texts.withLock { $0 } }
    }

    var said: [String] { told.all }

    /// The port, once it listens.
    func port() throws -> Int {
        for _ in 0..<12_000 {
            if let line = told.all.first, let port = line.dropLast().split(separator: ":").last.flatMap({ Int($0) }) {
                return port
            }
            usleep(5000)
        }
        throw ExportError("it does not listen")
    }

    func stop() -> CollectorServer.Outcome? {
        server.stop()
        done.wait()
        return outcome.withLock { $0 }
    }
}

@Suite struct CollectorServerTests {
    private func configuration() throws -> CollectorConfiguration {
        var configuration = CollectorConfiguration()
        configuration.tcp = [try ListenAddress(parsing: "127.0.0.1:0", defaultPort: 1)]
        return configuration
    }

    /// Opens a connection, sends `octets`, and waits for the other side to close it.
    private func isClosed(_ port: Int, _ octets: [UInt8], within seconds: Int64) throws -> Bool {
        let channel = try ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port).wait()
        try channel.writeAndFlush(channel.allocator.buffer(bytes: octets)).wait()
        let closed = channel.closeFuture.map { true }
        let timeout = channel.eventLoop.scheduleTask(in: .seconds(seconds)) { channel.close(promise: nil) }
        let start = NIODeadline.now()
        _ = try closed.wait()
        timeout.cancel()
        return NIODeadline.now() - start < .seconds(seconds)
    }

    /// Who sends half a message, or nothing at all, does not keep a place; who has sent a whole one does.
    @Test func halfMessagesAreNotWaitedFor() throws {
        var configuration = try configuration()
        configuration.messageSeconds = 0.5
        let server = try RunningServer(configuration)
        let port = try server.port()
        let whole: [UInt8] = [0, 10, 0, 16] + [UInt8](repeating: 0, count: 12)
        #expect(try isClosed(port, Array(whole.prefix(10)), within: 60))
        #expect(try isClosed(port, [], within: 60))
        #expect(try isClosed(port, whole + [0, 10, 0, 16], within: 60))
        #expect(try !isClosed(port, whole, within: 3))
        let outcome = try #require(server.stop())
        #expect(outcome.report.contains("4 taken, 0 refused, 3 timed out"), "\(outcome.report)")
        #expect(server.said.filter { $0.contains("no whole message came within 0.5 s") }.count == 3)
    }

    @Test func connectionsAreBounded() throws {
        var configuration = try configuration()
        configuration.limits.connections = 2
        let server = try RunningServer(configuration)
        let port = try server.port()
        let clients = try (0..<5).map { _ in
            try ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "127.0.0.1", port: port)
                .wait()
        }
        for client in clients.dropFirst(2) { try client.closeFuture.wait() }
        #expect(clients.prefix(2).filter(\.isActive).count == 2)
        let outcome = try #require(server.stop())
        #expect(outcome.report.contains("2 taken, 3 refused"), "\(outcome.report)")
        for client in clients.prefix(2) { try client.closeFuture.wait() }
    }
}
