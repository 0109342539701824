extension KafkaAddress {
    private static let example = "Write it like kafka://broker1:9092,broker2:9092/flows."
    private static let known =
        "The parameters are filter, elements, group, format, compression, groups, security, sasl, user, properties, ca, "
        + "certificate, key, retry and timeout."

    /// Parses `BROKER[:PORT][,BROKER…]/TOPIC[?PARAMETER=VALUE&…]`, what follows `kafka://` in the address `text`. Throws a
    /// message that says what is wrong.
    static func parse(_ rest: Substring, of text: String) throws(ExportError) -> (Self, ConnectionParameters) {
        let question = rest.firstIndex(of: "?") ?? rest.endIndex
        let place = rest[..<question]
        guard let slash = place.firstIndex(of: "/") else {
            throw ExportError("The collector \"\(text)\" names no topic. \(example)")
        }
        let topic = place[place.index(after: slash)...]
        guard (1...249).contains(topic.utf8.count), topic != ".", topic != "..",
            topic.utf8.allSatisfy(NamedValues.isWord)
        else {
            throw ExportError(
                "The collector \"\(text)\" has no topic of 1 to 249 letters, digits and . _ - after its brokers. \(example)"
            )
        }
        var brokers: [Broker] = []
        for part in place[..<slash].split(separator: ",", omittingEmptySubsequences: false) {
            guard let broker = Broker(part), brokers.count < 16 else {
                throw ExportError(
                    "The collector \"\(text)\" has \"\(part)\" where a broker, HOST or HOST:PORT, is due, or more than 16. "
                        + "An IPv6 address stands in brackets. \(example)")
            }
            brokers.append(broker)
        }
        var address = Self(brokers: brokers, topic: String(topic))
        var connection = usualConnection
        if question < rest.endIndex {
            try address.take(rest[rest.index(after: question)...], &connection, of: text)
        }
        return (address, connection)
    }

    private mutating func take(
        _ list: Substring, _ connection: inout ConnectionParameters, of text: String
    ) throws(ExportError) {
        for (name, value) in try NamedValues.pairs(list, of: Self.subject(text), known: Self.known) {
            try set(name, value, &connection, of: text)
        }
        try check(connection, of: text)
    }

    private mutating func set(
        _ name: String, _ value: String, _ connection: inout ConnectionParameters, of text: String
    ) throws(ExportError) {
        let subject = Self.subject(text)
        switch name {
        case "filter": connection.filter = try ConnectionParameters.filter(value, of: subject)
        case "elements": connection.elements = try ConnectionParameters.elements(value, of: text)
        case "group": connection.group = try ConnectionParameters.group(value, of: text)
        case "format": format = try NamedValues.choice(name, value, of: subject)
        case "compression": compression = try NamedValues.choice(name, value, of: subject)
        case "security": security = try NamedValues.choice(name, value, of: subject)
        case "groups": groups = try NamedValues.number(name, value, 1...64, of: subject)
        case "retry": connection.retrySeconds = try NamedValues.number(name, value, 1...3600, of: subject)
        case "timeout": connection.timeoutSeconds = try NamedValues.number(name, value, 1...3600, of: subject)
        case "sasl": mechanism = value
        case "user": user = value
        case "properties": properties = value
        case "ca": connection.authorities = value
        case "certificate": connection.certificate = value
        case "key": connection.key = value
        case "password", "sasl.password":
            // Not repeated: it is a secret, and everybody on the machine reads command lines.
            throw ExportError(
                "A collector's address has a password. Put sasl.password=… into a file that only the probe can read, and "
                    + "name it with properties=FILE.")
        default: throw ExportError("The collector \"\(text)\" has the parameter \(name). \(Self.known)")
        }
    }

    private func check(_ connection: ConnectionParameters, of text: String) throws(ExportError) {
        try connection.checkElements(.kafka, isIPFIX: format == .ipfix, of: text)
        guard (connection.certificate == nil) == (connection.key == nil) else {
            throw ExportError(
                "The collector \"\(text)\" has one of certificate and key. Give both files, or neither.")
        }
        guard security.isSecured || connection.authorities == nil && connection.certificate == nil else {
            throw ExportError(
                "The collector \"\(text)\" has ca, certificate or key without security=ssl or security=sasl_ssl. Add it, or "
                    + "leave them out.")
        }
        guard security.authenticates || mechanism == nil && user == nil else {
            throw ExportError(
                "The collector \"\(text)\" has sasl or user without security=sasl_ssl or security=sasl_plaintext. Add it, or "
                    + "leave them out.")
        }
    }

    private static func subject(_ text: String) -> String { "The collector \"\(text)\"" }
}

extension KafkaAddress.Broker {
    /// Parses `HOST[:PORT]`, an IPv6 address in brackets.
    fileprivate init?(_ text: Substring) {
        var rest = text
        if rest.first == "[" {
            guard let bracket = rest.firstIndex(of: "]") else { return nil }
            let inner = rest[rest.index(after: rest.startIndex)..<bracket]
            rest = rest[rest.index(after: bracket)...]
            guard inner.contains(":"), inner.utf8.allSatisfy({ $0 == 0x3A || NamedValues.isWord($0) }) else {
                return nil
            }
            host = String(inner)
        } else {
            let name = rest.prefix { $0 != ":" }
            rest = rest[name.endIndex...]
            guard (1...255).contains(name.utf8.count), name.utf8.allSatisfy(NamedValues.isWord) else { return nil }
            host = String(name)
        }
        port = 9092
        if rest.isEmpty { return }
        let digits = rest.dropFirst()
        guard rest.first == ":", digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(digits),
            number > 0
        else { return nil }
        port = number
    }
}

extension ExportEndpoint {
    /// An endpoint of Kafka.
    package init(kafka: KafkaAddress, parameters: ConnectionParameters = KafkaAddress.usualConnection) {
        self.init(
            transport: .kafka, host: kafka.brokers.first?.host ?? "", port: kafka.brokers.first?.port ?? 9092,
            parameters: parameters, kafka: kafka)
    }
}
