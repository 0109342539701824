/// Reads templates out of template sets. Says what is wrong with one; the set goes on where the record ends.
enum TemplateReader {
    /// What a template record is.
    enum Outcome {
        case template(CollectedTemplate)
        /// A withdrawal of one template, or, with the set's own id, of all (RFC 7011 section 8.1).
        case withdrawal(UInt16)
        case malformed(Malformation)
        /// The set cannot be read on.
        case broken(Malformation)
    }

    //   0                   1                   2                   3
    //   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    //  +-------------------------------+-------------------------------+
    //  |       Template ID (> 255)     |          Field Count          |
    //  +-------------------------------+-------------------------------+
    //  |  Scope Field Count (options)  |E|  Information Element id      |
    //  +-------------------------------+-------------------------------+
    //  |         Field Length          |   Enterprise Number (if E) …

    /// The next record of an IPFIX template set (id 2) or options template set (id 3).
    static func ipfix(_ reader: inout WireReader, isOptions: Bool) -> Outcome {
        guard let id = reader.u16(), let count = reader.u16() else { return .broken(.templateCut) }
        if count == 0 { return .withdrawal(id) }
        var scopeCount: UInt16 = 0
        if isOptions {
            guard let scope = reader.u16() else { return .broken(.templateCut) }
            scopeCount = scope
        }
        // A field takes four octets at least: a count that cannot be is known before anything is kept.
        guard reader.remaining >= 4 * Int(count) else { return .broken(.templateCut) }
        var fields: [CollectedField] = []
        fields.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let element = reader.u16(), let length = reader.u16() else { return .broken(.templateCut) }
            var enterpriseNumber: UInt32 = 0
            if element & 0x8000 != 0 {
                guard let number = reader.u32() else { return .broken(.templateCut) }
                enterpriseNumber = number
            }
            fields.append(
                CollectedField(id: element & 0x7FFF, enterpriseNumber: enterpriseNumber, length: length))
        }
        guard !isOptions || (1...count).contains(scopeCount) else { return .malformed(.scopeCount) }
        return checked(id, Int(scopeCount), fields)
    }

    /// The next template of a NetFlow version 9 template set (RFC 3954 section 5.2): as IPFIX without enterprises.
    static func netFlow9(_ reader: inout WireReader) -> Outcome {
        guard let id = reader.u16(), let count = reader.u16(), let fields = plainFields(&reader, Int(count)) else {
            return .broken(.templateCut)
        }
        return checked(id, 0, fields)
    }

    /// The next options template of NetFlow version 9 (section 6.1): its lengths are octets of field specifiers, and
    /// scopes have numbers of their own, which are not elements.
    static func netFlow9Options(_ reader: inout WireReader) -> Outcome {
        guard let id = reader.u16(), let scopeLength = reader.u16(), let length = reader.u16(),
            let scope = plainFields(&reader, Int(scopeLength) / 4),
            let fields = plainFields(&reader, Int(length) / 4)
        else { return .broken(.templateCut) }
        guard !scope.isEmpty else { return .malformed(.scopeCount) }
        let scopes = scope.map { CollectedField(id: 0, enterpriseNumber: 0, length: $0.length) }
        return checked(id, scopes.count, scopes + fields)
    }

    private static func plainFields(_ reader: inout WireReader, _ count: Int) -> [CollectedField]? {
        guard reader.remaining >= 4 * count else { return nil }
        var fields: [CollectedField] = []
        fields.reserveCapacity(count)
        for _ in 0..<count {
            guard let element = reader.u16(), let length = reader.u16() else { return nil }
            fields.append(CollectedField(id: element, enterpriseNumber: 0, length: length))
        }
        return fields
    }

    private static func checked(_ id: UInt16, _ scopeCount: Int, _ fields: [CollectedField]) -> Outcome {
        guard id >= 256 else { return .malformed(.reservedTemplateId) }
        // A record of no octets could be there any number of times.
        let template = CollectedTemplate(id: id, scopeCount: scopeCount, fields: fields)
        return template.minimumLength > 0 ? .template(template) : .malformed(.templateWithoutFields)
    }
}
