import Collector
import CollectorService
import Exporter
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

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
