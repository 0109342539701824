import FlowTable
import Glibc

/// Sends each message as one datagram, no faster than a set rate.
final class UDPTransport: MessageTransport {
    let destination: String
    let isDatagram = true
    let messageLimit: Int
    let blockLength: Int
    private let descriptor: OwnedDescriptor
    private let octetsPerSecond: Int
    /// When the octets sent so far may all have been sent.
    private var due = ContinuousClock.now

    /// How far sending may run ahead of its rate, so that it need not sleep for each message.
    private static let burst = Duration.milliseconds(2)

    init(endpoint: ExportEndpoint, options: IPFIXOptions) throws(ExportError) {
        var reason = ""
        for address in try SocketAddress.resolve(endpoint) {
            guard let socket = address.socket(.udp) else {
                reason = errorText(errno)
                continue
            }
            guard address.connect(socket) == 0 else {
                reason = errorText(errno)
                continue
            }
            destination = endpoint.description
            octetsPerSecond = options.maximumOctetsPerSecond
            let limit = options.messageOctets ?? Self.messageLimit(socket, address)
            messageLimit = min(limit, 65507)
            blockLength = max(16 * messageLimit, 65536)
            descriptor = socket
            return
        }
        throw ExportError("The collector \(endpoint) cannot be reached: \(reason). Check the address and the routes.")
    }

    /// RFC 7011 section 10.3.3: 512 octets unless the path's MTU is known. It is on loopback, where it is kept to an
    /// Ethernet frame's: common readers (nfacctd) take no larger datagrams.
    private static func messageLimit(_ socket: borrowing OwnedDescriptor, _ address: SocketAddress) -> Int {
        let isIPv4 = address.family == AF_INET
        let headers = (isIPv4 ? 20 : 40) + 8
        let level = Int32(isIPv4 ? IPPROTO_IP : Int(IPPROTO_IPV6))
        guard address.isLoopback, let mtu = socket.option(level, isIPv4 ? IP_MTU : IPV6_MTU) else { return 512 }
        return max(512, min(Int(mtu), 1500) - headers)
    }

    func send(_ messages: Span<UInt8>) throws(ExportError) -> SendResult {
        var result = SendResult()
        var start = 0
        while let length = MessageTally.messageLength(messages, at: start) {
            let end = start + length
            pace(length)
            if !send(messages.extracting(start..<end), &result) { result.unsent.append(start..<end) }
            start = end
        }
        return result
    }

    /// One datagram, with a bounded number of tries.
    private func send(_ message: Span<UInt8>, _ result: inout SendResult) -> Bool {
        for _ in 0..<100 {
            if descriptor.send(message) >= 0 { return true }
            switch errno {
            case ECONNREFUSED:
                // About a datagram sent earlier; this one was not sent yet.
                result.refusals += 1
            case EINTR: break
            case ENOBUFS, EAGAIN: usleep(1000)
            default: return false
            }
        }
        return false
    }

    private func pace(_ octets: Int) {
        guard octetsPerSecond > 0 else { return }
        let now = ContinuousClock.now
        let ahead = now.duration(to: due)
        if ahead > Self.burst {
            // The cap bounds a sleep whatever the rate: one datagram at one octet a second.
            usleep(useconds_t(min(ahead / .microseconds(1), 1_000_000)))
        }
        due = max(due, now - Self.burst) + .nanoseconds(Int64(octets) * 1_000_000_000 / Int64(octetsPerSecond))
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
