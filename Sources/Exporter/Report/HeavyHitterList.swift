import CPlatform

/// Counts per key within a bounded number of entries: exact until they are used up, then the heaviest keys with a
/// stated error (the batched Misra-Gries summary of Anderson et al., IMC 2017).
///
/// When a new key finds the list full, the lighter half leaves: let `floor` be the median of the entries' upper bounds
/// (that of a sample when there are many); entries up to it are added to `other` and dropped. From then on a key that is
/// not in the list weighs at most `floor`, and an entry that comes in may have missed at most that (`Entry.error`). With
/// n entries and a total weight W the floor stays near 2 W / n at most. Entries and `other` always add up to all that
/// was counted. Amortised O(1) a count.
///
/// Nothing it tells depends on where a key sits in the table: slots are chosen by a hash with random keys, entries
/// leave by weight alone, ties together, and `top` breaks ties by key.
///
/// Counts wait in a short queue while the memory that they need is fetched: `flush` before reading.
package struct HeavyHitterList<Key: SummaryKey, Tally: SummaryTally>: Sendable {
    /// One key of the list.
    package struct Entry: Sendable {
        /// What is counted.
        package var key: Key
        /// What was counted since the key last came in: never too much.
        package var tally: Tally
        /// The weight counted since then.
        package var weight: UInt64
        /// The weight that may have been counted before, at most; 0 when the entry is exact.
        package var error: UInt64
    }

    /// Most entries held at once.
    package let capacity: Int
    /// The keys held, in no order that means anything.
    package private(set) var entries: [Entry] = []
    /// What dropped entries had counted.
    package private(set) var other = Tally()
    /// The most that a key outside the list can weigh. 0 while nothing was dropped.
    package private(set) var floor: UInt64 = 0
    /// Whether keys were dropped: from then on counts are lower bounds and `distinct` is an estimate.
    package private(set) var isSampled = false

    private var distinctKeys: DistinctCounter?
    private let keys = HashKeys.random()
    /// Open addressing with linear probing, at most half full. Upper half: the hash's upper half. Lower half: 1 + the
    /// entry's index, 0 in a free slot.
    private var slots: [UInt64]

    /// A count that waits.
    private struct Waiting: Sendable {
        var hash: UInt64
        var key: Key
        var tally: Tally
        var weight: UInt64
    }

    private static var queueLength: Int { 64 }
    /// Entries that are looked at for a median.
    private static var sampleSize: Int { 1025 }

    private var queue: [Waiting] = []

    /// An empty list for at most `capacity` keys (at least 2).
    package init(capacity: Int) {
        self.capacity = min(max(2, capacity), 1 << 28)
        slots = Array(repeating: 0, count: 1024)
        queue.reserveCapacity(Self.queueLength)
    }

    /// Adds `tally` to `key`. `weight` is what entries are kept by.
    @inline(__always)
    package mutating func add(_ key: Key, _ tally: Tally, weight: UInt64) {
        let hash = key.hash(keys)
        // SAFETY: the address is within `slots` (the mask is its count less one), and a prefetch reads nothing.
        unsafe slots.withUnsafeBufferPointer { slots in
            unsafe flowprobe_prefetch(slots.baseAddress! + (Int(truncatingIfNeeded: hash) & (slots.count - 1)))
        }
        queue.append(Waiting(hash: hash, key: key, tally: tally, weight: weight))
        if queue.count == Self.queueLength { flush() }
    }

    /// Counts what waits.
    package mutating func flush() {
        prefetchEntries()
        for index in queue.indices { count(queue[index]) }
        queue.removeAll(keepingCapacity: true)
    }

    private func prefetchEntries() {
        let mask = slots.count - 1
        // SAFETY: only addresses are made, within or just after `entries`, and a prefetch never faults.
        unsafe entries.withUnsafeBufferPointer { entries in
            guard let base = entries.baseAddress else { return }
            for waiting in queue {
                let index = Int(slots[Int(truncatingIfNeeded: waiting.hash) & mask] & 0xFFFF_FFFF)
                // SAFETY: as above; slots hold 1 + an index of `entries`, or 0.
                unsafe flowprobe_prefetch_write(base + max(0, index - 1))
            }
        }
    }

    @inline(__always)
    private mutating func count(_ waiting: Waiting) {
        let tag = waiting.hash & 0xFFFF_FFFF_0000_0000
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: waiting.hash) & mask
        while true {
            let word = slots[slot]
            if word == 0 { break }
            if word & 0xFFFF_FFFF_0000_0000 == tag {
                let index = Int(word & 0xFFFF_FFFF) - 1
                if entries[index].key == waiting.key {
                    entries[index].tally.add(waiting.tally)
                    entries[index].weight &+= waiting.weight
                    return
                }
            }
            slot = (slot + 1) & mask
        }
        insert(waiting.key, waiting.hash, waiting.tally, waiting.weight, freeSlot: slot)
    }

    @inline(never)
    private mutating func insert(_ key: Key, _ hash: UInt64, _ tally: Tally, _ weight: UInt64, freeSlot: Int) {
        var slot = freeSlot
        if entries.count == capacity {
            dropLighterHalf()
            slot = free(hash)
        } else if (entries.count + 1) * 2 > slots.count {
            rebuildSlots(count: slots.count * 2)
            slot = free(hash)
        }
        distinctKeys?.add(hash: key.hash(.fixed))
        entries.append(Entry(key: key, tally: tally, weight: weight, error: floor))
        slots[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(entries.count)
    }

    private func free(_ hash: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func rebuildSlots(count: Int) {
        slots = Array(repeating: 0, count: count)
        for index in entries.indices {
            let hash = entries[index].key.hash(keys)
            slots[free(hash)] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(index + 1)
        }
    }

    private mutating func dropLighterHalf() {
        if distinctKeys == nil {
            var counter = DistinctCounter()
            for entry in entries { counter.add(hash: entry.key.hash(.fixed)) }
            distinctKeys = counter
        }
        floor = medianBound()
        isSampled = true
        for slot in slots.indices { slots[slot] = 0 }
        var kept = 0
        for index in entries.indices {
            if entries[index].weight &+ entries[index].error > floor {
                if kept != index { entries[kept] = entries[index] }
                kept += 1
                let hash = entries[kept - 1].key.hash(keys)
                slots[free(hash)] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(kept)
            } else {
                other.add(entries[index].tally)
            }
        }
        entries.removeLast(entries.count - kept)
    }

    /// The median of the upper bounds, of a sample at even distances when there are many. The order of entries is that
    /// in which their keys came, so that the sample is the same in every run.
    private func medianBound() -> UInt64 {
        let step = max(1, entries.count / Self.sampleSize)
        var bounds: [UInt64] = []
        for index in stride(from: 0, to: entries.count, by: step) {
            bounds.append(entries[index].weight &+ entries[index].error)
        }
        return median(of: &bounds)
    }

    /// How many different keys were counted: exact while `isSampled` is false, else an estimate.
    package var distinct: UInt64 {
        guard let distinctKeys else { return UInt64(entries.count) }
        return UInt64(max(Double(entries.count), distinctKeys.estimate.rounded()))
    }

    /// The first `count` entries by `order` (greatest first), ties by key.
    package func top(_ count: Int, by order: (Tally) -> UInt64) -> [Entry] {
        let sorted = entries.sorted { left, right in
            let (leftOrder, rightOrder) = (order(left.tally), order(right.tally))
            return leftOrder == rightOrder ? left.key < right.key : leftOrder > rightOrder
        }
        return Array(sorted.prefix(max(0, count)))
    }
}

/// The lower median of at least one value, by Hoare's selection with the middle of three as pivot. Reorders `values`.
private func median(of values: inout [UInt64]) -> UInt64 {
    let wanted = (values.count - 1) / 2
    var (low, high) = (0, values.count - 1)
    while low < high {
        let (first, middle, last) = (values[low], values[low + (high - low) / 2], values[high])
        let pivot = max(min(first, middle), min(max(first, middle), last))
        var (left, right) = (low, high)
        while left <= right {
            while values[left] < pivot { left += 1 }
            while values[right] > pivot { right -= 1 }
            if left <= right {
                values.swapAt(left, right)
                left += 1
                right -= 1
            }
        }
        if wanted <= right { high = right } else if wanted >= left { low = left } else { break }
    }
    return values[wanted]
}
