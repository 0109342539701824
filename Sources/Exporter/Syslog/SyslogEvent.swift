import NetTypes

/// Something that happened to the probe, for a receiver of syslog messages (RFC 5424).
package struct SyslogEvent: Sendable, Equatable {
    /// How bad it is (RFC 5424 section 6.2.1).
    package enum Severity: Int, Sendable {
        case error = 3
        case warning = 4
        case notice = 5
    }

    /// Which event it is: the message's MSGID, 1 to 32 letters and `-`.
    package var name: String
    /// How bad it is.
    package var severity: Severity
    /// When it happened, nanoseconds since 1970.
    package var time: Nanoseconds
    /// A sentence for people. May hold what came from outside.
    package var text: String
    /// Parameters of the structured data: names of 1 to 32 letters, values that may hold what came from outside.
    package var fields: [(name: String, value: String)]

    /// An event from its parts.
    package init(
        _ name: String, _ severity: Severity, at time: Nanoseconds, _ text: String,
        _ fields: [(name: String, value: String)] = []
    ) {
        self.name = name
        self.severity = severity
        self.time = time
        self.text = text
        self.fields = fields
    }

    /// Whether both say the same.
    package static func == (left: SyslogEvent, right: SyslogEvent) -> Bool {
        left.name == right.name && left.severity == right.severity && left.time == right.time
            && left.text == right.text && left.fields.map(\.name) == right.fields.map(\.name)
            && left.fields.map(\.value) == right.fields.map(\.value)
    }
}

/// Writes events as messages.
package struct SyslogFormat: Sendable {
    /// Octets of a message, which every receiver should take (RFC 5424 section 6.1).
    package static let longestMessage = 2048
    private static let longestText = 1000
    private static let longestValue = 256

    private let facility: SyslogAddress.Facility
    private let host: String
    private let process: Int32
    private let enterpriseNumber: UInt32

    /// Messages of process number `process` on `host`; the structured data is named under `enterpriseNumber`.
    package init(facility: SyslogAddress.Facility, host: String, process: Int32, enterpriseNumber: UInt32) {
        self.facility = facility
        self.process = process
        self.enterpriseNumber = enterpriseNumber
        // PRINTUSASCII, 1 to 255 (section 6): a name from outside must not end the field.
        let printable = host.utf8.prefix(255).map { $0 > 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: "-") }
        self.host = printable.isEmpty ? "-" : String(decoding: printable, as: UTF8.self)
    }

    /// `<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG`, at most `longestMessage` octets. Control
    /// characters are spaces in it; a byte order mark stands before a text that is not ASCII (section 6.4).
    package func octets(_ event: SyslogEvent) -> [UInt8] {
        var message = Array(
            ("<\(facility.code * 8 + event.severity.rawValue)>1 \(Self.time(event.time)) \(host) flowprobe \(process) "
                + "\(event.name) ").utf8)
        let text = Self.cut(event.text, Self.longestText)
        let mark: [UInt8] = text.allSatisfy { $0 < 0x80 } ? [] : [0xEF, 0xBB, 0xBF]
        let room = Self.longestMessage - message.count - text.count - mark.count - 1
        message += structured(event.fields, room: room)
        if !text.isEmpty { message += [0x20] + mark + text }
        return message
    }

    /// One element with as many of the parameters as there is room for; `-` for none (section 6.3.1).
    private func structured(_ fields: [(name: String, value: String)], room: Int) -> [UInt8] {
        var element = Array("[event@\(enterpriseNumber)".utf8)
        let empty = element.count
        for (name, value) in fields {
            let parameter = Array(" \(name)=\"".utf8) + Self.escaped(value) + [UInt8(ascii: "\"")]
            guard element.count + parameter.count < room else { break }
            element += parameter
        }
        return element.count == empty ? [UInt8(ascii: "-")] : element + [UInt8(ascii: "]")]
    }

    /// A value with `"`, `\` and `]` behind a backslash (section 6.3.3).
    private static func escaped(_ value: String) -> [UInt8] {
        cut(value, longestValue).flatMap { octet -> [UInt8] in
            octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") || octet == UInt8(ascii: "]")
                ? [UInt8(ascii: "\\"), octet] : [octet]
        }
    }

    /// At most `limit` octets of whole characters, with spaces for control characters.
    private static func cut(_ text: String, _ limit: Int) -> [UInt8] {
        var octets: [UInt8] = []
        for scalar in text.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control
            let next = isControl ? [0x20] : Array(String(scalar).utf8)
            guard octets.count + next.count <= limit else { break }
            octets += next
        }
        return octets
    }

    /// RFC 3339 with microseconds, the most that a TIMESTAMP may have (section 6.2.3).
    private static func time(_ time: Nanoseconds) -> String { String(rfc3339(time).prefix(26)) + "Z" }
}
