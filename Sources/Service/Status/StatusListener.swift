import Dispatch
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// One listening socket of the status server: a Hummingbird server on the event loop's thread.
final class StatusListener: Sendable {
    private typealias HTTPServer = Server<HTTP1Channel>

    private let place: String
    private let pages: StatusPages
    private let limits: StatusLimits
    private let loop: any EventLoop
    private let logger: Logger

    private let server = Mutex<HTTPServer?>(nil)
    private let begun = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let outcome = Mutex<Result<Int?, StatusServerError>?>(nil)

    init(place: String, pages: StatusPages, limits: StatusLimits, loop: any EventLoop, logger: Logger) {
        self.place = place
        self.pages = pages
        self.limits = limits
        self.loop = loop
        self.logger = logger
    }

    /// Binds and begins to serve. The bound port, if it is one.
    func start(_ address: BindAddress) throws(StatusServerError) -> Int? {
        let server = HTTPServer(
            childChannelSetup: channelSetup,
            configuration: ServerConfiguration(
                address: address, backlog: limits.connections,
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: logger)),
            onServerRunning: { channel in self.hasBegun(.success(channel.localAddress?.port)) },
            eventLoopGroup: loop, logger: logger)
        Task(executorPreference: LoopExecutor(loop)) {
            do {
                try await server.run()
            } catch {
                self.hasBegun(.failure(.cannotListen(place: self.place, reason: "\(error)")))
            }
            self.ended.signal()
        }
        begun.wait()
        guard let outcome = outcome.withLock({ $0 }) else { return nil }
        let port = try outcome.get()
        self.server.withLock { $0 = server }
        return port
    }

    private func hasBegun(_ result: Result<Int?, StatusServerError>) {
        outcome.withLock { $0 = result }
        begun.signal()
    }

    /// Stops listening, and waits until the connections are closed, which `ConnectionLimits` sees to.
    func stop() {
        guard let server = server.withLock({ $0.take() }) else { return }
        Task(executorPreference: LoopExecutor(loop)) { try? await server.shutdownGracefully() }
        _ = ended.wait(timeout: .now() + .seconds(2))
    }

    private var channelSetup: HTTP1Channel {
        let pages = pages
        let limits = limits
        return HTTP1Channel(
            responder: { request, writer, channel in
                try await Self.respond(pages, request, writer)
                // One request a connection. The client closes its side, or is closed by ConnectionLimits.
                channel.close(mode: .output, promise: nil)
            },
            configuration: .init(
                additionalChannelHandlers: [ConnectionLimits(limits)], idleTimeout: TimeAmount(limits.lifetime),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerOctets, maxHeaderListSize: limits.headerOctets,
                    maxHeaderFieldCount: limits.headerFields)))
    }

    private static func respond(
        _ pages: StatusPages, _ request: Request, _ writer: consuming ResponseWriter
    ) async throws {
        let answer = pages.answer(method: request.method.rawValue, target: request.head.path ?? "")
        let body = ByteBuffer(string: answer.body)
        var fields: HTTPFields = [
            .contentType: answer.contentType, .contentLength: String(body.readableBytes), .connection: "close",
            .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
        ]
        if answer.status == 405 { fields[.allow] = "GET" }
        try await writer.write(
            response: HTTPResponse(status: .init(code: answer.status), headerFields: fields),
            body: ResponseBody(byteBuffer: body))
    }
}
