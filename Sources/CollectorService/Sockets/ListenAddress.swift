import Exporter
import NIOCore
import NetTypes

/// Where to listen: a numeric address of this host and a port.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// The address; `0.0.0.0` or `::` for all.
    package var address: IPAddress
    /// 0: the system chooses one.
    package var port: UInt16

    /// Parses `192.0.2.1:4739`, `[2001:db8::1]:4739`, or either without a port, which is then `defaultPort`.
    package init(parsing text: String, defaultPort: UInt16) throws(ExportError) {
        let example = "Write it like 127.0.0.1:\(defaultPort) or [::1]:\(defaultPort); port 0 lets the system choose."
        var host = text[...]
        var digits: Substring?
        if text.first == "[" {
            guard let bracket = text.firstIndex(of: "]") else {
                throw ExportError("\"\(text)\" lacks the bracket after its IPv6 address. \(example)")
            }
            host = text[text.index(after: text.startIndex)..<bracket]
            let rest = text[text.index(after: bracket)...]
            guard rest.isEmpty || rest.first == ":", host.contains(":") else {
                throw ExportError("\"\(text)\" is no address to listen at. \(example)")
            }
            digits = rest.isEmpty ? nil : rest.dropFirst()
        } else if text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            digits = text[text.index(after: colon)...]
        }
        guard let address = IPAddress(host) else {
            throw ExportError("\"\(host)\" in \"\(text)\" is no numeric address of this host. \(example)")
        }
        var port = defaultPort
        if let digits {
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(digits) else {
                throw ExportError("\"\(text)\" has no port from 0 to 65535 after its address. \(example)")
            }
            port = number
        }
        (self.address, self.port) = (address, port)
    }

    /// Whether only this host can reach it (127.0.0.0/8 or ::1).
    package var isLoopback: Bool {
        address.version == 6 ? address.high == 0 && address.low == 1 : address.low >> 24 == 127
    }

    /// The form that is parsed.
    package var description: String { address.version == 6 ? "[\(address)]:\(port)" : "\(address):\(port)" }

    /// The same for the socket library.
    func socketAddress() throws -> SocketAddress { try SocketAddress(ipAddress: "\(address)", port: Int(port)) }
}
