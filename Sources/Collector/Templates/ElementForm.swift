/// How a value is written in a line of JSON.
enum ElementForm: Equatable {
    case number, signed, identifier, float, boolean, macAddress, text, ipv4Address, ipv6Address, hexadecimal
    case time(TimeForm)

    /// For values of `description` in fields of `length` octets.
    init(_ description: ElementDescription, length: UInt16) {
        guard description.type.fits(length) || length == 65535 && !Self.isFixed(description.type) else {
            self = .hexadecimal
            return
        }
        switch description.type {
        case .unsigned8, .unsigned16, .unsigned32: self = .number
        case .unsigned64: self = description.isIdentifier ? .identifier : .number
        case .signed8, .signed16, .signed32, .signed64: self = .signed
        case .float32, .float64: self = .float
        case .boolean: self = .boolean
        case .macAddress: self = .macAddress
        case .string: self = .text
        case .dateTimeSeconds: self = .time(.seconds)
        case .dateTimeMilliseconds: self = .time(.milliseconds)
        case .dateTimeMicroseconds: self = .time(.microseconds)
        case .dateTimeNanoseconds: self = .time(.nanoseconds)
        case .ipv4Address: self = .ipv4Address
        case .ipv6Address: self = .ipv6Address
        case .octetArray, .basicList, .subTemplateList, .subTemplateMultiList: self = .hexadecimal
        }
    }

    private static func isFixed(_ type: ElementType) -> Bool { !type.fits(65535) }
}
