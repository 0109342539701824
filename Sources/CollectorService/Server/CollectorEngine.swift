import Collector
import Exporter
import NIOCore
import NetTypes

/// What the sockets of a collecting process share. Lives on the event loop, and is used nowhere else.
final class CollectorEngine {
    private struct Listening {
        var name: String
        var channel: any Channel
        /// Nil for connections, and when it is closed: its number may be another's then.
        var socket: DatagramSocket?
        /// Octets; nil for connections.
        var buffer: Int32?
        var dropped: UInt64 = 0
        var lastDropped: UInt32 = 0
    }

    let configuration: CollectorConfiguration
    let process: CollectingProcess
    let output: CollectorOutput
    let keeper: BatchKeeper?
    private let table: LiveTable?
    let messageTime: TimeAmount
    let requestIdleTime: TimeAmount
    private let datagrams: DatagramSessions
    private let listener: CollectorListener
    private let loop: any EventLoop
    private let ended: EventLoopPromise<CollectorServer.Outcome>
    private var listening: [Listening] = []
    private var connections: [ObjectIdentifier: any CollectorConnection] = [:]
    private var isStopping = false
    private var hasEnded = false
    private var ticks = 0
    private var last = NIODeadline.now()
    private var task: RepeatedTask?
    private var notes = 0

    private var connectionsTaken: UInt64 = 0
    private var connectionsRefused: UInt64 = 0
    private var connectionsEnded: UInt64 = 0
    /// Connections that did not send a whole message in time.
    var timedOut: UInt64 = 0
    /// Connections that failed: reset by the peer, TLS that did not come about.
    var connectionErrors: UInt64 = 0
    /// How requests were answered.
    var requests = RequestTally()
    /// Requests under way whose bodies are packed, each of which may take 8 MiB to unpack.
    var packedRequests = 0
    static let packedRequestLimit = 32
    /// Errors of a socket for datagrams.
    var datagramErrors: UInt64 = 0

    /// Messages about peers in a minute: whoever makes trouble does not fill a disk with them.
    private static let notesPerMinute = 60
    private static let ticksPerSecond = 4

    init(
        _ configuration: CollectorConfiguration, _ listener: CollectorListener, _ output: CollectorOutput,
        _ table: LiveTable?, loop: any EventLoop, ended: EventLoopPromise<CollectorServer.Outcome>
    ) {
        self.configuration = configuration
        self.listener = listener
        self.output = output
        self.table = table
        self.loop = loop
        self.ended = ended
        process = CollectingProcess(limits: configuration.limits)
        keeper = configuration.acknowledges ? BatchKeeper(output, limits: configuration.limits) : nil
        messageTime = .nanoseconds(Int64(configuration.messageSeconds * 1e9))
        requestIdleTime = .nanoseconds(Int64(configuration.requestIdleSeconds * 1e9))
        datagrams = DatagramSessions(
            process, idle: Nanoseconds(configuration.idleSeconds * 1e9), namesExporter: configuration.namesExporter)
    }

    // From the sockets.

    func receive(_ datagram: ByteBuffer, from peer: CollectorPeer) {
        guard !hasEnded else { return }
        touch()
        // The buffer is the socket's, and changes with the next datagrams; a message is a few hundred octets.
        let octets = Array(datagram.readableBytesView)
        datagrams.receive(octets.span, from: peer, now: now, to: output)
    }

    /// Something came.
    func touch() { last = .now() }

    private var now: Nanoseconds { Nanoseconds(last.uptimeNanoseconds) }

    func admit(_ connection: any CollectorConnection) -> Bool {
        guard !isStopping, connections.count < configuration.limits.connections else {
            connectionsRefused += 1
            return false
        }
        connections[ObjectIdentifier(connection)] = connection
        connectionsTaken += 1
        touch()
        return true
    }

    func left(_ connection: any CollectorConnection) {
        connections[ObjectIdentifier(connection)] = nil
        connectionsEnded += 1
        if let wanted = configuration.connections, connectionsEnded >= UInt64(wanted) { stop() }
    }

    func note(_ text: String) {
        notes += 1
        if notes <= Self.notesPerMinute { listener.note(text) }
        if notes == Self.notesPerMinute { listener.note("More of this is not told within this minute.") }
    }

    // From the server.

    func listens(
        _ transport: CollectorTransport, _ address: ListenAddress, _ port: Int?, _ channel: any Channel,
        _ socket: DatagramSocket?
    ) {
        var address = address
        address.port = port.flatMap { UInt16(exactly: $0) } ?? address.port
        let name = "\(transport.rawValue)://\(address)"
        listening.append(
            Listening(name: name, channel: channel, socket: socket, buffer: socket?.bufferOctets))
        listener.note("Listening on \(name).")
    }

    func begin() {
        last = .now()
        let bound = NIOLoopBound(self, eventLoop: loop)
        let interval = TimeAmount.milliseconds(1000 / Int64(Self.ticksPerSecond))
        task = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in bound.value.tick() }
    }

    private func tick() {
        ticks += 1
        if listener.wantsReport() { listener.report(report()) }
        let now = NIODeadline.now()
        if let idle = configuration.untilIdle, now - last >= .nanoseconds(Int64(idle * 1e9)) { return stop() }
        guard ticks % Self.ticksPerSecond == 0 else { return }
        for connection in Array(connections.values) { connection.check(now) }
        datagrams.expire(now: Nanoseconds(now.uptimeNanoseconds))
        if ticks % (10 * Self.ticksPerSecond) == 0 { for connection in connections.values { connection.decide() } }
        if ticks % (60 * Self.ticksPerSecond) == 0 { notes = 0 }
        countDrops()
        if let table, let seconds = configuration.liveSeconds, ticks % (seconds * Self.ticksPerSecond) == 0 {
            listener.live(table.text(process, now: Nanoseconds(now.uptimeNanoseconds)))
        }
        do throws(ExportError) {
            try output.flush()
        } catch {
            end(failure: error.description)
        }
    }

    private func countDrops() {
        for index in listening.indices {
            guard let socket = listening[index].socket else { continue }
            let count = socket.droppedDatagrams
            listening[index].dropped += UInt64(count &- listening[index].lastDropped)
            listening[index].lastDropped = count
        }
    }

    /// Takes no more connections, and ends as soon as what has come by now was read.
    func stop() {
        guard !isStopping else { return }
        isStopping = true
        for place in listening where place.buffer == nil { place.channel.close(promise: nil) }
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: .milliseconds(100)) { bound.value.end(failure: nil) }
    }

    private func end(failure: String?) {
        guard !hasEnded else { return }
        hasEnded = true
        isStopping = true
        task?.cancel()
        countDrops()
        for connection in Array(connections.values) { connection.stop() }
        datagrams.end()
        for index in listening.indices {
            listening[index].socket = nil
            listening[index].channel.close(promise: nil)
        }
        var outcome = CollectorServer.Outcome(report: report(), isMalformed: isMalformed, failure: failure)
        do throws(ExportError) {
            if failure == nil { try output.finish(balance: outcome.report) }
        } catch {
            outcome.failure = error.description
        }
        ended.succeed(outcome)
    }

    private var isMalformed: Bool {
        let (sessions, others) = process.summary()
        return others.malformed.total > 0 || sessions.contains { $0.tally.malformed.total > 0 }
    }

    private func report() -> String {
        countDrops()
        var lines = ["Sockets"]
        for place in listening {
            let buffer = place.buffer.map {
                "   receive buffer \($0) octets, \(place.dropped) datagrams dropped by the kernel"
            }
            lines.append("  \(place.name)\(buffer ?? "")")
        }
        if !configuration.udp.isEmpty {
            lines.append(
                "  datagrams    \(datagrams.strayDatagrams) that are no message, \(datagrams.refusedMessages) of exporters "
                    + "beyond \(configuration.limits.peers), \(datagramErrors) errors")
        }
        if configuration.takesConnections {
            lines.append(
                "  connections  \(connectionsTaken) taken, \(connectionsRefused) refused, \(timedOut) timed out, "
                    + "\(connectionErrors) failed")
        }
        if configuration.takesRequests {
            lines.append(
                "  requests     \(requests.taken) taken, \(requests.refused) refused, \(requests.deferred) not served")
        }
        var parts = [lines.joined(separator: "\n") + "\n"]
        if let keeper { parts.append(CollectorReport.text(keeper.tally)) }
        parts.append(CollectorReport.text(process))
        return parts.joined(separator: "\n")
    }
}
