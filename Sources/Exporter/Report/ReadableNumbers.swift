import NetTypes

/// Numbers as people read them. Units are decimal (SI): 1 kB is 1000 octets.
package enum ReadableNumbers {
    /// Every digit, in groups of three: `1,234,567`.
    package static func exact(_ value: UInt64) -> String {
        var text = ""
        let digits = String(value)
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// `exact` when that fits `width` characters, else rounded with an SI prefix: `12.3 G`.
    package static func count(_ value: UInt64, width: Int) -> String {
        let text = exact(value)
        return text.utf8.count <= width ? text : scaled(Double(value), unit: "")
    }

    /// `999 B`, `1.50 kB`, `12.3 MB`, `456 GB`: three digits that count.
    package static func octets(_ value: UInt64) -> String {
        value < 1000 ? "\(value) B" : scaled(Double(value), unit: "B")
    }

    /// Like `octets` for a rate: `12.3 Mbit/s`.
    package static func rate(_ perSecond: Double, unit: String) -> String {
        scaled(perSecond, unit: unit + "/s")
    }

    /// A share of a whole: `12.3 %`; `<0.1 %` for a small one, so that something never reads as nothing.
    package static func share(_ part: UInt64, of whole: UInt64) -> String {
        guard whole > 0 else { return "-" }
        let percent = Double(part) / Double(whole) * 100
        if part > 0, percent < 0.05 { return "<0.1 %" }
        return fixed(percent, decimals: 1) + " %"
    }

    /// A span: `3 d 04 h 05 min`, `1 h 02 min 03 s`, `2 min 03.123 s`, `0.000123456 s`.
    package static func span(_ nanoseconds: Nanoseconds) -> String {
        let span = max(0, nanoseconds)
        let seconds = span / nanosecondsPerSecond
        func two(_ value: Int64) -> String { (value < 10 ? "0" : "") + String(value) }
        if seconds >= 86_400 {
            return "\(seconds / 86_400) d \(two(seconds / 3600 % 24)) h \(two(seconds / 60 % 60)) min"
        }
        if seconds >= 3600 { return "\(seconds / 3600) h \(two(seconds / 60 % 60)) min \(two(seconds % 60)) s" }
        let milliseconds = span / 1_000_000
        if seconds >= 60 {
            return "\(seconds / 60) min \(two(seconds % 60)).\(padded(milliseconds % 1000, 3)) s"
        }
        if seconds >= 1 { return "\(seconds).\(padded(milliseconds % 1000, 3)) s" }
        return "0.\(padded(span, 9)) s"
    }

    private static let prefixes = ["", "k", "M", "G", "T", "P", "E"]

    private static func scaled(_ value: Double, unit: String) -> String {
        var (value, step) = (max(0, value), 0)
        // 999.5 would be rounded to 1000: it belongs to the next prefix.
        while value >= 999.5, step < prefixes.count - 1 {
            value /= 1000
            step += 1
        }
        let decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        let number = fixed(value, decimals: step == 0 && value == value.rounded() ? 0 : decimals)
        let suffix = prefixes[step] + unit
        return suffix.isEmpty ? number : number + " " + suffix
    }

    /// `value` (0 up to about 10^15) with so many decimals, rounded half away from zero.
    package static func fixed(_ value: Double, decimals: Int) -> String {
        let scale: Int64 = [1, 10, 100, 1000][min(3, max(0, decimals))]
        let scaled = Int64(min(9e17, max(0, value) * Double(scale) + 0.5))
        guard scale > 1 else { return String(scaled) }
        return "\(scaled / scale).\(padded(scaled % scale, decimals))"
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
