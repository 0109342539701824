/// Reads points in time as options and policies take them.
package enum TimePoint {
    /// Nanoseconds since 1970 from RFC 3339 (`2026-11-22T10:14:23Z`, `2026-11-22 10:14:23.5+02:00`) or from seconds
    /// since 1970 with up to nine decimals (`1764000000.25`). Nil for anything else, and beyond `maximumTimestamp`.
    package static func parse(_ text: String) -> Nanoseconds? {
        var scanner = Scanner(rest: Array(text.utf8)[...])
        guard let time = text.utf8.contains(0x3A) ? scanner.rfc3339() : scanner.epoch(), scanner.rest.isEmpty,
            (0...maximumTimestamp).contains(time)
        else { return nil }
        return time
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        mutating func take(_ choices: String) -> Bool {
            guard let first = rest.first, choices.utf8.contains(first) else { return false }
            rest.removeFirst()
            return true
        }

        /// Between `least` and `most` decimal digits; stops after `most`.
        mutating func digits(_ least: Int, _ most: Int) -> Int64? {
            var (value, count): (Int64, Int) = (0, 0)
            while count < most, let octet = rest.first, (0x30...0x39).contains(octet) {
                value = value * 10 + Int64(octet - 0x30)
                count += 1
                rest.removeFirst()
            }
            return count >= least ? value : nil
        }

        /// Nothing, or a point and one to nine digits, as nanoseconds.
        mutating func fraction() -> Int64? {
            guard take(".") else { return 0 }
            let before = rest.count
            guard var value = digits(1, 9) else { return nil }
            for _ in (before - rest.count)..<9 { value *= 10 }
            return value
        }

        mutating func epoch() -> Nanoseconds? {
            guard let seconds = digits(1, 10), let fraction = fraction() else { return nil }
            let (product, overflow) = seconds.multipliedReportingOverflow(by: nanosecondsPerSecond)
            return overflow || product > maximumTimestamp ? nil : product + fraction
        }

        mutating func rfc3339() -> Nanoseconds? {
            guard let year = digits(4, 4), take("-"), let month = digits(2, 2), take("-"), let day = digits(2, 2),
                take("Tt "), let hour = digits(2, 2), take(":"), let minute = digits(2, 2), take(":"),
                let second = digits(2, 2), let fraction = fraction(), let offset = offset(),
                (1970...2116).contains(year), (1...12).contains(month),
                (1...Self.days(in: month, year)).contains(day), hour < 24, minute < 60, second <= 60
            else { return nil }
            let days = Self.days(before: year, month) + day - 1
            return (days * 86_400 + hour * 3600 + minute * 60 + second - offset) * nanosecondsPerSecond + fraction
        }

        /// Seconds east of UTC: `Z`, `+HH:MM`, `-HH:MM`.
        private mutating func offset() -> Int64? {
            if take("Zz") { return 0 }
            let sign: Int64 = rest.first == 0x2D ? -1 : 1
            guard take("+-"), let hours = digits(2, 2), take(":"), let minutes = digits(2, 2), hours < 24, minutes < 60
            else { return nil }
            return sign * (hours * 3600 + minutes * 60)
        }

        private static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

        private static func days(in month: Int64, _ year: Int64) -> Int64 {
            switch month {
            case 2: isLeap(year) ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        }

        /// Days from 1970-01-01 to the first of a month.
        private static func days(before year: Int64, _ month: Int64) -> Int64 {
            var days: Int64 = 0
            for past in 1970..<year { days += isLeap(past) ? 366 : 365 }
            for past in 1..<month { days += Self.days(in: past, year) }
            return days
        }
    }
}
