/// A collector's address on the command line: `udp://192.0.2.1:4739`, `tcp://[2001:db8::1]`, `netflow9://192.0.2.1`, and with parameters
/// `tls://collector.example?ack=batch&ca=/etc/flowprobe/ca.pem` or `https://collector.example/flows?format=ndjson`.
package struct ExportEndpoint: Sendable, Equatable, CustomStringConvertible {
    /// How messages travel.
    package enum Transport: String, Sendable, CaseIterable {
        case udp, netflow9, netflow5, tcp, tls, http, https, kafka

        /// The port that IANA assigned: for IPFIX (RFC 7011 section 11) or for HTTP (RFC 9110 section 4.2); Kafka's and
        /// NetFlow's are those that everybody uses.
        package var defaultPort: UInt16 {
            switch self {
            case .udp, .tcp: 4739
            case .netflow9, .netflow5: 2055
            case .tls: 4740
            case .http: 80
            case .https: 443
            case .kafka: 9092
            }
        }

        /// Whether messages travel in datagrams: nobody acknowledges them, and no spool serves them.
        package var isDatagram: Bool { self == .udp || netFlowVersion != nil }

        /// The version of NetFlow that is spoken; nil for IPFIX and JSON.
        package var netFlowVersion: NetFlowVersion? {
            switch self {
            case .netflow9: .nine
            case .netflow5: .five
            default: nil
            }
        }

        /// Whether batches are posted in requests, not sent as a stream of messages.
        package var isHTTP: Bool { self == .http || self == .https }

        /// Whether the collector has to show a certificate; what Kafka's brokers have to is in its own parameters.
        package var isSecured: Bool { self == .tls || self == .https }
    }

    /// How messages travel, and for NetFlow which they are.
    package let transport: Transport
    /// A name or an address, an IPv6 address without its brackets.
    package let host: String
    /// 4739, or what else the transport has by default, unless given.
    package let port: UInt16
    /// HTTP: what a request is for, without the receiver's own query, percent-encoded; begins with a slash. Else empty.
    package let path: String
    /// What else is said of a connection.
    package private(set) var parameters: ConnectionParameters
    /// What else is said of a topic; nil unless the transport is Kafka.
    package let kafka: KafkaAddress?

    /// An endpoint from its parts.
    package init(
        transport: Transport, host: String, port: UInt16? = nil, path: String = "",
        parameters: ConnectionParameters = ConnectionParameters(), kafka: KafkaAddress? = nil
    ) {
        self.transport = transport
        self.host = host
        self.port = port ?? transport.defaultPort
        self.path = transport.isHTTP && path.isEmpty ? "/" : path
        self.parameters = parameters
        self.kafka = kafka
    }

    /// Parses `TRANSPORT://HOST[:PORT][?PARAMETER=VALUE&…]`, IPv6 addresses in brackets, for HTTP with `/PATH` before the
    /// question mark. Throws a message that says what is wrong.
    package init(parsing text: String) throws(ExportError) {
        let example = "Write it like udp://192.0.2.1:4739 or tcp://[2001:db8::1]:4739."
        guard let mark = text.firstRange(ofThreeCharacters: "://") else {
            guard !text.hasPrefix("file:") else {
                throw ExportError("The collector \"\(text)\" is a file. Name it with --ipfix, or in outputs.ipfix.")
            }
            throw ExportError("The collector \"\(text)\" does not say how to reach it. \(example)")
        }
        let scheme = text[..<mark.lowerBound].lowercased()
        guard let transport = Transport(rawValue: scheme) else {
            throw ExportError(
                "The collector \"\(text)\" wants the transport \"\(scheme)\", and only udp, tcp, tls, https, http, kafka, netflow9 "
                    + "and netflow5 are there. "
                    + example)
        }
        var rest = text[mark.upperBound...]
        if transport == .kafka {
            let (address, parameters) = try KafkaAddress.parse(rest, of: text)
            self.init(kafka: address, parameters: parameters)
            return
        }
        var parameters = ConnectionParameters()
        if let question = rest.firstIndex(of: "?") {
            parameters = try ConnectionParameters(
                parsing: rest[rest.index(after: question)...], of: text, transport: transport)
            rest = rest[..<question]
        }
        var path = ""
        if transport.isHTTP {
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            path = try Self.path(rest[slash...], of: text)
            rest = rest[..<slash]
            // Not repeated, since it may be a secret.
            guard !rest.contains("@") else {
                throw ExportError(
                    "A collector's address has a user or a password before its host. Put them into a file, and name it with "
                        + "basic=FILE.")
            }
        } else if rest.hasSuffix("/") {
            rest.removeLast()
        }
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
        var port = transport.defaultPort
        if !rest.isEmpty {
            let digits = rest.dropFirst()
            guard rest.first == ":", digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = UInt16(digits), number > 0
            else {
                throw ExportError("The collector \"\(text)\" has no port from 1 to 65535 after its host. \(example)")
            }
            port = number
        }
        guard transport != .http || Self.isLoopback(host) else {
            throw ExportError(
                "The collector \"\(text)\" would get flows over the network in the clear. Use https://, or http:// with a "
                    + "host of 127.0.0.0/8, [::1] or localhost.")
        }
        self.init(transport: transport, host: String(host), port: port, path: path, parameters: parameters)
    }

    private static func path(_ path: Substring, of text: String) throws(ExportError) -> String {
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x23 }) else {
            throw ExportError(
                "The collector \"\(text)\" has a path with something in it that must be percent-encoded: a space, # or what is "
                    + "not ASCII.")
        }
        return String(path)
    }

    /// Whether a host names this machine and no other; a name that says so is looked up with that in mind.
    private static func isLoopback(_ host: Substring) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// The same collector with this filter.
    func filtered(by filter: RecordFilter?) -> ExportEndpoint {
        var endpoint = self
        endpoint.parameters.filter = filter
        return endpoint
    }

    /// Host and port as they stand in an address.
    package var authority: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// Transport, host, port and path: what the destination is called in messages, metrics and the spool. The receiver's own
    /// query is left out: it may hold what is nobody's business.
    package var name: String { kafka?.name ?? "\(transport.rawValue)://\(authority)\(path)" }

    /// The form that `init(parsing:)` reads.
    package var description: String { name + (kafka?.parameters(parameters) ?? parameters.description) }

    /// Whether only a spool can serve it: its connection is secured, or its collector answers.
    package var needsSpool: Bool {
        transport.isSecured || transport.isHTTP || transport == .kafka || parameters.needSpool
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
