import FlowTable
import Glibc

/// Sends each message as one datagram, no faster than a set rate.
final class UDPTransport: MessageTransport {
    let destination: String
    let isDatagram = true
    let messageLimit: Int
    let blockLength: Int
    private let sender: DatagramSender

    init(endpoint: ExportEndpoint, options: IPFIXOptions) throws(ExportError) {
        destination = endpoint.description
        sender = try DatagramSender(endpoint, octetsPerSecond: options.maximumOctetsPerSecond)
        messageLimit = min(options.messageOctets ?? Self.messageLimit(sender), 65507)
        blockLength = max(16 * messageLimit, 65536)
    }

    /// RFC 7011 section 10.3.3: 512 octets unless the path's MTU is known. It is on loopback, where it is kept to an
    /// Ethernet frame's: common readers (nfacctd) take no larger datagrams.
    private static func messageLimit(_ sender: DatagramSender) -> Int {
        let headers = (sender.address.family == AF_INET ? 20 : 40) + 8
        guard sender.address.isLoopback, let mtu = sender.pathMTU else { return 512 }
        return max(512, min(mtu, 1500) - headers)
    }

    func send(_ messages: Span<UInt8>) throws(ExportError) -> SendResult {
        var result = SendResult()
        var start = 0
        while let length = MessageTally.messageLength(messages, at: start) {
            let end = start + length
            if !sender.send(messages.extracting(start..<end), refusals: &result.refusals) {
                result.unsent.append(start..<end)
            }
            start = end
        }
        return result
    }

    func reconnect() -> Bool { false }

    func close() throws(ExportError) {}
}

/// Exports over UDP (RFC 7011 section 10.3): templates and options data first, in copies, then again by time and by
/// number of records. A collector that is not there is survived and counted (`IPFIXStatistics.refusals`).
package final class IPFIXUDPSink: IPFIXSink {
    /// A socket to `endpoint`, whose transport does not matter. Messages are at most 512 octets, on loopback those of
    /// an Ethernet frame, unless `options` say otherwise.
    package init(endpoint: ExportEndpoint, options: IPFIXOptions = IPFIXOptions()) throws(ExportError) {
        try super.init(transport: UDPTransport(endpoint: endpoint, options: options), options: options)
    }
}
