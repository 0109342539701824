import NIOCore
import NIOHTTPTypes

/// Closes a connection at its time, whatever its client does.
///
/// The HTTP library's own timeout counts from the last part of a request and not while an answer waits to be sent: a
/// client that sends its body bit by bit, or never reads, would stay for ever.
final class ConnectionLimits: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let limits: StatusLimits
    private var end: Scheduled<Void>?
    private var bodyOctets = 0

    init(_ limits: StatusLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) { close(context.channel, in: limits.lifetime) }

    func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .body(let buffer) = unwrapInboundIn(data) {
            bodyOctets += buffer.readableBytes
            guard bodyOctets <= limits.bodyOctets else {
                context.close(promise: nil)
                return
            }
        }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { close(context.channel, in: limits.farewell) }
        context.fireUserInboundEventTriggered(event)
    }

    private func close(_ channel: any Channel, in duration: Duration) {
        end?.cancel()
        end = channel.eventLoop.scheduleTask(in: TimeAmount(duration)) { channel.close(promise: nil) }
    }
}
