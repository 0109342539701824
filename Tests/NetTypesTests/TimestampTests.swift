import Glibc
import NetTypes
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (Nanoseconds(0), "1970-01-01T00:00:00.000000000Z"),
        (1, "1970-01-01T00:00:00.000000001Z"),
        (86_399_999_999_999, "1970-01-01T23:59:59.999999999Z"),
        (68_169_600 * nanosecondsPerSecond, "1972-02-29T00:00:00.000000000Z"),  // First leap day.
        (951_782_399 * nanosecondsPerSecond, "2000-02-28T23:59:59.000000000Z"),
        (951_782_400 * nanosecondsPerSecond, "2000-02-29T00:00:00.000000000Z"),  // 2000 was a leap year.
        (951_868_800 * nanosecondsPerSecond, "2000-03-01T00:00:00.000000000Z"),
        (1_000_000_000_987_654_321, "2001-09-09T01:46:40.987654321Z"),
        (2_147_483_648 * nanosecondsPerSecond, "2038-01-19T03:14:08.000000000Z"),
        (4_107_542_399 * nanosecondsPerSecond, "2100-02-28T23:59:59.000000000Z"),
        (4_107_542_400 * nanosecondsPerSecond, "2100-03-01T00:00:00.000000000Z"),  // 2100 is none.
        (maximumTimestamp, "2116-02-20T23:53:38.427387903Z"),
        (-1, "1970-01-01T00:00:00.000000000Z"),
    ]) func writesKnownInstants(timestamp: Nanoseconds, text: String) {
        #expect(rfc3339(timestamp) == text)
    }

    @Test func agreesWithTheSystemOverTheWholeRange() {
        let seed: UInt64 = 0x1952_0004
        print("seed", seed)
        var random = SplitMix64(seed: seed)
        var instants = (0..<5000).map { _ in Nanoseconds.random(in: 0...maximumTimestamp, using: &random) }
        // A day of every week from 1970 to 2116, at both its ends.
        let day = 86_400 * nanosecondsPerSecond
        instants += stride(from: 0, to: maximumTimestamp - day, by: Int(7 * day)).flatMap { [$0, $0 + day - 1] }
        for instant in instants {
            let time = CalendarTime(instant)
            var seconds = time_t(instant / nanosecondsPerSecond)
            var fields = unsafe tm()
            // SAFETY: both point to locals that outlive the call.
            unsafe _ = gmtime_r(&seconds, &fields)
            let same =
                unsafe Int(fields.tm_year) + 1900 == time.year && Int(fields.tm_mon) + 1 == time.month
                && Int(fields.tm_mday) == time.day && Int(fields.tm_hour) == time.hour
                && Int(fields.tm_min) == time.minute && Int(fields.tm_sec) == time.second
            #expect(same && time.nanosecond == Int(instant % nanosecondsPerSecond), "\(instant)")
        }
    }

    @Test func aPointAndAnyTimeoutCannotOverflow() {
        #expect(!maximumTimestamp.addingReportingOverflow(maximumTimestamp).overflow)
    }
}
