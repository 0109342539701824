/// What may stand behind the question mark of a collector's address: how a connection is acknowledged, resumed and secured,
/// and what is posted in which form.
/// All but `filter`, `elements`, `group` and what is about datagrams is for destinations of a spool (docs/delivery.md).
package struct ConnectionParameters: Sendable, Equatable, CustomStringConvertible {
    /// When a batch counts as delivered.
    package enum Acknowledgement: String, Sendable, CaseIterable {
        /// When the peer's TCP has acknowledged its last octet.
        case transport
        /// When the collecting process answers that it has made it durable.
        case batch
    }

    /// HTTP: what the body of a request holds.
    package enum BodyFormat: String, Sendable, CaseIterable {
        /// IPFIX messages (RFC 7011), templates first: a session of its own.
        case ipfix
        /// Flow records as JSON, one a line (docs/json.md).
        case ndjson

        /// Its media type: RFC 5655 section 11 registers the first; the second is what programs use.
        package var mediaType: String { self == .ipfix ? "application/ipfix" : "application/x-ndjson" }
    }

    /// HTTP: how the body of a request is packed (RFC 9110 section 8.4.1; RFC 8878 section 7.2).
    package enum BodyCompression: String, Sendable, CaseIterable {
        case none, gzip, zstd
    }

    /// `ack`: when a batch counts as delivered.
    package var acknowledgement = Acknowledgement.transport
    /// `resend`: seconds for which acknowledged batches are kept, to be sent again after an abnormal end. 0 to 3600.
    /// Without meaning for `ack=batch`.
    package var resendSeconds = 30
    /// `retry`: seconds between attempts to connect (RFC 7011 section 10.4.4 wants 60 or more). HTTP: what they grow to,
    /// from one second on. 1 to 3600.
    package var retrySeconds = 60
    /// `timeout`: seconds without progress after which a connection is given up. 1 to 3600.
    package var timeoutSeconds = 60
    /// `ca`: file of certificates (PEM) that the collector's must come from; nil for those that the system trusts.
    package var authorities: String?
    /// `certificate`: file of the probe's own certificate and those between it and its authority (PEM).
    package var certificate: String?
    /// `key`: file of the private key that belongs to `certificate` (PEM).
    package var key: String?
    /// `name`: the name that the collector's certificate must have; nil for the host of the address.
    package var serverName: String?
    /// `format`, HTTP: what the body of a request holds.
    package var format = BodyFormat.ipfix
    /// `compression`, HTTP: how it is packed.
    package var compression = BodyCompression.none
    /// `token`, HTTP: file of a bearer token (RFC 6750), or `credential:NAME` for one that systemd keeps.
    package var token: String?
    /// `basic`, HTTP: file of `USER:PASSWORD` (RFC 7617), or `credential:NAME` likewise.
    package var basic: String?
    /// `query`, HTTP: the receiver's own query, percent-encoded. It takes all that stands behind it, and so is the last.
    package var query: String?

    /// `message`, datagrams: the most octets of an IPFIX message, for a path whose MTU is known. 512 to 65507; nil: 512, on loopback
    /// what it takes.
    package var messageOctets: Int?
    /// `refresh`, datagrams: seconds after which IPFIX templates are sent again. 1 to 86,400; nil for the usual.
    package var refreshSeconds: Int?
    /// `rate`, datagrams: octets a second that are not exceeded; 0 for no limit, nil for the usual.
    package var octetsPerSecond: Int?

    /// `filter`: which records the destination gets; nil for all.
    package var filter: RecordFilter?
    /// `elements`: what its templates carry, where that is not what all others get.
    package var elements: TemplateSelection?
    /// `group`: the group that it is a member of; nil for none.
    package var group: String?

    /// The defaults.
    package init() {}

    /// Whether something is said that only a spool can do.
    var needSpool: Bool {
        var connection = self
        (connection.filter, connection.elements, connection.group) = (nil, nil, nil)
        for (_, path, _, _) in Self.numbers { connection[keyPath: path] = nil }
        return connection != ConnectionParameters()
    }

    private static let seconds: [(name: String, path: WritableKeyPath<Self, Int> & Sendable, range: ClosedRange<Int>)] =
        [
            ("resend", \.resendSeconds, 0...3600), ("retry", \.retrySeconds, 1...3600),
            ("timeout", \.timeoutSeconds, 1...3600),
        ]
    private static let texts: [(name: String, path: WritableKeyPath<Self, String?> & Sendable)] = [
        ("ca", \.authorities), ("certificate", \.certificate), ("key", \.key), ("name", \.serverName),
        ("token", \.token), ("basic", \.basic),
    ]
    private static let numbers:
        [(
            name: String, path: WritableKeyPath<Self, Int?> & Sendable, range: ClosedRange<Int>, unit: String
        )] = [
            ("message", \.messageOctets, 512...65507, "of octets"),
            ("refresh", \.refreshSeconds, 1...86_400, "of seconds"),
            ("rate", \.octetsPerSecond, 0...100_000_000_000, "of octets a second"),
        ]
    /// What datagrams know, beside `numbers`.
    private static let ofAll: Set<String> = ["filter", "elements", "group"]
    /// Which transports know a parameter, where it is not all but those of datagrams.
    private static let homes: [String: Set<ExportEndpoint.Transport>] = [
        "ack": [.tcp, .tls], "resend": [.tcp, .tls], "ca": [.tls, .https], "certificate": [.tls, .https],
        "key": [.tls, .https], "name": [.tls, .https], "format": [.http, .https], "compression": [.http, .https],
        "token": [.http, .https], "basic": [.http, .https], "query": [.http, .https], "message": [.udp],
        "refresh": [.udp], "rate": [.udp, .netflow9, .netflow5],
    ]

    /// Parses `NAME=VALUE&…`, values as they are. Throws a message about the whole address `text`.
    init(parsing list: Substring, of text: String, transport: ExportEndpoint.Transport) throws(ExportError) {
        let subject = "The collector \"\(text)\""
        for (name, value) in try NamedValues.pairs(list, of: subject, last: "query", known: Self.known) {
            let isNumber = Self.numbers.contains { $0.name == name }
            if transport.isDatagram, !Self.ofAll.contains(name), !isNumber {
                throw ExportError(
                    "The collector \"\(text)\" has \(name), which datagrams do not know: filter, elements, group, message, "
                        + "refresh and rate alone.")
            }
            if let homes = Self.homes[name], !homes.contains(transport) {
                let names = homes.map { $0.rawValue + "://" }.sorted().joined(separator: " and ")
                throw ExportError("The collector \"\(text)\" has \(name), which is for \(names) only.")
            }
            switch name {
            case "filter": filter = try Self.filter(value, of: subject)
            case "elements": elements = try Self.elements(value, of: text)
            case "group": group = try Self.group(value, of: text)
            case "ack": acknowledgement = try NamedValues.choice(name, value, of: subject)
            case "format": format = try NamedValues.choice(name, value, of: subject)
            case "compression": compression = try NamedValues.choice(name, value, of: subject)
            case "query": query = try Self.query(value, of: text)
            default: try set(name, value, of: text)
            }
        }
        try checkElements(transport, isIPFIX: format == .ipfix, of: text)
        guard (certificate == nil) == (key == nil) else {
            throw ExportError(
                "The collector \"\(text)\" has one of certificate and key. Give both files, or neither.")
        }
        guard token == nil || basic == nil else {
            throw ExportError("The collector \"\(text)\" has both token and basic. Give one of them.")
        }
    }

    private mutating func set(_ name: String, _ value: String, of text: String) throws(ExportError) {
        if let (_, path, range) = Self.seconds.first(where: { $0.name == name }) {
            self[keyPath: path] = try NamedValues.number(
                name, value, range, unit: "of seconds", of: "The collector \"\(text)\"")
        } else if let (_, path, range, unit) = Self.numbers.first(where: { $0.name == name }) {
            self[keyPath: path] = try NamedValues.number(
                name, value, range, unit: unit, of: "The collector \"\(text)\"")
        } else if let (_, path) = Self.texts.first(where: { $0.name == name }) {
            self[keyPath: path] = value
        } else {
            throw ExportError("The collector \"\(text)\" has the parameter \(name). \(Self.known)")
        }
    }

    /// The filter `value` of `subject`, as `NamedValues` has it.
    static func filter(_ value: String, of subject: String) throws(ExportError) -> RecordFilter {
        do throws(WhereError) { return try RecordFilter(value) } catch {
            throw ExportError("\(subject) has a filter that is wrong at character \(error.position): \(error.text)")
        }
    }

    /// The name `value` of a group in the address `text`.
    static func group(_ value: String, of text: String) throws(ExportError) -> String {
        if ExportGroup.isName(value) { return value }
        throw ExportError(
            "The collector \"\(text)\" has group=\(value). It takes the name of a group: 1 to 32 letters, digits and . _ -."
        )
    }

    /// The template set `value` of the address `text`.
    static func elements(_ value: String, of text: String) throws(ExportError) -> TemplateSelection {
        do throws(TemplateSelection.Problem) { return try TemplateSelection(value) } catch {
            throw ExportError(
                "The collector \"\(text)\" has elements with \(error.text). Write them like elements=minimal+tcpControlBits+uniflow, "
                    + "with names of docs/information-elements.md.")
        }
    }

    /// Throws when `elements` are not for what the destination is sent.
    func checkElements(
        _ transport: ExportEndpoint.Transport, isIPFIX: Bool, of text: String
    ) throws(ExportError) {
        guard let elements else { return }
        guard isIPFIX else {
            throw ExportError(
                "The collector \"\(text)\" has elements, which are IPFIX's: JSON lines have all members. Leave them out."
            )
        }
        guard let version = transport.netFlowVersion else { return }
        guard version == .nine, elements.names.isEmpty, elements.uniflow != false else {
            throw ExportError(
                "The collector \"\(text)\" has elements that NetFlow cannot choose from: version 9 has the sets minimal and "
                    + "standard, version 5 one layout, and each direction is a record of its own. Leave them out.")
        }
    }

    private static func query(_ query: String, of text: String) throws(ExportError) -> String {
        guard query.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x23 }) else {
            throw ExportError(
                "The collector \"\(text)\" has a query with something in it that must be percent-encoded: a space (%20), # or "
                    + "what is not ASCII.")
        }
        return query
    }

    private static let known =
        "The parameters are filter, elements, group, retry and timeout; for udp:// message, refresh and rate; for tcp:// and tls:// ack and resend; for tls:// and "
        + "https:// ca, certificate, key and name; for https:// and http:// format, compression, token, basic and, last, query."

    /// What differs from the defaults of what datagrams know.
    private var numberPairs: [String] {
        Self.numbers.compactMap { name, path, _, _ in self[keyPath: path].map { "\(name)=\($0)" } }
    }

    /// `filter`, `elements` and `group` as they stand in an address.
    var choicePairs: [String] {
        [filter.map { "filter=\($0)" }, elements.map { "elements=\($0)" }, group.map { "group=\($0)" }].compactMap {
            $0
        }
    }

    /// What differs from the defaults, as `?NAME=VALUE&…`; empty when nothing does.
    package var description: String {
        let usual = ConnectionParameters()
        var pairs: [String] = []
        if acknowledgement != usual.acknowledgement { pairs.append("ack=\(acknowledgement.rawValue)") }
        if format != usual.format { pairs.append("format=\(format.rawValue)") }
        if compression != usual.compression { pairs.append("compression=\(compression.rawValue)") }
        for (name, path, _) in Self.seconds where self[keyPath: path] != usual[keyPath: path] {
            pairs.append("\(name)=\(self[keyPath: path])")
        }
        for (name, path) in Self.texts {
            if let value = self[keyPath: path] { pairs.append("\(name)=\(value)") }
        }
        pairs += numberPairs + choicePairs
        if let query { pairs.append("query=\(query)") }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }
}
