/// What is behind `kafka://`: a topic, brokers that know the others, and how batches are put there (docs/delivery.md).
package struct KafkaAddress: Sendable, Equatable {
    /// One broker to begin with; the cluster names the others.
    package struct Broker: Sendable, Equatable, CustomStringConvertible {
        /// A name or an address, an IPv6 address without its brackets.
        package var host: String
        /// 9092 unless given.
        package var port: UInt16

        /// A broker from its parts.
        package init(host: String, port: UInt16 = 9092) {
            self.host = host
            self.port = port
        }

        /// `HOST:PORT`, an IPv6 address in brackets.
        package var description: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }
    }

    /// What the value of a message holds.
    package enum Format: String, Sendable, CaseIterable {
        /// Flow records as JSON, one a line (docs/json.md).
        case ndjson
        /// IPFIX messages (RFC 7011), templates first: a session of its own.
        case ipfix
    }

    /// How librdkafka packs a value.
    package enum Compression: String, Sendable, CaseIterable {
        case none, gzip, snappy, lz4, zstd
    }

    /// How brokers are spoken to, in Kafka's words (`security.protocol`).
    package enum Security: String, Sendable, CaseIterable {
        case plaintext
        case ssl
        case saslPlaintext = "sasl_plaintext"
        case saslSSL = "sasl_ssl"

        /// Whether the broker has to show a certificate.
        package var isSecured: Bool { self == .ssl || self == .saslSSL }
        /// Whether the probe has to say who it is.
        package var authenticates: Bool { self == .saslPlaintext || self == .saslSSL }
    }

    /// Brokers to begin with, 1 to 16.
    package var brokers: [Broker]
    /// Where messages go: 1 to 249 letters, digits and `. _ -`.
    package var topic: String
    /// `format`: what values hold.
    package var format = Format.ndjson
    /// `compression`: how they are packed.
    package var compression = Compression.zstd
    /// `groups`: into how many stripe groups the records of a batch are put, by their flow. 1 to 64.
    package var groups = 4
    /// `security`: how brokers are spoken to.
    package var security = Security.plaintext
    /// `sasl`: the mechanism, as librdkafka's `sasl.mechanism`; nil for its default.
    package var mechanism: String?
    /// `user`: as librdkafka's `sasl.username`.
    package var user: String?
    /// `properties`: file of further settings, secrets among them; see `KafkaProperties`.
    package var properties: String?

    /// The defaults.
    package init(brokers: [Broker], topic: String) {
        self.brokers = brokers
        self.topic = topic
    }

    /// Topic and brokers: what the destination is called in messages, metrics and the spool.
    package var name: String { "kafka://\(brokers.map(\.description).joined(separator: ","))/\(topic)" }
}

extension KafkaAddress {
    /// What connections have where nothing is said: RFC 7011's minute between attempts is for collectors.
    package static var usualConnection: ConnectionParameters {
        var parameters = ConnectionParameters()
        parameters.retrySeconds = 5
        return parameters
    }

    /// What differs from the defaults, as `?NAME=VALUE&…`; empty when nothing does.
    func parameters(_ connection: ConnectionParameters) -> String {
        let (usual, usualConnection) = (Self(brokers: brokers, topic: topic), Self.usualConnection)
        var pairs: [String] = []
        if format != usual.format { pairs.append("format=\(format.rawValue)") }
        if compression != usual.compression { pairs.append("compression=\(compression.rawValue)") }
        if groups != usual.groups { pairs.append("groups=\(groups)") }
        if security != usual.security { pairs.append("security=\(security.rawValue)") }
        for (name, path, wanted) in [
            ("retry", \ConnectionParameters.retrySeconds, usualConnection.retrySeconds),
            ("timeout", \.timeoutSeconds, usualConnection.timeoutSeconds),
        ] where connection[keyPath: path] != wanted {
            pairs.append("\(name)=\(connection[keyPath: path])")
        }
        for (name, value) in [
            ("sasl", mechanism), ("user", user), ("properties", properties), ("ca", connection.authorities),
            ("certificate", connection.certificate), ("key", connection.key),
        ] {
            if let value { pairs.append("\(name)=\(value)") }
        }
        pairs += connection.choicePairs
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }
}
