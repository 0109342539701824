/// Collects template and options records octet by octet, in network byte order. Not for flow records that are exported:
/// those take the compiled way (`EncodingProgram`).
package struct OctetWriter {
    /// What was collected.
    package private(set) var octets: [UInt8] = []

    /// Nothing yet.
    package init() {}

    mutating func append8(_ value: UInt8) { octets.append(value) }

    mutating func append16(_ value: UInt16) { append(UInt64(value), length: 2) }

    mutating func append32(_ value: UInt32) { append(UInt64(value), length: 4) }

    mutating func append64(_ value: UInt64) { append(value, length: 8) }

    /// The low `length` octets of `value`, highest first.
    package mutating func append(_ value: UInt64, length: Int) {
        for index in (0..<length).reversed() { octets.append(UInt8(truncatingIfNeeded: value >> UInt64(index * 8))) }
    }

    /// A variable-length string (RFC 7011 section 7), cut at a character so that it has no more than `limit` octets.
    mutating func appendString(_ text: String, limit: Int = 200) {
        var kept = text
        while kept.utf8.count > limit { kept.removeLast() }
        appendVariable(Array(kept.utf8))
    }

    /// A value of variable length (RFC 7011 section 7), at most 254 octets.
    mutating func appendVariable(_ value: [UInt8]) {
        octets.append(UInt8(value.count))
        octets.append(contentsOf: value)
    }

    /// A field specifier (RFC 7011 section 3.2); the enterprise bit is set when there is an enterprise number.
    mutating func appendFieldSpecifier(_ id: UInt16, length: UInt16, enterpriseNumber: UInt32?) {
        append16(enterpriseNumber == nil ? id : id | 0x8000)
        append16(length)
        if let enterpriseNumber { append32(enterpriseNumber) }
    }
}
