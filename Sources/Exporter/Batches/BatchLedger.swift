/// Which batches an output has made durable: for each probe, ranges of their numbers.
///
/// Exporting processes number their batches in order, so that there are few ranges however many batches there are.
/// O(log n) to look up; O(n) within one probe to put in where no range is, n being that probe's ranges.
package struct BatchLedger: Sendable {
    /// What putting a batch in does to the ranges, for who keeps them elsewhere.
    package struct Change: Sendable, Equatable {
        /// The probe.
        package var probe: CollectedBatch.Probe
        /// First numbers of the ranges that are gone.
        package var removed: [UInt64] = []
        /// The range that is there now.
        package var range: ClosedRange<UInt64>
    }

    /// Ranges that are kept at most: whoever sends numbers without order does not fill the memory.
    package let limit: Int
    /// Ranges that are there.
    package private(set) var count = 0
    private var ranges: [CollectedBatch.Probe: [ClosedRange<UInt64>]] = [:]

    /// No batch yet.
    package init(limit: Int = 65_536) { self.limit = limit }

    /// Whether `batch` is in it.
    package func contains(_ batch: CollectedBatch) -> Bool {
        guard let list = ranges[batch.probe] else { return false }
        let index = Self.place(batch.number, list)
        return index > 0 && list[index - 1].upperBound >= batch.number
    }

    /// What `insert` would do; nil when there are too many ranges. The batch must not be in it.
    package func change(for batch: CollectedBatch) -> Change? {
        let list = ranges[batch.probe] ?? []
        let index = Self.place(batch.number, list)
        var change = Change(probe: batch.probe, range: batch.number...batch.number)
        if index > 0, list[index - 1].upperBound &+ 1 == batch.number {
            change.removed.append(list[index - 1].lowerBound)
            change.range = list[index - 1].lowerBound...batch.number
        }
        if index < list.count, list[index].lowerBound &- 1 == batch.number {
            change.removed.append(list[index].lowerBound)
            change.range = change.range.lowerBound...list[index].upperBound
        }
        return change.removed.isEmpty && count >= limit ? nil : change
    }

    /// Makes a change of `change(for:)`, or puts in a range that was kept, which overlaps none that is here.
    package mutating func apply(_ change: Change) {
        var list = ranges[change.probe] ?? []
        list.removeAll { change.removed.contains($0.lowerBound) }
        list.insert(change.range, at: Self.place(change.range.lowerBound, list))
        count += list.count - (ranges[change.probe]?.count ?? 0)
        ranges[change.probe] = list
    }

    /// Puts in numbers that may be there already, in part or whole.
    package mutating func insert(_ range: ClosedRange<UInt64>, of probe: CollectedBatch.Probe) {
        var change = Change(probe: probe, range: range)
        for old in ranges[probe] ?? []
        where old.lowerBound <= Self.next(change.range.upperBound)
            && change.range.lowerBound <= Self.next(old.upperBound)
        {
            change.removed.append(old.lowerBound)
            change.range =
                min(old.lowerBound, change.range.lowerBound)...max(old.upperBound, change.range.upperBound)
        }
        apply(change)
    }

    /// Every range, probe by probe.
    package var all: [(probe: CollectedBatch.Probe, range: ClosedRange<UInt64>)] {
        ranges.sorted { ($0.key.high, $0.key.low) < ($1.key.high, $1.key.low) }
            .flatMap { probe, list in list.map { (probe, $0) } }
    }

    private static func next(_ number: UInt64) -> UInt64 { number == .max ? .max : number + 1 }

    /// How many ranges of `list` begin at `number` or before it.
    private static func place(_ number: UInt64, _ list: [ClosedRange<UInt64>]) -> Int {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle].lowerBound <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
