import Foundation
import Glibc

/// Tells systemd how the service is, by the datagram protocol of sd_notify(3).
///
/// May be used by many threads: each message is one datagram.
package final class ServiceNotifier: Sendable {
    /// What can be told.
    package enum Message: Equatable, Sendable {
        /// The service has started, or has taken over its new configuration.
        case ready
        /// The configuration is being read again; `ready` follows. Type=notify-reload wants the time it began.
        case reloading(monotonicMicroseconds: UInt64)
        /// The service is about to end.
        case stopping
        /// A line for `systemctl status`.
        case status(String)
        /// Not stuck.
        case watchdog
        /// Starting or stopping takes this much longer.
        case extendTimeout(microseconds: UInt64)

        /// As it goes over the socket. A line end in a status would begin another assignment, and is escaped.
        var text: String {
            switch self {
            case .ready: "READY=1"
            case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time)"
            case .stopping: "STOPPING=1"
            case .status(let text): "STATUS=\(LogText.escaped(text, limit: 500))"
            case .watchdog: "WATCHDOG=1"
            case .extendTimeout(let microseconds): "EXTEND_TIMEOUT_USEC=\(microseconds)"
            }
        }
    }

    private let descriptor: Int32
    private let address: UnixAddress

    /// The notifier of NOTIFY_SOCKET; nil when the variable is not set: nobody wants to know.
    package init?(environment: [String: String] = ProcessInfo.processInfo.environment) throws(ServiceNotifierError) {
        guard let place = environment["NOTIFY_SOCKET"] else { return nil }
        let address =
            switch place.first {
            case "/": UnixAddress(path: place)
            case "@": UnixAddress(abstract: String(place.dropFirst()))
            default: UnixAddress?.none
            }
        guard let address else { throw .malformedAddress(place) }
        self.address = address
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .noSocket(reason: systemMessage(errno)) }
        // A busy manager may be waited for, but not for ever.
        var wait = timeval(tv_sec: 1, tv_usec: 0)
        // SAFETY: pointer and size are of the one structure.
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Sends messages as one datagram. Whether the manager's socket took it; there is nothing to do when it did not.
    @discardableResult
    package func send(_ messages: Message...) -> Bool {
        address.send(Array(messages.map(\.text).joined(separator: "\n").utf8), by: descriptor) == 0
    }

    /// Says that a reload begins now.
    @discardableResult
    package func sendReloading() -> Bool {
        send(.reloading(monotonicMicroseconds: MonotonicClock.nanoseconds / 1000))
    }
}

/// Why systemd cannot be told anything.
package enum ServiceNotifierError: Error, Equatable, CustomStringConvertible {
    /// Neither a path nor `@NAME`, or too long.
    case malformedAddress(String)
    /// No socket to send by.
    case noSocket(reason: String)

    /// Complete sentences for a person.
    package var description: String {
        switch self {
        case .malformedAddress(let text):
            "NOTIFY_SOCKET is \(LogText.escaped(text, limit: 120)), which is neither a path nor @NAME. "
                + "systemd sets it; unset it when starting by hand."
        case .noSocket(let reason):
            "No socket can be made for NOTIFY_SOCKET: \(reason). Check the limit of open files (LimitNOFILE=)."
        }
    }
}
