import NetTypes

extension [UInt8] {
    /// What `body` appends, in quotes.
    mutating func appendQuoted(_ body: (inout [UInt8]) -> Void) {
        append(0x22)
        body(&self)
        append(0x22)
    }

    /// Decimal digits.
    mutating func appendDecimal(_ value: UInt64) {
        var rest = value
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var count = 0
        repeat {
            digits[count] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
            rest /= 10
            count += 1
        } while rest > 0
        while count > 0 {
            count -= 1
            append(digits[count])
        }
    }

    /// Two digits.
    @inline(__always)
    private mutating func appendTwo(_ value: Int) {
        append(UInt8(truncatingIfNeeded: value / 10) + 0x30)
        append(UInt8(truncatingIfNeeded: value % 10) + 0x30)
    }

    /// RFC 3339 in UTC with nine fractional digits, as `rfc3339(_:)` writes it.
    mutating func append(time: Nanoseconds) {
        let fields = CalendarTime(Swift.max(0, time))
        appendTwo(fields.year / 100)
        appendTwo(fields.year % 100)
        append(0x2D)
        appendTwo(fields.month)
        append(0x2D)
        appendTwo(fields.day)
        append(0x54)
        appendTwo(fields.hour)
        append(0x3A)
        appendTwo(fields.minute)
        append(0x3A)
        appendTwo(fields.second)
        append(0x2E)
        append(UInt8(truncatingIfNeeded: fields.nanosecond / 100_000_000) + 0x30)
        appendTwo(fields.nanosecond / 1_000_000 % 100)
        appendTwo(fields.nanosecond / 10_000 % 100)
        appendTwo(fields.nanosecond / 100 % 100)
        appendTwo(fields.nanosecond % 100)
        append(0x5A)
    }

    /// An address as text.
    mutating func append(_ address: IPAddress) {
        guard address.version == 4 else { return append(contentsOf: address.description.utf8) }
        for shift in [24, 16, 8, 0] as [UInt64] {
            appendDecimal(address.low >> shift & 0xFF)
            if shift > 0 { append(0x2E) }
        }
    }

    /// An Ethernet address as text.
    mutating func append(_ address: MACAddress) {
        for shift in stride(from: UInt64(40), through: 0, by: -8) {
            let octet = UInt8(truncatingIfNeeded: address.bits >> shift)
            append(Self.hexadecimalDigit(octet >> 4))
            append(Self.hexadecimalDigit(octet & 15))
            if shift > 0 { append(0x3A) }
        }
    }

    @inline(__always)
    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

    /// The value of a field, `octets[range]`, in its form.
    mutating func append(_ form: ElementForm, _ octets: Span<UInt8>, _ range: Range<Int>, _ context: RecordContext) {
        func number() -> UInt64 { octets.unsigned(at: range.lowerBound, range.count) }
        switch form {
        case .number: appendDecimal(number())
        case .identifier: appendQuoted { $0.appendDecimal(number()) }
        case .signed:
            let unused = UInt64(Swift.max(0, 64 - range.count * 8))
            let value = Int64(bitPattern: number() << unused) >> unused
            if value < 0 { append(0x2D) }
            appendDecimal(value.magnitude)
        case .float:
            let value = range.count == 4 ? Double(Float(bitPattern: UInt32(number()))) : Double(bitPattern: number())
            // JSON has no infinities.
            append(contentsOf: (value.isFinite ? "\(value)" : "null").utf8)
        // RFC 7011 section 6.1.5: 1 is true, 2 is false.
        case .boolean: append(contentsOf: (number() == 1 ? "true" : number() == 2 ? "false" : "null").utf8)
        case .macAddress: appendQuoted { $0.append(MACAddress(bits: number())) }
        case .ipv4Address:
            appendQuoted {
                $0.append(IPAddress(v4: UInt32(truncatingIfNeeded: octets.unsigned(at: range.lowerBound, 4))))
            }
        case .ipv6Address:
            let address = IPAddress(
                high: octets.unsigned(at: range.lowerBound, 8), low: octets.unsigned(at: range.lowerBound + 8, 8),
                version: 6)
            appendQuoted { $0.append(address) }
        case .time(let form): appendQuoted { $0.append(time: form.time(number(), context) ?? 0) }
        case .text: append(text: octets, range)
        case .hexadecimal:
            appendQuoted { line in
                for index in range {
                    line.append(Self.hexadecimalDigit(octets[index] >> 4))
                    line.append(Self.hexadecimalDigit(octets[index] & 15))
                }
            }
        }
    }

    /// A string: UTF-8 as RFC 7011 section 6.1.6 wants it, what is not repaired, without trailing zeros, which fields of
    /// a fixed length are filled up with.
    private mutating func append(text octets: Span<UInt8>, _ range: Range<Int>) {
        var end = range.upperBound
        while end > range.lowerBound, octets[end - 1] == 0 { end -= 1 }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(end - range.lowerBound)
        for index in range.lowerBound..<end { bytes.append(octets[index]) }
        let text = String(decoding: bytes, as: UTF8.self)
        appendQuoted { line in
            for scalar in text.unicodeScalars {
                switch scalar {
                case "\"": line.append(contentsOf: "\\\"".utf8)
                case "\\": line.append(contentsOf: "\\\\".utf8)
                // Controls, and line separators that break readers of lines.
                case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                    let digits = String(scalar.value, radix: 16)
                    line.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
                default: line.append(contentsOf: String(scalar).utf8)
                }
            }
        }
    }
}
