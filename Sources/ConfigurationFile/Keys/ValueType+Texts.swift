import Capture
import Exporter
import Labels
import NetTypes

extension ValueType where Value == String {
    /// Text on one line of 1 to `maximum` octets, without control characters.
    static func text(_ name: String, hint: String, atMost maximum: Int) -> ValueType {
        .scalar(
            name, range: "1 to \(maximum) octets", what: "a \(name) of 1 to \(maximum) octets on one line", hint: hint,
            parse: { text in
                (1...maximum).contains(text.utf8.count) && text.unicodeScalars.allSatisfy(isPrintable) ? text : nil
            },
            write: YAMLText.scalar)
    }

    /// The path of a file.
    static var path: ValueType { .text("path", hint: "an absolute path", atMost: 4095) }

    /// The path of a file to write; `-` is not one.
    static var outputPath: ValueType {
        .scalar(
            "path", range: "1 to 4095 octets", what: "the path of a file", hint: "an absolute path",
            parse: { text in
                (1...4095).contains(text.utf8.count) && text != "-" && text.unicodeScalars.allSatisfy(isPrintable)
                    ? text : nil
            },
            write: YAMLText.scalar)
    }

    /// An IPFIX file, as `FileDestination` reads it.
    static var ipfixFile: ValueType {
        .scalar(
            "path", range: "1 to 4095 octets", what: "the path of a file",
            hint: "an absolute path, or file:PATH?rotate=SECONDS|SIZE",
            parse: { text in
                guard (1...4095).contains(text.utf8.count), text != "-", text.unicodeScalars.allSatisfy(isPrintable)
                else { return nil }
                return (try? FileDestination(parsing: text)) == nil ? nil : text
            },
            write: YAMLText.scalar)
    }

    /// The path of a Unix socket: what fits `sun_path` (unix(7)) with its zero.
    static var socketPath: ValueType { .text("path", hint: "an absolute path", atMost: 107) }

    /// A name of a network interface, as the kernel's `dev_valid_name` has it, or of a group or queue of netfilter's.
    static var interface: ValueType {
        .scalar(
            "interface", range: "1 to 15 octets", what: "the name of an interface", hint: "one that `ip link` lists",
            parse: { text in
                if LiveInput.isSteered(text) { return text }
                let isName = text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x2F && $0 != 0x3A }
                return isName && (1...15).contains(text.utf8.count) && text != "." && text != ".." ? text : nil
            },
            write: YAMLText.scalar)
    }

    /// The name or number of a user or a group.
    static var account: ValueType {
        .scalar(
            "name or number", range: "1 to 32 octets", what: "the name of a user or a group",
            hint: "letters, digits and . _ -",
            parse: { text in
                let isName = text.utf8.allSatisfy { octet in
                    switch octet {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x2E: true
                    default: false
                    }
                }
                return isName && (1...32).contains(text.utf8.count) && !text.hasPrefix("-") ? text : nil
            },
            write: YAMLText.scalar)
    }

    /// An expression in the language of pcap-filter(7), on one line or several.
    static var filter: ValueType {
        .scalar(
            "filter", range: "1 to 4096 octets", what: "a filter of 1 to 4096 octets", hint: "as in pcap-filter(7)",
            parse: { text in
                let words = text.split { $0.isWhitespace }.joined(separator: " ")
                return (1...4096).contains(words.utf8.count) && words.unicodeScalars.allSatisfy(isPrintable)
                    ? words : nil
            },
            write: YAMLText.scalar)
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .unassigned: false
        default: true
        }
    }
}

extension ValueType where Value: CaseIterable {
    /// One of a type's cases, by its name.
    static func choice(_ name: @escaping @Sendable (Value) -> String) -> ValueType {
        let names = Value.allCases.map(name)
        let words = names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
        return .scalar(
            words, what: words, hint: "one of them",
            parse: { text in Value.allCases.first { name($0) == text } }, write: name)
    }
}

extension ValueType where Value: CaseIterable & RawRepresentable<String> {
    /// One of a type's cases, by its raw value.
    static var choice: ValueType { .choice(\.rawValue) }
}

extension ValueType where Value == Prefix {
    /// An address prefix.
    static var prefix: ValueType {
        .scalar(
            "prefix", what: "an address prefix", hint: "ADDRESS/LENGTH, as in 10.0.0.0/8 or 2001:db8::/32",
            parse: { Prefix($0) }, write: { YAMLText.scalar($0.description) })
    }
}

extension ValueType where Value == AttributeSelection {
    /// Attributes of labels.
    static var attributes: ValueType {
        .scalar(
            "technical, transport, all, none, or names of attributes", what: "attributes of labels",
            hint: "technical, transport, all, none, or names such as serverName,dnsName (docs/labels.md)",
            parse: { AttributeSelection($0) }, write: { YAMLText.scalar($0.description) })
    }
}

extension ValueType where Value == ExportEndpoint {
    /// A collector.
    static var endpoint: ValueType {
        var type: ValueType = .scalar(
            "collector",
            range:
                "udp://, tcp://, tls://, https://, netflow9:// or netflow5://, HOST[:PORT], or kafka://BROKER[:PORT]/TOPIC",
            what: "a collector",
            hint: "udp://192.0.2.1:4739 or tcp://[2001:db8::1]:4739",
            parse: { text in try? ExportEndpoint(parsing: text) }, write: { YAMLText.scalar($0.description) })
        // Brokers stand between commas, up to the topic's slash.
        type.goesOn = { text in
            let lower = text.lowercased()
            return lower.hasPrefix("kafka://") && !lower.dropFirst(8).contains("/")
        }
        return type
    }
}

extension ValueType where Value == ExportGroup {
    /// A group of collectors.
    static var exportGroup: ValueType {
        .scalar(
            "group", range: "NAME=failover or NAME=balance, with parameters", what: "a group of collectors",
            hint: "core=failover?takeover=30&return=300 or lake=balance",
            parse: { text in try? ExportGroup(parsing: text) }, write: { YAMLText.scalar($0.description) })
    }
}

extension ValueType where Value == SyslogAddress {
    /// A receiver of events.
    static var syslog: ValueType {
        .scalar(
            "receiver", range: "syslog://HOST[:PORT], with parameters", what: "a receiver of events",
            hint: "syslog://192.0.2.1 or syslog://logs.example?transport=tls",
            parse: { text in try? SyslogAddress(parsing: text) }, write: { YAMLText.scalar($0.description) })
    }
}

extension ValueType where Value == LoopbackEndpoint? {
    /// A loopback address with a port, or `off`.
    static var loopback: ValueType {
        .scalar(
            "address:port or off", range: "loopback addresses only", what: "a loopback address with a port",
            hint: "127.0.0.1:9573, [::1]:9573 or off; metrics are not served to other hosts",
            parse: { text in
                if text == "off" { return .some(nil) }
                return LoopbackEndpoint(text).map { .some($0) }
            },
            write: { YAMLText.scalar($0?.description ?? "off") })
    }
}

extension LoopbackEndpoint {
    /// Parses `127.0.0.1:9573`, `[::1]:9573` or `localhost:9573`, which is the first.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else { return nil }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        let name = isBracketed ? host.dropFirst().dropLast() : host == "localhost" ? "127.0.0.1" : host
        guard let address = IPAddress(name), (address.version == 6) == isBracketed else { return nil }
        self.init(address: address, port: port)
    }
}
