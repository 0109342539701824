import FlowTable
import Glibc

/// Sends messages over a connection, many with one system call.
final class TCPTransport: MessageTransport {
    let destination: String
    let isDatagram = false
    let messageLimit = 65535
    let blockLength = 1 << 18
    private let endpoint: ExportEndpoint
    private let timeoutSeconds: Int
    private var descriptor: OwnedDescriptor
    var isConnected: Bool { descriptor.isOpen }

    init(endpoint: ExportEndpoint, options: IPFIXOptions) throws(ExportError) {
        destination = endpoint.description
        self.endpoint = endpoint
        timeoutSeconds = options.timeoutSeconds
        descriptor =
            options.startsUnconnected
            ? OwnedDescriptor.none : try Self.connect(endpoint, timeoutSeconds: options.timeoutSeconds)
    }

    private static func connect(
        _ endpoint: ExportEndpoint, timeoutSeconds: Int
    ) throws(ExportError) -> OwnedDescriptor {
        var reason = ""
        for address in try SocketAddress.resolve(endpoint) {
            guard let socket = address.socket(.tcp, flags: Int32(SOCK_NONBLOCK.rawValue)) else {
                reason = errorText(errno)
                continue
            }
            if address.connect(socket) != 0 {
                guard errno == EINPROGRESS else {
                    reason = errorText(errno)
                    continue
                }
                guard wait(socket, for: Int16(POLLOUT), milliseconds: timeoutSeconds * 1000) else {
                    reason = "no answer within \(timeoutSeconds) seconds"
                    continue
                }
                let outcome = socket.option(SOL_SOCKET, SO_ERROR) ?? EIO
                guard outcome == 0 else {
                    reason = errorText(outcome)
                    continue
                }
            }
            makeBlocking(socket, timeoutSeconds: timeoutSeconds)
            return socket
        }
        throw ExportError(
            "The collector \(endpoint) takes no connection: \(reason). Check that it runs and listens there.")
    }

    private static func makeBlocking(_ socket: borrowing OwnedDescriptor, timeoutSeconds: Int) {
        let flags = fcntl(socket.number, F_GETFL)
        _ = fcntl(socket.number, F_SETFL, flags & ~O_NONBLOCK)
        var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        // SAFETY: the value is of the type and size the option wants.
        _ = unsafe setsockopt(
            socket.number, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Waits until `events` or an error is there; false when the time is over.
    private static func wait(_ socket: borrowing OwnedDescriptor, for events: Int16, milliseconds: Int) -> Bool {
        let end = ContinuousClock.now + .milliseconds(milliseconds)
        while true {
            let left = ContinuousClock.now.duration(to: end) / .milliseconds(1)
            var entry = pollfd(fd: socket.number, events: events, revents: 0)
            // SAFETY: one entry, as stated.
            let count = unsafe poll(&entry, 1, Int32(clamping: max(0, Int(left))))
            if count > 0 { return true }
            if count == 0 || errno != EINTR { return false }
        }
    }

    func send(_ messages: Span<UInt8>) throws(ExportError) -> SendResult {
        var result = SendResult()
        guard !peerHasClosed() else {
            result.unsent = [0..<messages.count]
            result.lost = "the collector closed the connection"
            return result
        }
        var taken = 0
        while taken < messages.count {
            let count = descriptor.send(messages.extracting(taken..<messages.count))
            if count >= 0 {
                taken += count
                continue
            }
            if errno == EINTR { continue }
            result.lost =
                errno == EAGAIN ? "the collector took nothing for \(timeoutSeconds) seconds" : errorText(errno)
            result.unsent = [Self.wholeMessages(messages, upTo: taken)..<messages.count]
            break
        }
        return result
    }

    /// Octets of the whole messages among the first `taken` octets.
    private static func wholeMessages(_ messages: Span<UInt8>, upTo taken: Int) -> Int {
        var start = 0
        while let length = MessageTally.messageLength(messages, at: start), length <= taken - start { start += length }
        return start
    }

    /// A collector sends nothing: something to read means that it has closed (or talks, which is ignored).
    private func peerHasClosed() -> Bool {
        var octet: UInt8 = 0
        while true {
            // SAFETY: room for the one octet asked for.
            let count = unsafe recv(descriptor.number, &octet, 1, Int32(MSG_DONTWAIT))
            if count < 0, errno == EINTR { continue }
            return count == 0 || count < 0 && errno != EAGAIN
        }
    }

    func reconnect() -> Bool {
        guard let fresh = try? Self.connect(endpoint, timeoutSeconds: timeoutSeconds) else { return false }
        descriptor = fresh
        return true
    }

    /// Half-closes, then waits until the peer has closed too, or at least acknowledged everything.
    func close() throws(ExportError) {
        _ = shutdown(descriptor.number, Int32(SHUT_WR))
        let start = ContinuousClock.now
        var pending: Int32 = 0
        while start.duration(to: .now) < .seconds(timeoutSeconds) {
            if Self.wait(descriptor, for: Int16(POLLIN), milliseconds: 50) {
                var octets: UInt64 = 0
                // SAFETY: room for the eight octets asked for.
                let count = unsafe recv(descriptor.number, &octets, 8, Int32(MSG_DONTWAIT))
                if count == 0 { return }
                if count < 0, errno != EAGAIN, errno != EINTR {
                    throw ExportError(
                        "The collector \(destination) broke the connection before it had everything: "
                            + "\(errorText(errno)). Check the collector, then run the export again.")
                }
            }
            // TIOCOUTQ is SIOCOUTQ for sockets: octets not yet acknowledged.
            // SAFETY: the request writes one integer.
            guard unsafe ioctl(descriptor.number, UInt(TIOCOUTQ), &pending) == 0 else { return }
            // A collector that never closes has all once its kernel says so.
            if pending == 0, start.duration(to: .now) > .milliseconds(500) { return }
        }
        guard pending == 0 else {
            throw ExportError(
                "The collector \(destination) has not taken the last \(pending) octets within \(timeoutSeconds) "
                    + "seconds. Check the collector, then run the export again.")
        }
    }
}

/// Exports over TCP (RFC 7011 section 10.4): templates once per connection, before their data. A connection lost is
/// made anew as a new session, at once the first time and then at most once in `IPFIXOptions.retrySeconds`.
package final class IPFIXTCPSink: IPFIXSink {
    /// A connection to `endpoint`, whose transport does not matter. Throws when there is none to be had.
    package init(endpoint: ExportEndpoint, options: IPFIXOptions = IPFIXOptions()) throws(ExportError) {
        try super.init(transport: TCPTransport(endpoint: endpoint, options: options), options: options)
    }
}
