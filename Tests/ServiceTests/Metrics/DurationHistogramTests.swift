import Dispatch
import Service
import Testing

@Suite struct DurationHistogramTests {
    @Test func startsEmpty() {
        let snapshot = DurationHistogram().snapshot
        #expect(snapshot.bounds.count == 16 && snapshot.counts == Array(repeating: 0, count: 17) && snapshot.sum == 0)
        #expect(snapshot.bounds == snapshot.bounds.sorted())
    }

    /// Every bound and its neighbours, against a plain search.
    @Test func everyBound() {
        for bound in DurationHistogram().snapshot.bounds {
            for value in [bound - 1, bound, bound + 1] {
                let histogram = DurationHistogram()
                histogram.record(nanoseconds: value)
                let snapshot = histogram.snapshot
                let expected = snapshot.bounds.firstIndex { value <= $0 } ?? snapshot.bounds.count
                #expect(snapshot.counts[expected] == 1 && snapshot.counts.reduce(0, +) == 1 && snapshot.sum == value)
            }
        }
        let histogram = DurationHistogram()
        histogram.record(nanoseconds: .max)
        #expect(histogram.snapshot.counts.last == 1)
    }

    @Test func writersDoNotLoseCounts() async throws {
        let histogram = DurationHistogram()
        try await Background.value {
            DispatchQueue.concurrentPerform(iterations: 8) { thread in
                for index in 0..<50_000 { histogram.record(nanoseconds: UInt64(index * 100 + thread)) }
            }
        }
        let snapshot = histogram.snapshot
        #expect(snapshot.counts.reduce(0, +) == 400_000)
        #expect(
            snapshot.sum == (0..<8).reduce(UInt64(0)) { $0 + UInt64(50_000 * $1) } + 8 * 100 * (49_999 * 50_000 / 2))
        #expect(snapshot.counts.filter { $0 > 0 }.count > 5)
    }
}
