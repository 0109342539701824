/// Abstract data types of information elements (RFC 7012 section 3.1). Raw values are those of
/// informationElementDataType (IE 339, RFC 5610 section 3.1).
package enum ElementType: UInt8, Sendable, CaseIterable {
    case octetArray = 0
    case unsigned8 = 1
    case unsigned16 = 2
    case unsigned32 = 3
    case unsigned64 = 4
    case signed8 = 5
    case signed16 = 6
    case signed32 = 7
    case signed64 = 8
    case float32 = 9
    case float64 = 10
    case boolean = 11
    case macAddress = 12
    case string = 13
    case dateTimeSeconds = 14
    case dateTimeMilliseconds = 15
    case dateTimeMicroseconds = 16
    case dateTimeNanoseconds = 17
    case ipv4Address = 18
    case ipv6Address = 19
    case basicList = 20
    case subTemplateList = 21
    case subTemplateMultiList = 22

    /// The type of this name, as the registry spells it.
    init?(name: some StringProtocol) {
        guard let type = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
        self = type
    }

    /// Whether it is an unsigned integer.
    var isUnsigned: Bool { rawValue >= 1 && rawValue <= 4 }

    /// Whether a field of `length` octets (65535: variable) can hold a value. Integers and float64 may be shorter than
    /// their type (RFC 7011 section 6.2); exporters of NetFlow also make integers longer, which up to 8 octets is as
    /// readable.
    func fits(_ length: UInt16) -> Bool {
        switch self {
        case .octetArray, .string, .basicList, .subTemplateList, .subTemplateMultiList: true
        case .unsigned8, .unsigned16, .unsigned32, .unsigned64, .signed8, .signed16, .signed32, .signed64:
            (1...8).contains(length)
        case .float32: length == 4
        case .float64: length == 4 || length == 8
        case .boolean: length == 1
        case .macAddress: length == 6
        case .dateTimeSeconds: length == 4
        case .dateTimeMilliseconds, .dateTimeMicroseconds, .dateTimeNanoseconds: length == 8
        case .ipv4Address: length == 4
        case .ipv6Address: length == 16
        }
    }
}
