/// What may stand behind the question mark of a collector's address: how a connection is acknowledged, resumed and secured.
/// All of it is for destinations of a spool (docs/delivery.md).
package struct ConnectionParameters: Sendable, Equatable, CustomStringConvertible {
    /// When a batch counts as delivered.
    package enum Acknowledgement: String, Sendable, CaseIterable {
        /// When the peer's TCP has acknowledged its last octet.
        case transport
        /// When the collecting process answers that it has made it durable.
        case batch
    }

    /// `ack`: when a batch counts as delivered.
    package var acknowledgement = Acknowledgement.transport
    /// `resend`: seconds for which acknowledged batches are kept, to be sent again after an abnormal end. 0 to 3600.
    /// Without meaning for `ack=batch`.
    package var resendSeconds = 30
    /// `retry`: seconds between attempts to connect (RFC 7011 section 10.4.4 wants 60 or more). 1 to 3600.
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

    /// The defaults.
    package init() {}

    private static let seconds: [(name: String, path: WritableKeyPath<Self, Int> & Sendable, range: ClosedRange<Int>)] =
        [
            ("resend", \.resendSeconds, 0...3600), ("retry", \.retrySeconds, 1...3600),
            ("timeout", \.timeoutSeconds, 1...3600),
        ]
    private static let texts: [(name: String, path: WritableKeyPath<Self, String?> & Sendable)] = [
        ("ca", \.authorities), ("certificate", \.certificate), ("key", \.key), ("name", \.serverName),
    ]

    /// Parses `NAME=VALUE&…`, values as they are. Throws a message about the whole address `text`.
    init(parsing list: Substring, of text: String, transport: ExportEndpoint.Transport) throws(ExportError) {
        guard transport != .udp else {
            throw ExportError("The collector \"\(text)\" has parameters, which UDP does not know. Leave them out.")
        }
        var seen: Set<String> = []
        for pair in list.split(separator: "&", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, seen.insert(parts[0]).inserted else {
                throw ExportError(
                    "The collector \"\(text)\" has \"\(pair)\", which is no NAME=VALUE, or is there twice. "
                        + "\(Self.known)")
            }
            let (name, value) = (parts[0], parts[1])
            if name == "ack" {
                guard let choice = Acknowledgement(rawValue: value) else {
                    throw ExportError("The collector \"\(text)\" has ack=\(value). Choose transport or batch.")
                }
                acknowledgement = choice
            } else if let (_, path, range) = Self.seconds.first(where: { $0.name == name }) {
                guard let number = Int(value), range.contains(number) else {
                    throw ExportError(
                        "The collector \"\(text)\" has \(name)=\(value). It takes a number of seconds from "
                            + "\(range.lowerBound) to \(range.upperBound).")
                }
                self[keyPath: path] = number
            } else if let (_, path) = Self.texts.first(where: { $0.name == name }) {
                guard transport == .tls else {
                    throw ExportError("The collector \"\(text)\" has \(name), which is for tls:// only.")
                }
                self[keyPath: path] = value
            } else {
                throw ExportError("The collector \"\(text)\" has the parameter \(name). \(Self.known)")
            }
        }
        guard (certificate == nil) == (key == nil) else {
            throw ExportError(
                "The collector \"\(text)\" has one of certificate and key. Give both files, or neither.")
        }
    }

    private static let known =
        "The parameters are ack, resend, retry and timeout, and for tls:// ca, certificate, key and name."

    /// What differs from the defaults, as `?NAME=VALUE&…`; empty when nothing does.
    package var description: String {
        let usual = ConnectionParameters()
        var pairs: [String] = []
        if acknowledgement != usual.acknowledgement { pairs.append("ack=\(acknowledgement.rawValue)") }
        for (name, path, _) in Self.seconds where self[keyPath: path] != usual[keyPath: path] {
            pairs.append("\(name)=\(self[keyPath: path])")
        }
        for (name, path) in Self.texts {
            if let value = self[keyPath: path] { pairs.append("\(name)=\(value)") }
        }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }
}
