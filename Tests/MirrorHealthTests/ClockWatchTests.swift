import MirrorHealth
import NetTypes
import Testing

@Suite struct ClockWatchTests {
    private static let start: Nanoseconds = 1_800_000_000 * nanosecondsPerSecond

    /// The time of day so long after the start, by a clock that was set by `set`.
    private func timeOfDay(_ steady: Nanoseconds, _ set: Nanoseconds) -> Nanoseconds { Self.start + steady + set }

    @Test func aSteadyClock() {
        var watch = ClockWatch()
        for second in 0..<100 as Range<Nanoseconds> {
            // Late readings by up to the tolerance, to and fro.
            let jitter = second % 2 * ClockWatch.tolerance
            let steady = second * nanosecondsPerSecond
            watch.observe(timeOfDay: timeOfDay(steady, jitter), steady: steady)
        }
        #expect(watch.steps == 0 && watch.largestStep == 0)
    }

    @Test(arguments: [
        ClockWatch.tolerance + 1, -ClockWatch.tolerance - 1, 3600 * nanosecondsPerSecond, -nanosecondsPerSecond,
    ])
    func aStep(_ step: Nanoseconds) {
        var watch = ClockWatch()
        for second in 0..<10 as Range<Nanoseconds> {
            let set = second >= 5 ? step : 0
            let steady = second * nanosecondsPerSecond
            watch.observe(timeOfDay: timeOfDay(steady, set), steady: steady)
        }
        #expect(watch.steps == 1)
        #expect(watch.largestStep == step)
    }

    @Test func severalSteps() {
        var watch = ClockWatch()
        for second in 0..<10 as Range<Nanoseconds> {
            let set = second % 2 * -nanosecondsPerSecond
            let steady = second * nanosecondsPerSecond
            watch.observe(timeOfDay: timeOfDay(steady, set), steady: steady)
        }
        #expect(watch.steps == 9)
        #expect(abs(watch.largestStep) == nanosecondsPerSecond)
    }
}
