/// A receiver of events: `syslog://HOST[:PORT][?transport=udp|tcp|tls&facility=local0&…]` (docs/events.md).
package struct SyslogAddress: Sendable, Equatable, CustomStringConvertible {
    /// How messages travel.
    package enum Transport: String, Sendable, CaseIterable {
        /// A message a datagram (RFC 5426).
        case udp
        /// Messages behind their lengths (RFC 6587 section 3.4.1).
        case tcp
        /// The same under TLS (RFC 5425).
        case tls

        /// The port that IANA assigned; RFC 6587 has none of its own, and 601 is what syslog over TCP had before.
        var defaultPort: UInt16 {
            switch self {
            case .udp: 514
            case .tcp: 601
            case .tls: 6514
            }
        }
    }

    /// What the sender is to the receiver (RFC 5424 section 6.2.1): those that a host's own programs may be.
    package enum Facility: String, Sendable, CaseIterable {
        case user, daemon, local0, local1, local2, local3, local4, local5, local6, local7

        /// The facility's number.
        package var code: Int {
            switch self {
            case .user: 1
            case .daemon: 3
            case .local0: 16
            case .local1: 17
            case .local2: 18
            case .local3: 19
            case .local4: 20
            case .local5: 21
            case .local6: 22
            case .local7: 23
            }
        }
    }

    /// `transport`: how messages travel.
    package let transport: Transport
    /// `facility`: what the sender is.
    package let facility: Facility
    /// Where they go, and for a connection how it is secured and tried again.
    package let endpoint: ExportEndpoint

    private static let known =
        "The parameters are transport (udp, tcp or tls), facility, retry and timeout, and for tls ca, certificate, key and name."

    /// Reads an address. Throws a message that says what is wrong.
    package init(parsing text: String) throws(ExportError) {
        let scheme = "syslog://"
        guard text.lowercased().hasPrefix(scheme) else {
            throw ExportError(
                "The receiver of events \"\(text)\" is not like syslog://192.0.2.1 or "
                    + "syslog://logs.example?transport=tls&ca=/etc/flowprobe/ca.pem.")
        }
        let parts = text.dropFirst(scheme.count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var transport = Transport.udp
        var facility = Facility.local0
        var rest: [String] = []
        let subject = "The receiver of events \"\(text)\""
        let pairs = parts.count == 2 ? try NamedValues.pairs(parts[1], of: subject, known: Self.known) : []
        for (name, value) in pairs {
            switch name {
            case "transport": transport = try NamedValues.choice(name, value, of: subject)
            case "facility": facility = try NamedValues.choice(name, value, of: subject)
            case "retry", "timeout", "ca", "certificate", "key", "name": rest.append("\(name)=\(value)")
            default: throw ExportError("\(subject) has the parameter \(name). \(Self.known)")
            }
        }
        let authority = parts[0].hasSuffix("/") ? parts[0].dropLast() : parts[0]
        let end = authority.lastIndex(of: "]") ?? authority.startIndex
        let port = authority[end...].contains(":") ? "" : ":\(transport.defaultPort)"
        let query = rest.isEmpty ? "" : "?" + rest.joined(separator: "&")
        // The rules for hosts, ports and certificates are those of collectors.
        do throws(ExportError) {
            endpoint = try ExportEndpoint(parsing: "\(transport.rawValue)://\(authority)\(port)\(query)")
        } catch {
            throw ExportError("The receiver of events \"\(text)\" cannot be used. \(error.description)")
        }
        self.transport = transport
        self.facility = facility
    }

    /// Host, port and transport: what it is called in messages and metrics.
    package var name: String { "syslog://\(endpoint.authority)/\(transport.rawValue)" }

    /// The form that `init(parsing:)` reads.
    package var description: String {
        var pairs = transport == .udp ? [] : ["transport=\(transport.rawValue)"]
        if facility != .local0 { pairs.append("facility=\(facility.rawValue)") }
        let others = endpoint.parameters.description.dropFirst()
        if !others.isEmpty { pairs.append(String(others)) }
        return "syslog://\(endpoint.authority)" + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }
}
