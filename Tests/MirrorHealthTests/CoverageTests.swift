import MirrorHealth
import NetTypes
import Testing

@Suite struct CoverageTests {
    private let second = nanosecondsPerSecond

    /// Readings a second apart from second 1 on; the intervals with times in seconds, "cause start end lost".
    private func intervals(_ readings: [CoverageWatch.Reading], finishes: Bool = true) -> [String] {
        var watch = CoverageWatch(at: 0)
        var found: [CoverageWatch.Interval] = []
        for (index, reading) in readings.enumerated() { found += watch.observe(reading, at: Int64(index + 1) * second) }
        if finishes { found += watch.finish(at: Int64(readings.count) * second) }
        return found.map { "\($0.cause) \($0.start / second) \($0.end / second) \($0.lost)" }
    }

    private func reading(_ isUp: Bool = true, ring: UInt64 = 0, adapter: UInt64 = 0) -> CoverageWatch.Reading {
        CoverageWatch.Reading(isUp: isUp, ringLoss: ring, adapterLoss: adapter)
    }

    @Test func nothingIsSaidWhenAllIsWell() {
        #expect(intervals(Array(repeating: reading(), count: 300)).isEmpty)
    }

    /// From the last reading that was well to the first that is again; and what is under way at the end.
    @Test func anInputThatIsDown() {
        let readings = [reading(), reading(), reading(false), reading(false), reading(), reading(false)]
        #expect(intervals(readings) == ["down 2 5 0", "down 5 6 0"])
        #expect(intervals([reading(false), reading(false)]) == ["down 0 2 0"])
    }

    /// Losses close to each other are one time; a pause of five seconds ends it.
    @Test func losses() {
        let totals: [UInt64] = [0, 10, 10, 10, 15, 15, 15, 15, 15, 15, 16]
        #expect(intervals(totals.map { reading(ring: $0) }) == ["ring 1 5 15", "ring 10 11 1"])
        // A counter that was set back begins again, and both kinds are told apart.
        let back: [UInt64] = [7, 7, 3, 3]
        #expect(intervals(back.map { reading(ring: 1, adapter: $0) }) == ["ring 0 1 1", "adapter 0 3 10"])
    }

    /// What is given up under overload has its times too; what was left out last counts in the time that ends.
    @Test func overload() {
        func given(_ labels: Bool, _ selecting: Bool, _ leftOut: UInt64) -> CoverageWatch.Reading {
            var reading = reading()
            (reading.isWithoutLabels, reading.isSelecting, reading.leftOut) = (labels, selecting, leftOut)
            return reading
        }
        let readings = [
            given(false, false, 0), given(true, false, 0), given(true, true, 5), given(true, true, 9),
            given(true, false, 12), given(false, false, 12), given(false, false, 13), given(true, true, 13),
        ]
        #expect(
            intervals(readings) == [
                "selection 2 5 12", "labelsOff 1 6 0", "selection 6 7 1", "labelsOff 7 8 0", "selection 7 8 0",
            ])
        let long = intervals((1...150).map { given(false, true, $0) }, finishes: false)
        #expect(long == ["selection 0 60 60", "selection 60 120 60"])
    }

    /// A long time comes in parts: a probe that is killed has told of all but the last minute.
    @Test func longTimesComeInParts() {
        let down = intervals(Array(repeating: reading(false), count: 150), finishes: false)
        #expect(down == ["down 0 60 0", "down 60 120 0"])
        let losing = intervals((1...150).map { reading(ring: $0) }, finishes: false)
        #expect(losing == ["ring 0 60 60", "ring 60 120 60"])
    }

    /// No interval ends before it begins, and nothing is lost, wherever the clock is set.
    @Test func clockSteps() {
        var watch = CoverageWatch(at: 100 * second)
        var lost: UInt64 = 0
        var found: [CoverageWatch.Interval] = []
        for (number, time) in [101, 102, 40, 41, 5000, 5001, 3, 4, 5, 6, 7, 8, 9, 10].enumerated() {
            lost += number < 8 ? 5 : 0
            found += watch.observe(reading(number % 3 != 0, ring: lost), at: Int64(time) * second)
        }
        found += watch.finish(at: 1 * second)
        #expect(found.allSatisfy { $0.start <= $0.end })
        #expect(found.filter { $0.cause == .ring }.reduce(0) { $0 + $1.lost } == 40)
    }
}
