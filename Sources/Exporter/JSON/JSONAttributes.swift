import Labels

/// Attributes of labels in a line of JSON: members behind all others, by number, of those that the record has.
package enum JSONAttributes {
    /// Most octets that `append` adds: each attribute once, each octet of the longest text as an escape of six.
    static let reserve = LabelAttribute.allCases.count * (32 + 6 * 255)

    /// `,"name":"` of each attribute by its number, the last quote only for texts.
    private static let keys: [[UInt8]] = (0...(LabelAttribute.allCases.map { Int($0.rawValue) }.max() ?? 0)).map {
        number in
        guard let attribute = LabelAttribute(rawValue: UInt8(number)) else { return [] }
        return Array(",\"\(attribute.name)\":\(attribute.isNumber ? "" : "\"")".utf8)
    }

    /// Appends the members of the list `octets[range]`, each with a comma before it. Whatever the octets are, the result is
    /// valid JSON in ASCII: what is not printable comes escaped, octet by octet, and a list ends where it is not sound.
    package static func append(_ octets: Span<UInt8>, _ range: Range<Int>, to line: inout [UInt8]) {
        var (position, last) = (range.lowerBound, UInt8(0))
        while let value = AttributeList.next(octets, &position, end: range.upperBound) {
            guard value.attribute.rawValue > last else { return }
            last = value.attribute.rawValue
            line.append(contentsOf: keys[Int(last)])
            if value.attribute.isNumber {
                line.append(contentsOf: String(AttributeList.number(octets, value)).utf8)
                continue
            }
            for index in value.range { append(octets[index], to: &line) }
            line.append(0x22)
        }
    }

    private static func append(_ octet: UInt8, to line: inout [UInt8]) {
        switch octet {
        case 0x22, 0x5C:
            line.append(0x5C)
            line.append(octet)
        case 0x20..<0x7F: line.append(octet)
        default:
            let digits = Array("0123456789abcdef".utf8)
            line.append(contentsOf: Array("\\u00".utf8))
            line.append(digits[Int(octet >> 4)])
            line.append(digits[Int(octet & 15)])
        }
    }
}
