import Exporter
import Foundation
import NIOCore
import NIOEmbedded
import NIOSSL
import NIOTLS

/// A connection under TLS 1.2 or newer. TLS runs in memory, beside a socket of our own: so octets can be counted below it,
/// where the peer's TCP acknowledges them.
final class SecureConnection: StreamConnection {
    private let socket: StreamSocket
    private let channel: EmbeddedChannel
    private let progress: HandshakeProgress
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// Connects and shakes hands. Throws a message for people when the collector cannot be reached, or is not who it
    /// should be. Files are read anew each time, so that new certificates are used from the next connection on.
    init(_ endpoint: ExportEndpoint) throws(ExportError) {
        let context = try SecuritySettings.context(endpoint)
        socket = try StreamSocket(endpoint, timeoutSeconds: endpoint.parameters.timeoutSeconds)
        progress = HandshakeProgress()
        do {
            let identity = SecuritySettings.identity(endpoint)
            let handler = try NIOSSLClientHandler(context: context, serverHostname: identity.name)
            channel = EmbeddedChannel()
            try channel.pipeline.syncOperations.addHandlers([handler, progress])
            // An address is looked for in the certificate when the channel leads to it, and only then: where a name is
            // wanted, no address will do. So the channel leads to a path that stands for nothing.
            try channel.connect(to: identity.address ?? SocketAddress(unixDomainSocketPath: "/")).wait()
        } catch {
            throw Self.refusal(endpoint, Self.text(error))
        }
        try shakeHands(endpoint)
    }

    private func shakeHands(_ endpoint: ExportEndpoint) throws(ExportError) {
        let end = HostClock.monotonic + Int64(endpoint.parameters.timeoutSeconds) * 1_000_000_000
        while !progress.isOver {
            if let problem = drain() { throw Self.refusal(endpoint, problem) }
            guard HostClock.monotonic < end else {
                throw Self.refusal(endpoint, "no answer within \(endpoint.parameters.timeoutSeconds) seconds")
            }
            switch socket.receive(into: &buffer, waitingMilliseconds: 100) {
            case .octets(let count):
                if let problem = feed(count) {
                    // So that the collector learns why.
                    _ = drain()
                    throw Self.refusal(endpoint, problem)
                }
            case .nothing: break
            case .closed: throw Self.refusal(endpoint, "it closed the connection")
            case .failed(let reason): throw Self.refusal(endpoint, reason)
            }
        }
        if let problem = progress.problem ?? drain() { throw Self.refusal(endpoint, problem) }
    }

    private static func refusal(_ endpoint: ExportEndpoint, _ reason: String) -> ExportError {
        let isOther = reason.contains("failedToValidateHostname")
        let wanted = endpoint.parameters.serverName ?? endpoint.host
        let reason = isOther ? "its certificate is not for \(wanted)" : reason
        return ExportError(
            "No secured connection to the collector \(endpoint.name): \(reason). Check that it speaks TLS there, and the "
                + "certificates on both sides.")
    }

    var written: UInt64 { socket.written }
    var unacknowledged: UInt64? { socket.unacknowledged }

    func send(_ octets: Span<UInt8>) -> String? {
        var message = channel.allocator.buffer(capacity: octets.count)
        // SAFETY: the call copies the octets.
        unsafe message.writeBytes(octets.bytes)
        do { try channel.writeOutbound(message) } catch { return Self.text(error) }
        return drain()
    }

    func receive(waitingMilliseconds: Int) -> StreamInput {
        switch socket.receive(into: &buffer, waitingMilliseconds: waitingMilliseconds) {
        case .octets(let count):
            if let problem = feed(count) ?? drain() { return .failed(problem) }
        case .nothing: break
        case .closed: return .closed
        case .failed(let reason): return .failed(reason)
        }
        var plain: [UInt8] = []
        while let part = try? channel.readInbound(as: ByteBuffer.self) { plain += part.readableBytesView }
        // What was said before the farewell counts.
        return plain.isEmpty && progress.isClosed ? .closed : .octets(plain)
    }

    func close() -> StreamSocket.Ending {
        // Sends TLS's own farewell; the peer's is not waited for, but its end of the connection is.
        channel.close(promise: nil)
        if let problem = drain() { return .failed("broke the connection: \(problem)") }
        return socket.close()
    }

    /// Gives TLS what the socket had.
    private func feed(_ count: Int) -> String? {
        do {
            try channel.writeInbound(ByteBuffer(bytes: buffer[..<count]))
            return progress.problem
        } catch {
            return progress.problem ?? Self.text(error)
        }
    }

    /// Sends what TLS has to say.
    private func drain() -> String? {
        do {
            while let part = try channel.readOutbound(as: ByteBuffer.self) {
                if let problem = socket.send(part.readableBytesUInt8Span).problem { return problem }
            }
            return nil
        } catch {
            return Self.text(error)
        }
    }

    /// What went wrong, without the places in the library's source that its errors name.
    fileprivate static func text(_ error: any Error) -> String {
        let text = "\(error)"
        guard let mark = text.range(of: "OPENSSL_internal:") else { return text }
        let name = text[mark.upperBound...].prefix { $0.isUppercase || $0.isNumber || $0 == "_" }
        return "TLS says: " + name.lowercased().replacing("_", with: " ")
    }
}

/// Hears when TLS's handshake is over, how it went, and when the peer says farewell.
private final class HandshakeProgress: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private(set) var isOver = false
    private(set) var isClosed = false
    private(set) var problem: String?

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event as? TLSUserEvent {
        case .handshakeCompleted: isOver = true
        case .shutdownCompleted: isClosed = true
        case nil: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isOver = true
        problem = problem ?? SecureConnection.text(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        isOver = true
        context.fireChannelInactive()
    }
}
