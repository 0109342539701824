import NetTypes
import PacketDecode
import Pipeline
import Testing

@Suite struct WorkerClockTests {
    private static let second = nanosecondsPerSecond
    private static let start = Frame.start

    /// A batch with packets of these times.
    private func batch(_ times: [Nanoseconds]) -> PacketBatch {
        let batch = PacketBatch(capacity: max(1, times.count))
        let source = MemorySource(times.map { Frame.arp($0) }, fills: [max(1, times.count)])
        _ = source.fill(batch)
        return batch
    }

    @Test func withoutPacketsTimePassesAsOnTheHost() {
        let clock = WorkerClock(start: Self.start, monotonic: 50, latency: 100)
        #expect(clock.quiet(monotonic: 50) == Self.start)
        #expect(clock.quiet(monotonic: 100) == Self.start)
        #expect(clock.quiet(monotonic: 50 + 7 * Self.second) == Self.start + 7 * Self.second - 100)
    }

    @Test func packetsSetTheClockAndSilenceCarriesItOn() {
        var clock = WorkerClock(start: Self.start, monotonic: 0, latency: 100)
        let time = Self.start + 1000 * Self.second
        #expect(clock.observe(batch([time, time - 5, time + 3]), monotonic: 10) == time + 3)
        #expect(clock.quiet(monotonic: 20) == time + 3)
        #expect(clock.quiet(monotonic: 10 + Self.second) == time + 3 + Self.second - 100)
        #expect(clock.steps == 0)
    }

    /// The time of day may be set while the port is quiet: only packets tell.
    @Test func aStepIsTakenFromPacketsOnly() {
        var clock = WorkerClock(start: Self.start, monotonic: 0, latency: 0)
        _ = clock.observe(batch([Self.start]), monotonic: 0)
        let later = Self.start + 7200 * Self.second
        #expect(clock.observe(batch([later]), monotonic: 1) == Self.start)
        #expect(clock.observe(batch([later + 1]), monotonic: 2) == later + 1)
        #expect(clock.steps == 1)
        #expect(clock.observe(batch(Array(repeating: Self.start, count: 16)), monotonic: 3) == Self.start)
        #expect(clock.steps == 2)
    }
}
