/// What can be wrong with what an exporter sends. Each is counted; none costs more than the part it is in.
package enum Malformation: Int, Sendable, CaseIterable {
    case messageCut, unknownVersion, messageLength
    case setCut, setTooShort, reservedSet, unknownTemplate, variableLengthCut
    case templateCut, reservedTemplateId, templateWithoutFields, scopeCount, fieldOfNoLength
    case tooManyTemplates, templateRedefined, withdrawalOfUnknown, withdrawalOverDatagram
    case elementDescription, tooManyElements, tooManyDomains, recordCount
    case notAMessage, batchIdentifier
    case sampleCut, sampleRecordCut

    /// What it means, for a report: the part that is wrong and what was done.
    package var explanation: String {
        switch self {
        case .messageCut: "a message ends before its header does, or before its length says"
        case .unknownVersion: "the version is none of 5, 9 and 10: not IPFIX or NetFlow, nor sFlow version 5"
        case .messageLength: "the length in a message's header is not the message's"
        case .setCut: "a set is longer than its message: the rest of the message was left out"
        case .setTooShort: "a set's length is below 4: the rest of the message was left out"
        case .reservedSet: "a set has an id that means nothing (RFC 7011 section 3.3.2)"
        case .unknownTemplate: "data came before their template, and cannot be read"
        case .variableLengthCut: "a record of variable length is longer than its set: the rest of the set was left out"
        case .templateCut: "a template is longer than its set"
        case .reservedTemplateId: "a template has an id below 256"
        case .templateWithoutFields: "a template has no fields, or no octets in a record"
        case .scopeCount: "an options template has no scope, or more scope than fields"
        case .fieldOfNoLength: "a field has no octets, and no value"
        case .tooManyTemplates: "there are more templates than are kept: one was left out"
        case .templateRedefined: "a template changed without being withdrawn: the new one holds"
        case .withdrawalOfUnknown: "a template that was not there was withdrawn"
        case .withdrawalOverDatagram: "templates cannot be withdrawn over UDP: left out (RFC 7011 section 8.4)"
        case .elementDescription: "the description of an element (RFC 5610) cannot be used"
        case .tooManyElements: "there are more descriptions of elements than are kept"
        case .tooManyDomains: "there are more observation domains in a session than are kept"
        case .recordCount: "the number of records in a header is not what the message holds"
        case .notAMessage: "what comes next on a connection is no IPFIX message: it was closed"
        case .batchIdentifier: "the identifier of a batch is not 8 and 16 octets"
        case .sampleCut: "a sample of sFlow is longer than its datagram: the rest of the datagram was left out"
        case .sampleRecordCut: "a record of a sample of sFlow is longer than the sample: the sample was left out"
        }
    }

    /// Whether records can be missing because of it: a batch in which it is met is not whole.
    var losesRecords: Bool {
        switch self {
        case .messageCut, .unknownVersion, .messageLength, .setCut, .setTooShort, .reservedSet, .unknownTemplate,
            .variableLengthCut, .tooManyDomains, .notAMessage, .batchIdentifier, .sampleCut, .sampleRecordCut:
            true
        case .templateCut, .reservedTemplateId, .templateWithoutFields, .scopeCount, .fieldOfNoLength,
            .tooManyTemplates, .templateRedefined, .withdrawalOfUnknown, .withdrawalOverDatagram,
            .elementDescription, .tooManyElements, .recordCount:
            // Data that a template is missing for are met by themselves.
            false
        }
    }
}

/// What was malformed: how often, and where for the first time.
package struct MalformationTally: Sendable {
    /// The first of its kind in a session.
    package struct Place: Sendable, Equatable {
        /// Number of the message in its session, from 1.
        package var message: UInt64
        /// Octets from the start of the message.
        package var offset: Int
    }

    private var counts = [UInt64](repeating: 0, count: Malformation.allCases.count)
    private var places = [Place?](repeating: nil, count: Malformation.allCases.count)

    /// Nothing malformed.
    package init() {}

    /// How often `kind` was met.
    package subscript(kind: Malformation) -> UInt64 { counts[kind.rawValue] }
    /// Where `kind` was met first.
    package func firstPlace(_ kind: Malformation) -> Place? { places[kind.rawValue] }
    /// All together.
    package var total: UInt64 { counts.reduce(0, &+) }

    /// Adds another's counts.
    mutating func add(_ other: MalformationTally) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
    }

    /// Counts one.
    mutating func count(_ kind: Malformation, message: UInt64, offset: Int) {
        counts[kind.rawValue] &+= 1
        if places[kind.rawValue] == nil { places[kind.rawValue] = Place(message: message, offset: offset) }
    }
}
