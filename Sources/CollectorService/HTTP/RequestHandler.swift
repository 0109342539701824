import Collector
import HTTPMessages
import NIOCore
import NIOHTTP1

/// One exporter's connection on which it posts batches: each request is answered when its records are on disk.
final class RequestHandler: ChannelInboundHandler, CollectorConnection {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Course {
        /// Its records are taken.
        case taking(RequestBody, isPacked: Bool)
        /// What it will be answered is known; what comes of it is passed over.
        case answered(RequestAnswer)
    }

    let engine: CollectorEngine
    let transport: CollectorTransport
    private let keeper: BatchKeeper
    private var session: CollectorSession?
    private var holder: BatchHolder?
    private var course: Course?
    private var keepsAlive = false
    private(set) var context: ChannelHandlerContext?
    private(set) var deadline: NIODeadline?
    private(set) var name = ""

    /// Characters of a key that are looked at; longer ones count for none.
    private static let longestKey = 256
    /// Between two requests a connection may be silent for so long.
    private static let idleTime = TimeAmount.seconds(300)

    init(_ engine: CollectorEngine, _ transport: CollectorTransport, _ keeper: BatchKeeper) {
        (self.engine, self.transport, self.keeper) = (engine, transport, keeper)
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let peer = CollectorPeer(context.remoteAddress), engine.admit(self) else {
            context.close(promise: nil)
            return
        }
        self.context = context
        name = "\(transport.rawValue)://\(peer)"
        session = engine.process.open(transport, peer: peer, namesExporter: engine.configuration.namesExporter)
        holder = BatchHolder(keeper, ofRequests: true)
        deadline = .now() + engine.messageTime
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard session != nil else { return }
        engine.touch()
        switch unwrapInboundIn(data) {
        case .head(let head):
            deadline = .now() + engine.messageTime
            keepsAlive = head.isKeepAlive
            begin(head)
            if head.headers[canonicalForm: "Expect"].contains("100-continue") { goOn(context, head.version) }
        case .body(let octets): take(Array(octets.readableBytesView))
        case .end: end(context)
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        leaveCourse()
        guard let session, let holder else { return }
        if let answer = refusal(of: head) { return course = .answered(answer) }
        let named = head.headers[canonicalForm: "Content-Encoding"].joined(separator: ",").lowercased()
        guard let coding = ContentDecoder.Coding(rawValue: named.isEmpty ? "identity" : named) else {
            return course = .answered(
                .unknownForm("Bodies are taken as they are, or packed by gzip or zstd (Content-Encoding)."))
        }
        let isPacked = coding != .identity
        guard !isPacked || engine.packedRequests < CollectorEngine.packedRequestLimit,
            let decoder = ContentDecoder(coding)
        else { return course = .answered(.later("Too many packed requests come at once.")) }
        if isPacked { engine.packedRequests += 1 }
        let key = head.headers.first(name: "Idempotency-Key").flatMap { $0.utf8.count <= Self.longestKey ? $0 : nil }
        course = .taking(
            RequestBody(session, holder, decoder, key: key, limit: engine.configuration.limits.heldOctets),
            isPacked: isPacked)
    }

    /// Why a request is not looked at; nil when it is.
    private func refusal(of head: HTTPRequestHead) -> RequestAnswer? {
        do throws(TokenFailure) {
            if let token = engine.configuration.token, try !token.isShown(by: head.headers) { return .unauthorized() }
        } catch {
            engine.note(error.description)
            return .later("The collector cannot read its token.")
        }
        guard head.method == .POST else { return .wrongMethod() }
        let type = head.headers.first(name: "Content-Type")?.split(separator: ";").first?.lowercased() ?? ""
        guard type.isEmpty || type == "application/ipfix" else {
            return .unknownForm("Only IPFIX is taken (Content-Type: application/ipfix; of a probe: format=ipfix).")
        }
        return nil
    }

    /// Tells who waits for it whether the body is wanted (RFC 9110 section 10.1.1).
    private func goOn(_ context: ChannelHandlerContext, _ version: HTTPVersion) {
        guard case .taking = course else {
            // It will not send the body: this connection is of no more use.
            keepsAlive = false
            return end(context)
        }
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: version, status: .continue))), promise: nil)
    }

    private func take(_ octets: [UInt8]) {
        guard case .taking(var body, let isPacked) = course else { return }
        course = nil
        if body.take(octets) { deadline = .now() + engine.messageTime }
        course = .taking(body, isPacked: isPacked)
    }

    private func end(_ context: ChannelHandlerContext) {
        let answer: RequestAnswer
        switch course {
        case .answered(let found): answer = found
        case .taking(var body, _): answer = .ended(body.finish())
        // It was answered before it came.
        case nil: return
        }
        leaveCourse()
        engine.requests.count(answer.status)
        if answer.status != .ok {
            engine.note("A request of \(name) was answered with \(answer.status.code). \(answer.text)")
        }
        // Who is served may stay for a while; who is not has to send something better soon.
        deadline = .now() + (answer.status == .ok ? Self.idleTime : engine.messageTime)
        send(answer, context)
    }

    private func send(_ answer: RequestAnswer, _ context: ChannelHandlerContext) {
        let text = context.channel.allocator.buffer(string: answer.text + "\n")
        var headers = HTTPHeaders(answer.fields)
        headers.add(name: "Content-Type", value: "text/plain")
        headers.add(name: "Content-Length", value: "\(text.readableBytes)")
        if !keepsAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(text))), promise: nil)
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !keepsAlive {
            stopReceiving()
            context.close(after: written)
        }
    }

    /// Ends what a request holds.
    private func leaveCourse() {
        if case .taking(_, isPacked: true) = course { engine.packedRequests -= 1 }
        course = nil
    }

    /// Between requests there is nothing to decide.
    func decide() {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) { failed(error) }

    func channelInactive(context: ChannelHandlerContext) {
        stopReceiving()
        context.fireChannelInactive()
    }

    func stopReceiving() {
        guard let session else { return }
        self.session = nil
        deadline = nil
        leaveCourse()
        holder?.end()
        holder = nil
        engine.process.close(session)
        engine.left(self)
    }

    func forget() { context = nil }
}
