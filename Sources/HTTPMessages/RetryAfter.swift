import NetTypes

/// `Retry-After` (RFC 9110 section 10.2.3): a number of seconds, or a date.
package enum RetryAfter {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds from `now` (nanoseconds since 1970) on; nil when the value is neither. What lies in the past is 0.
    package static func seconds(_ value: String, now: Nanoseconds) -> Int? {
        let digits = value.utf8
        if !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) { return Int(value) ?? Int.max }
        guard let date = date(value) else { return nil }
        return max(0, Int(clamping: date - now / nanosecondsPerSecond))
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, the only form that may be sent), as seconds since 1970.
    private static func date(_ value: String) -> Int64? {
        let words = value.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 6, words[0].utf8.count == 4, words[0].hasSuffix(","), words[5] == "GMT",
            let day = number(words[1], 2, 1...31), let month = months.firstIndex(where: { $0 == words[2] }),
            let year = number(words[3], 4, 1970...9999)
        else { return nil }
        let time = words[4].split(separator: ":", omittingEmptySubsequences: false)
        guard time.count == 3, let hour = number(time[0], 2, 0...23), let minute = number(time[1], 2, 0...59),
            let second = number(time[2], 2, 0...60)
        else { return nil }
        // Days since 1970 in the Gregorian calendar, years counted from March so that the leap day is the last.
        let years = Int64(month < 2 ? year - 1 : year)
        let monthsPast = Int64((month + 10) % 12)
        let days =
            years * 365 + years / 4 - years / 100 + years / 400 + (monthsPast * 153 + 2) / 5 + Int64(day) - 1 - 719_468
        return days * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    private static func number(_ text: Substring, _ length: Int, _ range: ClosedRange<Int>) -> Int? {
        guard text.utf8.count == length, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text)
        else { return nil }
        return range.contains(number) ? number : nil
    }
}
