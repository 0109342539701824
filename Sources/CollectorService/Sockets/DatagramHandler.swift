import Collector
import NIOCore

/// Hands datagrams to the engine.
final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let engine: CollectorEngine
    private let socket: Int

    init(_ engine: CollectorEngine, socket: Int) {
        self.engine = engine
        self.socket = socket
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let peer = CollectorPeer(envelope.remoteAddress, socket: socket) else { return }
        engine.receive(envelope.data, from: peer)
    }

    /// Errors of earlier datagrams (ICMP) and of reading: the socket goes on.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { engine.datagramErrors += 1 }
}
