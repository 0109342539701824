extension KafkaAddress {
    private static let example = "Write it like kafka://broker1:9092,broker2:9092/flows."
    private static let known =
        "The parameters are filter, elements, group, format, compression, groups, security, sasl, user, properties, ca, certificate, key, retry and "
        + "timeout."

    /// Parses `BROKER[:PORT][,BROKER…]/TOPIC[?PARAMETER=VALUE&…]`, what follows `kafka://` in the address `text`. Throws a
    /// message that says what is wrong.
    static func parse(_ rest: Substring, of text: String) throws(ExportError) -> (Self, ConnectionParameters) {
        let question = rest.firstIndex(of: "?") ?? rest.endIndex
        let place = rest[..<question]
        guard let slash = place.firstIndex(of: "/") else {
            throw ExportError("The collector \"\(text)\" names no topic. \(example)")
        }
        let topic = place[place.index(after: slash)...]
        guard (1...249).contains(topic.utf8.count), topic != ".", topic != "..", topic.utf8.allSatisfy(isWord) else {
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
        var seen: Set<Substring> = []
        for pair in list.split(separator: "&", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty, seen.insert(parts[0]).inserted else {
                throw ExportError(
                    "The collector \"\(text)\" has \"\(pair)\", which is no NAME=VALUE, or is there twice. \(Self.known)"
                )
            }
            try set(String(parts[0]), String(parts[1]), &connection, of: text)
        }
        try check(connection, of: text)
    }

    private mutating func set(
        _ name: String, _ value: String, _ connection: inout ConnectionParameters, of text: String
    ) throws(ExportError) {
        switch name {
        case "filter": connection.filter = try ConnectionParameters.filter(value, of: text)
        case "elements": connection.elements = try ConnectionParameters.elements(value, of: text)
        case "group": connection.group = try ConnectionParameters.group(value, of: text)
        case "format": format = try ConnectionParameters.choice(name, value, of: text)
        case "compression": compression = try ConnectionParameters.choice(name, value, of: text)
        case "security": security = try ConnectionParameters.choice(name, value, of: text)
        case "groups": groups = try Self.number(name, value, 1...64, of: text)
        case "retry": connection.retrySeconds = try Self.number(name, value, 1...3600, of: text)
        case "timeout": connection.timeoutSeconds = try Self.number(name, value, 1...3600, of: text)
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

    private static func number(
        _ name: String, _ value: String, _ range: ClosedRange<Int>, of text: String
    ) throws(ExportError) -> Int {
        if value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(value), range.contains(number) {
            return number
        }
        throw ExportError(
            "The collector \"\(text)\" has \(name)=\(value). It takes a number from \(range.lowerBound) to "
                + "\(range.upperBound).")
    }

    /// What topics and names of hosts are made of.
    fileprivate static func isWord(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }
}

extension KafkaAddress.Broker {
    /// Parses `HOST[:PORT]`, an IPv6 address in brackets.
    fileprivate init?(_ text: Substring) {
        var rest = text
        if rest.first == "[" {
            guard let bracket = rest.firstIndex(of: "]") else { return nil }
            let inner = rest[rest.index(after: rest.startIndex)..<bracket]
            rest = rest[rest.index(after: bracket)...]
            guard inner.contains(":"), inner.utf8.allSatisfy({ $0 == 0x3A || KafkaAddress.isWord($0) }) else {
                return nil
            }
            host = String(inner)
        } else {
            let name = rest.prefix { $0 != ":" }
            rest = rest[name.endIndex...]
            guard (1...255).contains(name.utf8.count), name.utf8.allSatisfy(KafkaAddress.isWord) else { return nil }
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
