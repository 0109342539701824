import Collector
import NIOCore
import NIOHTTP1

/// One exporter's connection on which it posts batches: each request is answered when its records are on disk. What is not taken
/// is answered at once, and the connection ends then.
final class RequestHandler: CollectorConnection {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// A request whose body is coming.
    private struct Request {
        var body: RequestBody
        let isPacked: Bool
        let begun = NIODeadline.now()
        /// Octets of the body, as they came.
        var octets: Int64 = 0
    }

    let engine: CollectorEngine
    let transport: CollectorTransport
    private let keeper: BatchKeeper
    private var peer: CollectorPeer?
    private var session: CollectorSession?
    private var holder: BatchHolder?
    private var request: Request?
    private var keepsAlive = false
    /// Whether all of the last request has come.
    private var hasEnded = true
    /// The last answer on its way, after which everything is passed over.
    private var lastAnswer: EventLoopFuture<Void>?
    /// Between two requests there is nothing that has to be whole: silence ends the connection without a word.
    private(set) var isIdle = false
    private(set) var context: ChannelHandlerContext?
    private(set) var deadline: NIODeadline?
    private(set) var name = ""

    /// Characters of a request's name that are looked at; longer ones count for none.
    private static let longestName = 256
    /// Octets a second that a body has to bring on average, beyond the time that every request has.
    private static let slowest: Int64 = 8192
    /// Nanoseconds.
    private static let second: Int64 = 1_000_000_000

    init(_ engine: CollectorEngine, _ transport: CollectorTransport, _ keeper: BatchKeeper) {
        (self.engine, self.transport, self.keeper) = (engine, transport, keeper)
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let peer = CollectorPeer(context.remoteAddress), engine.admit(self) else {
            context.close(promise: nil)
            return
        }
        self.context = context
        self.peer = peer
        name = "\(transport.rawValue)://\(peer)"
        openSession(peer)
        holder = BatchHolder(keeper, ofRequests: true)
        deadline = .now() + engine.messageTime
        context.fireChannelActive()
    }

    private func openSession(_ peer: CollectorPeer) {
        if let session { engine.process.close(session) }
        session = engine.process.open(transport, peer: peer, namesExporter: engine.configuration.namesExporter)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard session != nil else { return }
        engine.touch()
        let part = unwrapInboundIn(data)
        if case .end = part { hasEnded = true }
        if let lastAnswer {
            // Whoever has sent all that he wanted to reads it now.
            if hasEnded { context.close(after: lastAnswer) }
            return
        }
        switch part {
        case .head(let head): begin(head, context)
        case .body(let octets): take(octets, context)
        case .end:
            guard var body = request?.body else { return }
            answer(.ended(body.finish()), context)
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        (hasEnded, isIdle) = (false, false)
        deadline = .now() + engine.messageTime
        if let peer, session?.isCrowded == true { openSession(peer) }
        // Whoever wants to go on in another protocol is answered in this one, and no more.
        keepsAlive = head.isKeepAlive && head.method != .CONNECT && !head.headers.contains(name: "Upgrade")
        do throws(RequestAnswer) {
            request = try accepted(head)
        } catch {
            keepsAlive = false
            return answer(error, context)
        }
        // RFC 9110 section 10.1.1.
        if head.headers[canonicalForm: "Expect"].contains("100-continue") {
            let goOn = HTTPResponseHead(version: head.version, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
        }
    }

    /// A request that is looked at. Throws what another one is answered.
    private func accepted(_ head: HTTPRequestHead) throws(RequestAnswer) -> Request? {
        guard let session, let holder else { return nil }
        if try !showsToken(head) { throw .unauthorized() }
        guard head.method == .POST else { throw .wrongMethod() }
        let type = head.headers.first(name: "Content-Type")?.split(separator: ";").first?.lowercased()
        guard type == "application/ipfix" else {
            throw .unknownForm("Only IPFIX is taken (Content-Type: application/ipfix; of a probe: format=ipfix).")
        }
        let named = head.headers[canonicalForm: "Content-Encoding"].joined(separator: ",").lowercased()
        guard let coding = ContentDecoder.Coding(rawValue: named.isEmpty ? "identity" : named) else {
            throw .unknownForm("Bodies are taken as they are, or packed by gzip or zstd (Content-Encoding).")
        }
        let isPacked = coding != .identity
        guard !isPacked || engine.packedRequests < CollectorEngine.packedRequestLimit,
            let decoder = ContentDecoder(coding)
        else { throw .later("Too many packed requests come at once.") }
        if isPacked { engine.packedRequests += 1 }
        let name = head.headers.first(name: "Idempotency-Key").flatMap { $0.utf8.count <= Self.longestName ? $0 : nil }
        return Request(
            body: RequestBody(session, holder, decoder, name: name, limit: engine.configuration.limits.heldOctets),
            isPacked: isPacked)
    }

    private func showsToken(_ head: HTTPRequestHead) throws(RequestAnswer) -> Bool {
        guard let token = engine.configuration.token else { return true }
        do throws(TokenFailure) {
            return try token.isShown(by: head.headers)
        } catch {
            engine.note(error.description)
            throw .later("The collector cannot read its token.")
        }
    }

    private func take(_ octets: ByteBuffer, _ context: ChannelHandlerContext) {
        guard request != nil else { return }
        request?.octets += Int64(octets.readableBytes)
        request?.body.take(Array(octets.readableBytesView))
        guard var request else { return }
        if request.body.isOver {
            keepsAlive = false
            return answer(.ended(request.body.finish()), context)
        }
        deadline = request.begun + engine.messageTime + .nanoseconds(request.octets * (Self.second / Self.slowest))
    }

    /// Says what became of a request, whether all of it has come or not.
    private func answer(_ answer: RequestAnswer, _ context: ChannelHandlerContext) {
        leaveRequest()
        engine.requests.count(answer.status)
        if answer.status != .ok {
            engine.note("A request of \(name) was answered with \(answer.status.code). \(answer.text)")
        }
        // Who does not read its answers gets no more than fit here.
        guard context.channel.isWritable else {
            engine.note("The connection of \(name) was closed: it does not read the answers to its requests.")
            return close()
        }
        isIdle = true
        deadline = .now() + (keepsAlive ? engine.requestIdleTime : engine.messageTime)
        let written = send(answer, context)
        guard !keepsAlive else { return }
        // What comes of a request after its answer is read all the same: an end before would take the answer with it.
        lastAnswer = written
        if hasEnded { context.close(after: written) }
    }

    private func send(_ answer: RequestAnswer, _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        let text = context.channel.allocator.buffer(string: answer.text + "\n")
        var headers = HTTPHeaders(answer.fields)
        headers.add(name: "Content-Type", value: "text/plain")
        headers.add(name: "Content-Length", value: "\(text.readableBytes)")
        if !keepsAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(text))), promise: nil)
        return context.writeAndFlush(wrapOutboundOut(.end(nil)))
    }

    /// Ends what a request holds.
    private func leaveRequest() {
        if request?.isPacked == true { engine.packedRequests -= 1 }
        request = nil
    }

    func stopReceiving() {
        guard let session else { return }
        self.session = nil
        deadline = nil
        leaveRequest()
        holder?.end()
        holder = nil
        engine.process.close(session)
        engine.left(self)
    }

    func forget() { context = nil }
}
