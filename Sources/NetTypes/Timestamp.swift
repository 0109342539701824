/// Points in time and spans are 64-bit counts of nanoseconds. Points count from 1970-01-01T00:00:00Z.
///
/// Packet sources clamp what they read to `0...maximumTimestamp`, so that a sum of a point and any timeout cannot
/// overflow: arithmetic on the packet path needs no check.
public typealias Nanoseconds = Int64

/// The largest point in time a packet source may hand out: 2^62 - 1 ns, in the year 2116.
package let maximumTimestamp: Nanoseconds = (1 << 62) - 1

/// Nanoseconds in a second.
package let nanosecondsPerSecond: Nanoseconds = 1_000_000_000

/// A point in time broken into its calendar fields in UTC (proleptic Gregorian calendar).
package struct CalendarTime: Equatable, Sendable {
    /// Four digits, 1970...2116 for a point in time that a packet source hands out.
    package var year: Int
    /// 1...12.
    package var month: Int
    /// Of the month, 1...31.
    package var day: Int
    /// 0...23.
    package var hour: Int
    /// 0...59.
    package var minute: Int
    /// 0...59: points in time do not count leap seconds.
    package var second: Int
    /// 0...999,999,999.
    package var nanosecond: Int

    /// The calendar fields of `timestamp`, which is not negative.
    package init(_ timestamp: Nanoseconds) {
        let seconds = timestamp / nanosecondsPerSecond
        nanosecond = Int(timestamp % nanosecondsPerSecond)
        let days = Int(seconds / 86_400)
        let inDay = Int(seconds % 86_400)
        (hour, minute, second) = (inDay / 3600, inDay / 60 % 60, inDay % 60)
        // Days since 0000-03-01, in eras of 400 years (146,097 days): leap days then fall at the end of each year.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}

/// Writes a point in time as RFC 3339 in UTC with nine fractional digits: `2026-11-22T10:14:23.000000001Z`.
package func rfc3339(_ timestamp: Nanoseconds) -> String {
    let time = CalendarTime(max(0, timestamp))
    func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
    return padded(time.year, 4) + "-" + padded(time.month, 2) + "-" + padded(time.day, 2) + "T" + padded(time.hour, 2)
        + ":" + padded(time.minute, 2) + ":" + padded(time.second, 2) + "." + padded(time.nanosecond, 9) + "Z"
}
