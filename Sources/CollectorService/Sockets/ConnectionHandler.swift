import Collector
import NIOCore

/// One exporter's connection: cuts what comes into messages, and answers batches.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let engine: CollectorEngine
    private let transport: CollectorTransport
    private var stream = MessageStream()
    private var session: CollectorSession?
    private var receiver: (any CollectedRecordReceiver)?
    private var holder: BatchHolder?
    private var context: ChannelHandlerContext?
    /// When what has begun has to be whole; nil while nothing has.
    private(set) var deadline: NIODeadline?
    private var name = ""

    init(_ engine: CollectorEngine, _ transport: CollectorTransport) {
        self.engine = engine
        self.transport = transport
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let peer = CollectorPeer(context.remoteAddress), engine.admit(self) else {
            context.close(promise: nil)
            return
        }
        self.context = context
        name = "\(transport.rawValue)://\(peer)"
        let session = engine.process.open(
            transport, peer: peer, namesExporter: engine.configuration.namesExporter)
        self.session = session
        holder = engine.keeper.map { BatchHolder($0) }
        receiver = holder ?? engine.output
        deadline = .now() + engine.messageTime
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let session, let receiver else { return }
        engine.touch()
        stream.append(unwrapInboundIn(data).readableBytesView)
        var isNew = false
        while let message = stream.next() {
            session.receive(message.span, to: receiver)
            isNew = true
            if holder?.refusal != nil { break }
        }
        answer(context)
        if let refusal = holder?.refusal {
            engine.note("The connection of \(name) was closed. \(refusal)")
            return close(context)
        }
        if stream.isBroken {
            engine.note(
                "The connection of \(name) was closed: what comes at octet \(stream.consumed) is no IPFIX message.")
            return close(context)
        }
        if isNew || deadline == nil { deadline = stream.pending > 0 ? .now() + engine.messageTime : nil }
    }

    private func answer(_ context: ChannelHandlerContext) {
        guard let answers = holder?.takeAnswers(), !answers.isEmpty else { return }
        // Who does not read its answers gets no more than fit here.
        guard context.channel.isWritable else {
            engine.note("The connection of \(name) was closed: it does not read the answers to its batches.")
            return close(context)
        }
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: answers)), promise: nil)
    }

    /// Time has passed: what should be whole by now is given up.
    func check(_ now: NIODeadline) {
        guard let context, let deadline, deadline < now else { return }
        engine.timedOut += 1
        engine.note(
            "The connection of \(name) was closed: no whole message came within \(engine.configuration.messageSeconds) s."
        )
        close(context)
    }

    /// Who has not spoken of batches by now makes none.
    func decide() { holder?.decide() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Exporters that end without saying so in TLS are common. A message that is cut shows by its length.
        if TLSContext.isMereEnd(error) { return close(context) }
        engine.connectionErrors += 1
        if transport == .tls { engine.note("The connection of \(name) failed: \(TLSContext.reason(error)).") }
        close(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func close(_ context: ChannelHandlerContext) {
        end()
        context.close(promise: nil)
    }

    /// Ends the session: nothing more is taken, whatever comes.
    func end() {
        guard let session else { return }
        self.session = nil
        deadline = nil
        session.end(pending: stream.pending, isBroken: stream.isBroken)
        holder?.end()
        stream = MessageStream()
        (holder, receiver) = (nil, nil)
        engine.process.close(session)
        engine.left(self)
    }

    /// Ends the session and the connection.
    func stop() {
        end()
        context?.close(promise: nil)
        context = nil
    }
}
