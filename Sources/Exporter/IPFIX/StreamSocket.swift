import Glibc

/// A TCP connection to a collector, for one thread at a time: blocking, with a limit on how long anything may take.
package final class StreamSocket {
    private let descriptor: OwnedDescriptor
    private let timeoutSeconds: Int
    /// Octets that the system has taken.
    package private(set) var written: UInt64 = 0

    /// What a peer sent.
    package enum Received {
        /// So many octets, at the start of the buffer.
        case octets(Int)
        /// Nothing in time.
        case nothing
        /// The peer has closed its side.
        case closed
        /// The connection is broken; why, without a full stop.
        case failed(String)
    }

    /// How a connection ended that was ended from here.
    package enum Ending: Equatable {
        /// The peer has closed too: it has read everything.
        case closed
        /// The peer's TCP has everything, and the peer itself has not closed in time.
        case acknowledged
        /// The peer has not got everything; what a sentence says of it.
        case failed(String)
    }

    /// Connects to the first address of the endpoint's host that takes a connection within `timeoutSeconds`.
    package init(_ endpoint: ExportEndpoint, timeoutSeconds: Int) throws(ExportError) {
        self.timeoutSeconds = timeoutSeconds
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
                guard Self.wait(socket, for: Int16(POLLOUT), milliseconds: timeoutSeconds * 1000) else {
                    reason = "no answer within \(timeoutSeconds) seconds"
                    continue
                }
                let outcome = socket.option(SOL_SOCKET, SO_ERROR) ?? EIO
                guard outcome == 0 else {
                    reason = errorText(outcome)
                    continue
                }
            }
            Self.makeBlocking(socket, timeoutSeconds: timeoutSeconds)
            descriptor = socket
            return
        }
        throw ExportError(
            "The collector \(endpoint.name) takes no connection: \(reason). Check that it runs and listens there.")
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

    /// Sends all of `octets`, and says how many were taken, and what went wrong when it was not all.
    package func send(_ octets: Span<UInt8>) -> (taken: Int, problem: String?) {
        var taken = 0
        while taken < octets.count {
            let count = descriptor.send(octets.extracting(taken..<octets.count))
            if count >= 0 {
                taken += count
                written += UInt64(count)
            } else if errno != EINTR {
                let isSlow = errno == EAGAIN
                return (
                    taken, isSlow ? "the collector took nothing for \(timeoutSeconds) seconds" : errorText(errno)
                )
            }
        }
        return (taken, nil)
    }

    /// Octets of `written` that the peer's TCP has not acknowledged; nil when the system does not tell.
    package var unacknowledged: UInt64? {
        var pending: Int32 = 0
        // TIOCOUTQ is SIOCOUTQ for sockets.
        // SAFETY: the request writes one integer.
        guard unsafe ioctl(descriptor.number, UInt(TIOCOUTQ), &pending) == 0, pending >= 0 else { return nil }
        return UInt64(pending)
    }

    /// Reads what is there, at most a buffer full, for which it waits so long.
    package func receive(into buffer: inout [UInt8], waitingMilliseconds: Int = 0) -> Received {
        if waitingMilliseconds > 0,
            !Self.wait(descriptor, for: Int16(POLLIN), milliseconds: waitingMilliseconds)
        {
            return .nothing
        }
        while true {
            // SAFETY: room for as many octets as are asked for.
            let count = unsafe recv(descriptor.number, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count > 0 { return .octets(count) }
            if count == 0 { return .closed }
            if errno == EAGAIN { return .nothing }
            if errno != EINTR { return .failed(errorText(errno)) }
        }
    }

    /// Whether the peer has closed. What it says is ignored.
    func peerHasClosed() -> Bool {
        var octet: [UInt8] = [0]
        return switch receive(into: &octet) {
        case .octets, .nothing: false
        case .closed, .failed: true
        }
    }

    /// Half-closes, then waits until the peer has closed too, or at least acknowledged everything.
    package func close() -> Ending {
        _ = shutdown(descriptor.number, Int32(SHUT_WR))
        let start = ContinuousClock.now
        var pending: UInt64 = 0
        var octets = [UInt8](repeating: 0, count: 512)
        while start.duration(to: .now) < .seconds(timeoutSeconds) {
            switch receive(into: &octets, waitingMilliseconds: 50) {
            case .closed: return .closed
            case .failed(let reason):
                return .failed("broke the connection before it had everything: \(reason)")
            case .octets, .nothing: break
            }
            guard let unacknowledged else { return .acknowledged }
            pending = unacknowledged
            // A collector that never closes has all once its kernel says so.
            if pending == 0, start.duration(to: .now) > .milliseconds(500) { return .acknowledged }
        }
        guard pending > 0 else { return .acknowledged }
        return .failed("has not taken the last \(pending) octets within \(timeoutSeconds) seconds")
    }
}
