import Collector
import NIOCore

/// One exporter's connection: cuts what comes into messages, and answers batches.
final class ConnectionHandler: CollectorConnection {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let engine: CollectorEngine
    let transport: CollectorTransport
    private var stream = MessageStream()
    private var session: CollectorSession?
    private var receiver: (any CollectedRecordReceiver)?
    private var holder: BatchHolder?
    private(set) var context: ChannelHandlerContext?
    private(set) var deadline: NIODeadline?
    private(set) var name = ""

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
            return close()
        }
        if stream.isBroken {
            engine.note(
                "The connection of \(name) was closed: what comes at octet \(stream.consumed) is no IPFIX message.")
            return close()
        }
        if isNew || deadline == nil { deadline = stream.pending > 0 ? .now() + engine.messageTime : nil }
    }

    private func answer(_ context: ChannelHandlerContext) {
        guard let answers = holder?.takeAnswers(), !answers.isEmpty else { return }
        // Who does not read its answers gets no more than fit here.
        guard context.channel.isWritable else {
            engine.note("The connection of \(name) was closed: it does not read the answers to its batches.")
            return close()
        }
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: answers)), promise: nil)
    }

    func decide() { holder?.decide() }

    func stopReceiving() {
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

    func forget() { context = nil }
}
