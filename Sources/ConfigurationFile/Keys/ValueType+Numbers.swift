import NetTypes

extension ValueType where Value: FixedWidthInteger {
    /// A whole number in `range`.
    static func number(_ range: ClosedRange<Value>) -> ValueType {
        let limits = "\(range.lowerBound) to \(range.upperBound)"
        return .scalar(
            "number", range: limits, what: "a number from \(limits)", hint: "one, in decimal digits",
            parse: { text in
                guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Value(text),
                    range.contains(number)
                else { return nil }
                return number
            },
            write: { "\($0)" })
    }
}

extension ValueType where Value == Bool {
    /// `true` or `false`. YAML's other spellings are refused: whether `off` is one depends on who reads it.
    static var truth: ValueType {
        .scalar(
            "true or false", what: "true or false", hint: "true or false",
            parse: { Bool($0) }, write: { "\($0)" })
    }
}

extension ValueType where Value == Nanoseconds {
    /// A span of time in `range`: seconds with up to nine decimals, or a number with a unit.
    static func duration(_ range: ClosedRange<Nanoseconds>) -> ValueType {
        let limits = "\(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))"
        return .scalar(
            "duration", range: limits, unit: "seconds or with a unit",
            what: "a duration from \(limits)", hint: "seconds, as in 15 or 0.5, or a unit, as in 500ms, 15s or 5m",
            parse: { text in
                guard let span = DurationText.parse(text), range.contains(span) else { return nil }
                return span
            },
            write: DurationText.text)
    }
}

extension ValueType where Value == Int {
    /// A number of octets in `range`, with or without a unit.
    static func size(_ range: ClosedRange<Int>) -> ValueType {
        let limits = "\(SizeText.text(range.lowerBound)) to \(SizeText.text(range.upperBound))"
        return .scalar(
            "size", range: limits, unit: "octets or with a unit", what: "a size from \(limits)",
            hint: "octets, as in 65536, or a unit, as in 64KiB, 512MiB or 2GB",
            parse: { text in
                guard let octets = SizeText.parse(text), range.contains(octets) else { return nil }
                return octets
            },
            write: SizeText.text)
    }
}

/// Spans of time as texts, exactly: no floating point comes between.
enum DurationText {
    private static let units: [(suffix: String, nanoseconds: Nanoseconds)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000), ("us", 1000), ("ns", 1),
    ]

    /// `15`, `0.5`, `500ms`, `5m`; nil for anything else and for what does not fit. Parts of a nanosecond are refused.
    static func parse(_ text: String) -> Nanoseconds? {
        let suffix = text.drop { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = suffix.isEmpty ? nanosecondsPerSecond : units.first { $0.suffix == suffix }?.nanoseconds
        guard let unit else { return nil }
        let parts = text[..<suffix.startIndex].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = Nanoseconds(parts[0]) else { return nil }
        var (sum, overflow) = whole.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        guard parts.count == 2 else { return sum }
        guard !parts[1].isEmpty else { return nil }
        var place = unit
        for digit in parts[1] {
            guard let number = digit.wholeNumberValue else { return nil }
            // A unit with a factor that is no power of ten can be halved, but not cut in thirds.
            guard number == 0 || place % 10 == 0 else { return nil }
            place /= 10
            (sum, overflow) = sum.addingReportingOverflow(Nanoseconds(number) * place)
            guard !overflow else { return nil }
        }
        return sum
    }

    /// In the largest unit of which it is a whole number: `90s`, `500ms`, `5m`.
    static func text(_ span: Nanoseconds) -> String {
        guard span > 0 else { return "\(span)s" }
        let unit = units.first { span % $0.nanoseconds == 0 } ?? ("ns", 1)
        return "\(span / unit.nanoseconds)\(unit.suffix)"
    }
}

/// Numbers of octets as texts.
enum SizeText {
    private static let units: [(suffix: String, octets: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000),
    ]

    /// `512MiB`, `2GB`, `1048576`; nil for anything else and for what does not fit.
    static func parse(_ text: String) -> Int? {
        let suffix = text.drop { ("0"..."9").contains($0) }
        guard let unit = suffix.isEmpty ? 1 : units.first(where: { $0.suffix == suffix })?.octets,
            let number = Int(text[..<suffix.startIndex])
        else { return nil }
        let (octets, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : octets
    }

    /// In the largest binary unit of which it is a whole number: `64KiB`, `512MiB`, `65535`.
    static func text(_ octets: Int) -> String {
        let unit = units.prefix(3).first { octets > 0 && octets % $0.octets == 0 } ?? ("", 1)
        return "\(octets / unit.octets)\(unit.suffix)"
    }
}
