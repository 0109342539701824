/// Why the status server does not run. `description` says what, where and what to do next.
package enum StatusServerError: Error, Equatable, CustomStringConvertible {
    /// Not `HOST:PORT`.
    case malformedAddress(String)
    /// Others than this host could connect.
    case notLoopback(String)
    /// A Unix socket's path is empty or longer than the kernel takes.
    case malformedPath(String)
    /// Something that is not a socket is in the socket's place.
    case notASocket(String)
    /// Another process answers on this socket.
    case inUse(String)
    /// The system refused to open or prepare the listening socket.
    case cannotListen(place: String, reason: String)
    /// `start()` was called before, or after `stop()`.
    case startedBefore

    /// Complete sentences for a person.
    package var description: String {
        switch self {
        case .malformedAddress(let text):
            "The status address \(shown(text)) is not an address. Write 127.0.0.1:PORT or [::1]:PORT."
        case .notLoopback(let text):
            "The status address \(shown(text)) is not on the loopback interface. The status pages have no access "
                + "control: write 127.0.0.1:PORT or [::1]:PORT, and put a proxy in front for other hosts."
        case .malformedPath(let text):
            "The status socket \(shown(text)) has no usable path. Write 1 to \(UnixSocketPath.longest) octets."
        case .notASocket(let text):
            "The status socket \(shown(text)) cannot be made: there is a file that is not a socket. "
                + "Move it away, or choose another path."
        case .inUse(let text):
            "The status socket \(shown(text)) is in use: another process answers on it. "
                + "Stop that process, or choose another path."
        case .cannotListen(let place, let reason):
            "The status pages cannot be served on \(shown(place)): \(shown(reason)). "
                + "Check that nothing else uses it and that its folder may be written."
        case .startedBefore:
            "The status server was started before. Make a new one."
        }
    }

    /// Text from outside as it may stand in a message: short, and on one line.
    private func shown(_ text: String) -> String { LogText.escaped(text, limit: 200) }
}
