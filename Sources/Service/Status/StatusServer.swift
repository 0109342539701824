import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Serves the status pages by HTTP on a loopback port, on a Unix socket, or on both.
///
/// Everything runs on one thread of its own: what clients do takes nothing from the capture threads, and `start()` and
/// `stop()` may be called from any synchronous code. The closures are called on that thread, once a request.
package final class StatusServer: Sendable {
    /// Where to listen.
    package struct Configuration: Sendable {
        /// Loopback address and port.
        package var address: LoopbackAddress?
        /// Path of a Unix socket, made with mode 0660.
        package var socketPath: String?
        /// What one client may take.
        package var limits: StatusLimits

        /// A configuration; without address and path nothing is served.
        package init(address: LoopbackAddress? = nil, socketPath: String? = nil, limits: StatusLimits = .init()) {
            self.address = address
            self.socketPath = socketPath
            self.limits = limits
        }
    }

    private struct Running {
        var group: MultiThreadedEventLoopGroup
        var listeners: [StatusListener] = []
        var port: UInt16?
        var socket: (path: UnixSocketPath, identity: UnixSocketPath.Identity?)?
    }

    private enum State {
        case new
        case running(Running)
        case stopped
    }

    private let configuration: Configuration
    private let pages: StatusPages
    private let logger: Logger
    private let state = Mutex<State>(.new)

    /// A server that does not listen yet. `health` answers whether the main loops turn, `readiness` whether the probe
    /// captures and its outputs are open.
    package init(
        _ configuration: Configuration, logger: Logger, metrics: @escaping @Sendable () -> MetricsPage,
        health: @escaping @Sendable () -> HealthVerdict, readiness: @escaping @Sendable () -> HealthVerdict
    ) {
        self.configuration = configuration
        pages = StatusPages(metrics: metrics, health: health, readiness: readiness)
        // The library tells of each start and connection at lower levels.
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        self.logger = quiet
    }

    /// The address that is listened on, with the port that port 0 became; nil before `start()` and after `stop()`.
    package var address: LoopbackAddress? {
        state.withLock { state in
            guard case .running(let running) = state, let port = running.port, let wanted = configuration.address else {
                return nil
            }
            return LoopbackAddress(loopback: wanted.host, port: port)
        }
    }

    /// Begins to serve, and returns when clients can connect. Blocks meanwhile. Once only.
    package func start() throws(StatusServerError) {
        let isNew = state.withLock { state in
            guard case .new = state else { return false }
            state = .stopped
            return true
        }
        guard isNew else { throw .startedBefore }
        var running = Running(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
        do throws(StatusServerError) {
            try listen(&running)
        } catch {
            Self.end(running)
            throw error
        }
        state.withLock { $0 = .running(running) }
    }

    private func listen(_ running: inout Running) throws(StatusServerError) {
        func listener(_ place: String) -> StatusListener {
            let listener = StatusListener(
                place: place, pages: pages, limits: configuration.limits, loop: running.group.next(), logger: logger)
            running.listeners.append(listener)
            return listener
        }
        if let address = configuration.address {
            running.port = try listener(address.description)
                .start(.hostname(address.host, port: Int(address.port))).flatMap { UInt16(exactly: $0) }
        }
        if let text = configuration.socketPath {
            let path = try UnixSocketPath(text)
            try path.clear()
            _ = try listener(text).start(.unixDomainSocket(path: path.nameToBind))
            running.socket = (path, try path.publish())
        }
    }

    /// Ends serving: requests being answered have a moment, connections are closed, the socket's file is removed. Blocks
    /// for a fraction of a second, and for two seconds at most a listener. May be called before `start()` and again, but
    /// not during it.
    package func stop() {
        let running = state.withLock { state -> Running? in
            guard case .running(let running) = state else { return nil }
            state = .stopped
            return running
        }
        if let running { Self.end(running) }
    }

    private static func end(_ running: Running) {
        for listener in running.listeners { listener.stop() }
        if let socket = running.socket { socket.path.remove(socket.identity) }
        // Closes what is still open. It fails only when called twice.
        try? running.group.syncShutdownGracefully()
    }
}
