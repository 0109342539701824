/// A collector's address on the command line: `udp://192.0.2.1:4739`, `tcp://[2001:db8::1]`, `udp://collector.example`.
package struct ExportEndpoint: Sendable, Equatable, CustomStringConvertible {
    /// How messages travel.
    package enum Transport: String, Sendable, CaseIterable {
        case udp, tcp
    }

    /// UDP or TCP.
    package let transport: Transport
    /// A name or an address, an IPv6 address without its brackets.
    package let host: String
    /// 4739 unless given (RFC 7011 section 11).
    package let port: UInt16

    /// The port IANA assigned to IPFIX.
    package static let defaultPort: UInt16 = 4739

    /// An endpoint from its parts.
    package init(transport: Transport, host: String, port: UInt16 = defaultPort) {
        self.transport = transport
        self.host = host
        self.port = port
    }

    /// Parses `TRANSPORT://HOST[:PORT]`, IPv6 addresses in brackets. Throws a message that says what is wrong.
    package init(parsing text: String) throws(ExportError) {
        let example = "Write it like udp://192.0.2.1:4739 or tcp://[2001:db8::1]:4739."
        guard let mark = text.firstRange(ofThreeCharacters: "://") else {
            throw ExportError("The collector \"\(text)\" does not say how to reach it. \(example)")
        }
        let scheme = text[..<mark.lowerBound].lowercased()
        guard let transport = Transport(rawValue: scheme) else {
            throw ExportError(
                "The collector \"\(text)\" wants the transport \"\(scheme)\", and only udp and tcp are there. \(example)"
            )
        }
        var rest = text[mark.upperBound...]
        if rest.hasSuffix("/") { rest.removeLast() }
        let host: Substring
        if rest.first == "[" {
            guard let bracket = rest.firstIndex(of: "]") else {
                throw ExportError("The collector \"\(text)\" lacks the bracket after its IPv6 address. \(example)")
            }
            host = rest[rest.index(after: rest.startIndex)..<bracket]
            rest = rest[rest.index(after: bracket)...]
        } else {
            let colons = rest.count { $0 == ":" }
            guard colons <= 1 else {
                throw ExportError("The collector \"\(text)\" has an IPv6 address without brackets. \(example)")
            }
            host = rest[..<(rest.firstIndex(of: ":") ?? rest.endIndex)]
            rest = rest[host.endIndex...]
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x2F && $0 < 0x7F }) else {
            throw ExportError("The collector \"\(text)\" names no host. \(example)")
        }
        var port = Self.defaultPort
        if !rest.isEmpty {
            let digits = rest.dropFirst()
            guard rest.first == ":", digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = UInt16(digits), number > 0
            else {
                throw ExportError("The collector \"\(text)\" has no port from 1 to 65535 after its host. \(example)")
            }
            port = number
        }
        self.init(transport: transport, host: String(host), port: port)
    }

    /// The form that `init(parsing:)` reads.
    package var description: String {
        "\(transport.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}

extension String {
    /// First place where `pattern`, three ASCII characters, stands.
    fileprivate func firstRange(ofThreeCharacters pattern: String) -> Range<Index>? {
        indices.lazy.compactMap { start in
            index(start, offsetBy: 3, limitedBy: endIndex).map { start..<$0 }
        }.first { self[$0] == pattern }
    }
}
