/// An address and port on which only this host can be reached.
package struct LoopbackAddress: Equatable, Sendable, CustomStringConvertible {
    /// `127.0.0.1` or another address of 127.0.0.0/8, or `::1`.
    package let host: String
    /// 0: any free port.
    package let port: UInt16

    /// From `PORT`, `HOST:PORT` or `[::1]:PORT`. The host is an address, or `localhost` for 127.0.0.1: what a name
    /// stands for may change, and with it who can read.
    package init(_ text: String) throws(StatusServerError) {
        var host = "127.0.0.1"
        var portText = text[...]
        if let colon = text.lastIndex(of: ":") {
            host = String(text[..<colon])
            portText = text[text.index(after: colon)...]
            if host.hasPrefix("["), host.hasSuffix("]") {
                host = String(host.dropFirst().dropLast())
            } else if host.contains(":") {
                throw .malformedAddress(text)  // ::1 alone: its end may be a port or not.
            }
        }
        guard portText.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let port = UInt16(portText) else {
            throw .malformedAddress(text)
        }
        if host == "localhost" { host = "127.0.0.1" }
        guard Self.isLoopback(host) else { throw .notLoopback(text) }
        self.host = host
        self.port = port
    }

    /// From an address and a port that are loopback already.
    init(loopback host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// As it stands in a URL.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether this is an address of 127.0.0.0/8 or ::1, written in full: `127.1` is a name to some and an address to
    /// others.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in
                part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } && UInt8(part).map { String($0) == part } == true
            }
    }
}
