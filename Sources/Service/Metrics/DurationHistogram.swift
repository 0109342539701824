import Synchronization

/// Durations counted by size, for many writers at once: no lock, no allocation, two atomic additions a duration.
package final class DurationHistogram: Sendable {
    /// Upper bounds of all buckets but the last, which has none; in nanoseconds, from 10 µs to 1 s.
    private let bounds: [16 of UInt64] = [
        10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
        1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
        100_000_000, 250_000_000, 500_000_000, 1_000_000_000,
    ]
    private let counts = InlineArray<17, Atomic<UInt64>> { _ in Atomic(0) }
    private let sum = Atomic<UInt64>(0)

    /// A histogram without durations.
    package init() {}

    /// Counts one duration. The bound belongs to its bucket, as the exposition format wants it.
    package func record(nanoseconds: UInt64) {
        var bucket = 0
        while bucket < 16, nanoseconds > bounds[bucket] { bucket += 1 }
        counts[bucket].wrappingAdd(1, ordering: .relaxed)
        sum.wrappingAdd(nanoseconds, ordering: .relaxed)
    }

    /// What a histogram holds at one moment. Durations recorded meanwhile may be in the sum and not in a bucket.
    package struct Snapshot: Hashable, Sendable {
        /// Upper bounds in nanoseconds, ascending.
        package let bounds: [UInt64]
        /// How many durations each bucket alone has; one more than there are bounds.
        package let counts: [UInt64]
        /// Sum of all durations in nanoseconds.
        package let sum: UInt64
    }

    /// What was counted so far.
    package var snapshot: Snapshot {
        Snapshot(
            bounds: bounds.indices.map { bounds[$0] },
            counts: counts.indices.map { counts[$0].load(ordering: .relaxed) },
            sum: sum.load(ordering: .relaxed))
    }
}
