/// A reader of IPFIX messages, written from RFC 7011, 5103 and 5610 alone: it shares no code and no table with the
/// exporter it checks. Fails on the first octet that the RFCs do not allow.
struct IPFIXReader {
    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    /// A field specifier; `enterprise` 0 for IANA's.
    struct Field: Hashable {
        var id: UInt16
        var enterprise: UInt32
        var length: UInt16
    }

    struct Template: Equatable {
        var id: UInt16
        var scopeCount: Int
        var fields: [Field]
    }

    /// Enterprise number and id, the key of a value.
    struct Element: Hashable {
        var enterprise: UInt32
        var id: UInt16
    }

    struct Record {
        var domain: UInt32
        var templateId: UInt16
        var isOptions: Bool
        var values: [Element: [UInt8]]

        /// An unsigned integer of 1 to 8 octets; nil when absent.
        func number(_ id: UInt16, _ enterprise: UInt32 = 0) -> UInt64? {
            guard let octets = values[Element(enterprise: enterprise, id: id)], octets.count <= 8 else { return nil }
            return octets.reduce(0) { $0 << 8 | UInt64($1) }
        }

        /// The reverse of an IANA element.
        func reverse(_ id: UInt16) -> UInt64? { number(id, 29305) }

        func text(_ id: UInt16) -> String? {
            values[Element(enterprise: 0, id: id)].map { String(decoding: $0, as: UTF8.self) }
        }
    }

    struct Message {
        var exportTime: UInt32
        var sequence: UInt32
        var domain: UInt32
        var length: Int
        var setIds: [UInt16] = []
        var records: [Record] = []
        var templates: [Template] = []
    }

    /// Templates by domain and id, as a collector of one session keeps them.
    var templates: [UInt32: [UInt16: Template]] = [:]
    /// Expected sequence numbers by domain.
    private var expected: [UInt32: UInt32] = [:]
    private var lastExportTime: UInt32 = 0

    /// Reads every message of a session, and checks sequence numbers and Export Time from one to the next.
    mutating func read(_ octets: [UInt8]) throws -> [Message] {
        var messages: [Message] = []
        var rest = octets[...]
        while !rest.isEmpty {
            guard rest.count >= 16 else { throw Failure("\(rest.count) octets after the last message") }
            let length = Int(Self.number(rest.dropFirst(2).prefix(2)))
            guard length >= 16, length <= rest.count else { throw Failure("message length \(length) of \(rest.count)") }
            messages.append(try readMessage(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return messages
    }

    /// Reads one message.
    mutating func readMessage(_ octets: ArraySlice<UInt8>) throws -> Message {
        var rest = octets
        func take(_ count: Int) throws -> ArraySlice<UInt8> {
            guard rest.count >= count else { throw Failure("\(count) octets wanted, \(rest.count) left") }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        guard Self.number(try take(2)) == 10 else { throw Failure("version is not 10") }
        let length = Int(Self.number(try take(2)))
        guard length == octets.count else { throw Failure("length \(length), message has \(octets.count)") }
        var message = Message(
            exportTime: UInt32(Self.number(try take(4))), sequence: UInt32(Self.number(try take(4))),
            domain: UInt32(Self.number(try take(4))), length: length)
        guard message.exportTime >= lastExportTime else { throw Failure("Export Time goes back") }
        lastExportTime = message.exportTime
        guard message.sequence == expected[message.domain, default: 0] else {
            throw Failure("sequence \(message.sequence), expected \(expected[message.domain, default: 0])")
        }
        while !rest.isEmpty {
            let id = UInt16(Self.number(try take(2)))
            let setLength = Int(Self.number(try take(2)))
            guard setLength > 4 else { throw Failure("set \(id) has length \(setLength)") }
            let body = try take(setLength - 4)
            message.setIds.append(id)
            try readSet(id, body, &message)
        }
        expected[message.domain] = message.sequence &+ UInt32(message.records.count)
        return message
    }

    private mutating func readSet(_ id: UInt16, _ body: ArraySlice<UInt8>, _ message: inout Message) throws {
        var rest = body
        switch id {
        case 2, 3:
            while !rest.isEmpty {
                let template = try Self.readTemplate(&rest, isOptions: id == 3)
                let known = templates[message.domain]?[template.id]
                guard known == nil || known == template else { throw Failure("template \(template.id) changed") }
                templates[message.domain, default: [:]][template.id] = template
                message.templates.append(template)
            }
        case 256...:
            guard let template = templates[message.domain]?[id] else { throw Failure("set \(id) without template") }
            while !rest.isEmpty {
                message.records.append(try Self.readRecord(&rest, template, domain: message.domain))
            }
        default: throw Failure("set id \(id)")
        }
    }

    private static func readTemplate(_ rest: inout ArraySlice<UInt8>, isOptions: Bool) throws -> Template {
        func take(_ count: Int) throws -> UInt64 {
            guard rest.count >= count else { throw Failure("template cut") }
            defer { rest = rest.dropFirst(count) }
            return number(rest.prefix(count))
        }
        let id = UInt16(try take(2))
        let count = Int(try take(2))
        let scopeCount = isOptions ? Int(try take(2)) : 0
        guard id >= 256, count > 0 else { throw Failure("template \(id) with \(count) fields") }
        guard !isOptions || (1...count).contains(scopeCount) else { throw Failure("scope count \(scopeCount)") }
        var fields: [Field] = []
        for _ in 0..<count {
            let word = UInt16(try take(2))
            let length = UInt16(try take(2))
            let enterprise = word & 0x8000 != 0 ? UInt32(try take(4)) : 0
            guard length > 0, word & 0x8000 == 0 || enterprise != 0 else { throw Failure("field \(word)") }
            fields.append(Field(id: word & 0x7FFF, enterprise: enterprise, length: length))
        }
        let elements = Set(fields.map { Element(enterprise: $0.enterprise, id: $0.id) })
        guard elements.count == fields.count else { throw Failure("template \(id) names an element twice") }
        return Template(id: id, scopeCount: scopeCount, fields: fields)
    }

    private static func readRecord(
        _ rest: inout ArraySlice<UInt8>, _ template: Template, domain: UInt32
    ) throws -> Record {
        var record = Record(
            domain: domain, templateId: template.id, isOptions: template.scopeCount > 0, values: [:])
        for field in template.fields {
            var length = Int(field.length)
            if length == 65535 {
                guard let first = rest.popFirst() else { throw Failure("record cut") }
                length = Int(first)
                if first == 255 {
                    guard rest.count >= 2 else { throw Failure("record cut") }
                    length = Int(number(rest.prefix(2)))
                    rest = rest.dropFirst(2)
                }
            }
            guard rest.count >= length else { throw Failure("record of template \(template.id) cut") }
            record.values[Element(enterprise: field.enterprise, id: field.id)] = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return record
    }

    static func number(_ octets: ArraySlice<UInt8>) -> UInt64 { octets.reduce(0) { $0 << 8 | UInt64($1) } }
}
