import Collector
import Exporter
import FlowTable
import HTTPMessages
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A collecting process on sockets. Everything it does is done on one thread of its own: sessions and outputs need no
/// lock, and an output that waits for its disk holds the reading up, which TCP passes on to the exporters.
package final class CollectorServer: Sendable {
    /// How a run ended.
    package struct Outcome: Sendable {
        /// The report, for a person.
        package var report: String
        /// Whether something was malformed.
        package var isMalformed: Bool
        /// Why an output failed; nil when none did.
        package var failure: String?
    }

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let loop: any EventLoop
    private let configuration: CollectorConfiguration
    private let listener: CollectorListener
    private let stopRequested = Atomic(false)

    /// A server that does not listen yet.
    package init(_ configuration: CollectorConfiguration, _ listener: CollectorListener) {
        self.configuration = configuration
        self.listener = listener
        loop = group.next()
    }

    /// Listens until `stop()` or until the configuration says that it is enough. `output` is called once, on the server's
    /// thread, with who wants to be shown records. Throws when an address cannot be listened at or an output cannot be
    /// opened.
    package func run(_ output: @escaping @Sendable (((FlowRecord) -> Void)?) throws -> CollectorOutput) throws
        -> Outcome
    {
        // Fails only when it was shut down before.
        defer { try? group.syncShutdownGracefully() }
        let (configuration, listener, loop) = (configuration, listener, loop)
        let context = try configuration.files.map { try TLSContext.load($0) }
        let ended = loop.makePromise(of: Outcome.self)
        do {
            let engine = try loop.submit {
                let table = configuration.liveSeconds == nil ? nil : LiveTable()
                let engine = CollectorEngine(
                    configuration, listener, try output(table?.add), table, loop: loop, ended: ended)
                return NIOLoopBound(engine, eventLoop: loop)
            }.wait()
            try bind(engine, context)
            try loop.submit { engine.value.begin() }.wait()
            loop.scheduleRepeatedTask(initialDelay: .milliseconds(50), delay: .milliseconds(50)) { task in
                if self.stopRequested.load(ordering: .relaxed) {
                    task.cancel()
                    engine.value.stop()
                }
            }
        } catch {
            // Nobody waits for it any more.
            ended.fail(error)
            throw error
        }
        return try ended.futureResult.wait()
    }

    /// Ends the run: what has come is worked off and the outputs are ended. May be called on any thread.
    package func stop() { stopRequested.store(true, ordering: .relaxed) }

    private func bind(_ engine: NIOLoopBound<CollectorEngine>, _ context: TLSContext?) throws {
        for (index, address) in configuration.udp.enumerated() {
            let socket = try DatagramSocket(address)
            let channel = try DatagramBootstrap(group: loop)
                .channelOption(.datagramVectorReadMessageCount, value: 16)
                // Each of the sixteen may be as large as a datagram can be.
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 << 16))
                .channelOption(.maxMessagesPerRead, value: 16)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(DatagramHandler(engine.value, socket: index))
                    }
                }
                .withBoundSocket(socket.number).wait()
            let port = channel.localAddress?.port
            try loop.submit { engine.value.listens(.udp, address, port, channel, socket) }.wait()
        }
        for (transport, addresses) in [
            (CollectorTransport.tcp, configuration.tcp), (.tls, configuration.tls), (.http, configuration.http),
            (.https, configuration.https),
        ] {
            for address in addresses {
                let isSecure = transport == .tls || transport == .https
                let channel = try listen(engine, transport, address, isSecure ? context : nil)
                let port = channel.localAddress?.port
                try loop.submit { engine.value.listens(transport, address, port, channel, nil) }.wait()
            }
        }
    }

    private static func add(
        _ engine: CollectorEngine, _ transport: CollectorTransport, to pipeline: ChannelPipeline.SynchronousOperations
    ) throws {
        guard transport == .http || transport == .https else {
            return try pipeline.addHandler(ConnectionHandler(engine, transport))
        }
        guard let keeper = engine.keeper else { throw ChannelError.operationUnsupported }
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: .ofMessages)
        try pipeline.addHandler(HTTPResponseEncoder())
        // The decoder leaves nothing over but what comes behind a change of protocol, which is nobody's.
        try pipeline.addHandler(ByteToMessageHandler(decoder, maximumBufferSize: 1 << 18))
        try pipeline.addHandler(HTTPServerPipelineHandler())
        try pipeline.addHandler(RequestHandler(engine, transport, keeper))
    }

    private func listen(
        _ engine: NIOLoopBound<CollectorEngine>, _ transport: CollectorTransport, _ address: ListenAddress,
        _ context: TLSContext?
    ) throws -> any Channel {
        do {
            return try ServerBootstrap(group: loop)
                .serverChannelOption(.backlog, value: 256)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                // A peer that is gone without a word is found out.
                .childChannelOption(.socketOption(.so_keepalive), value: 1)
                .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_536))
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if let context { try pipeline.addHandler(context.handler()) }
                        try Self.add(engine.value, transport, to: pipeline)
                    }
                }
                .bind(to: address.socketAddress()).wait()
        } catch let error as IOError {
            throw ExportError(
                DatagramSocket.listening(transport.rawValue, address, String(describing: error)))
        }
    }
}
