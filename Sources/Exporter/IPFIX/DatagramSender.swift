import Glibc

/// A datagram socket to a collector, which sends no faster than a set rate.
package final class DatagramSender {
    /// Where it leads.
    let address: SocketAddress
    private let descriptor: OwnedDescriptor
    private let octetsPerSecond: Int
    /// When the octets sent so far may all have been sent.
    private var due = ContinuousClock.now

    /// How far sending may run ahead of its rate, so that it need not sleep for each datagram.
    private static let burst = Duration.milliseconds(2)

    /// A socket to the first address of `endpoint` that has a route. `octetsPerSecond` of 0 is no limit.
    package init(_ endpoint: ExportEndpoint, octetsPerSecond: Int) throws(ExportError) {
        self.octetsPerSecond = octetsPerSecond
        var reason = ""
        for address in try SocketAddress.resolve(endpoint) {
            guard let socket = address.socket(endpoint.transport), address.connect(socket) == 0 else {
                reason = errorText(errno)
                continue
            }
            self.address = address
            descriptor = socket
            return
        }
        throw ExportError("The collector \(endpoint) cannot be reached: \(reason). Check the address and the routes.")
    }

    /// Octets of the longest packet to the collector, where the kernel knows; they are certain on loopback only.
    var pathMTU: Int? {
        let isIPv4 = address.family == AF_INET
        let level = Int32(isIPv4 ? IPPROTO_IP : Int(IPPROTO_IPV6))
        return descriptor.option(level, isIPv4 ? IP_MTU : IPV6_MTU).map(Int.init)
    }

    /// One datagram, with a bounded number of tries; `refusals` counts how often the peer said that nobody listens. False when
    /// the system did not take it.
    package func send(_ message: Span<UInt8>, refusals: inout UInt64) -> Bool {
        pace(message.count)
        for _ in 0..<100 {
            if descriptor.send(message) >= 0 { return true }
            switch errno {
            case ECONNREFUSED:
                // About a datagram sent earlier; this one was not sent yet.
                refusals += 1
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
}
