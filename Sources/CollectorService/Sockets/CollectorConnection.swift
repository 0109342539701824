import Collector
import NIOCore

/// An exporter's connection, as the engine sees it. Lives on the event loop.
protocol CollectorConnection: ChannelInboundHandler {
    /// What it is part of.
    var engine: CollectorEngine { get }
    /// How its messages travel.
    var transport: CollectorTransport { get }
    /// Its place in the channel; nil before it is active, and when it has been stopped.
    var context: ChannelHandlerContext? { get }
    /// When what has begun has to be whole, or silence ends; nil while there is no end to it.
    var deadline: NIODeadline? { get }
    /// Whether nothing has begun that `deadline` is about, but silence.
    var isIdle: Bool { get }
    /// For messages.
    var name: String { get }

    /// Who has not spoken of batches by now makes none.
    func decide()
    /// Ends the session: nothing more is taken, whatever comes. May be called again.
    func stopReceiving()
    /// Lets go of the channel.
    func forget()
}

extension CollectorConnection {
    var isIdle: Bool { false }

    func decide() {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) { failed(error) }

    func channelInactive(context: ChannelHandlerContext) {
        stopReceiving()
        forget()
        context.fireChannelInactive()
    }

    /// Ends the session and the connection.
    func close() {
        stopReceiving()
        context?.close(promise: nil)
    }

    /// Ends both for good.
    func stop() {
        close()
        forget()
    }

    /// Time has passed: what should be whole by now is given up.
    func check(_ now: NIODeadline) {
        guard let deadline, deadline < now else { return }
        if isIdle { return close() }
        engine.timedOut += 1
        engine.note(
            "The connection of \(name) was closed: no whole message came within \(engine.configuration.messageSeconds) s."
        )
        close()
    }

    /// Something went wrong on the connection, which ends with it.
    func failed(_ error: any Error) {
        // Exporters that end without saying so in TLS are common. A message that is cut shows by its length.
        if TLSContext.isMereEnd(error) { return close() }
        engine.connectionErrors += 1
        if transport != .tcp {
            engine.note("The connection of \(name) failed: \(TLSContext.reason(error)).")
        }
        close()
    }
}

extension ChannelHandlerContext {
    /// Closes the channel once what was written has gone, whether it arrived or not.
    func close(after written: EventLoopFuture<Void>) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        written.whenComplete { _ in bound.value.close(promise: nil) }
    }
}
