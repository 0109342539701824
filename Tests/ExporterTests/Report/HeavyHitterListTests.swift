import Exporter
import Testing

@Suite struct HeavyHitterListTests {
    private func key(_ value: UInt64) -> AddressKey { AddressKey(high: 0, low: value, version: 4) }

    @Test func exactWithinItsCapacity() {
        var list = HeavyHitterList<AddressKey, TrafficCounters>(capacity: 5000)
        for value in 0..<5000 as Range<UInt64> {
            for _ in 0...(value % 3) {
                list.add(key(value), TrafficCounters(flows: 1, packets: 2, octets: value), weight: value)
            }
        }
        list.flush()
        #expect(!list.isSampled && list.distinct == 5000 && list.floor == 0)
        let top = list.top(2) { $0.octets }
        #expect(top.map(\.key.low) == [4997, 4994])
        #expect(top[0].tally == TrafficCounters(flows: 3, packets: 6, octets: 3 * 4997) && top[0].error == 0)
    }

    /// Skewed and even streams against exact counts: every promise of the list's documentation.
    @Test(arguments: [(1, 16), (2, 64), (3, 256), (4, 1000)] as [(UInt64, Int)], [true, false])
    func boundsHold(_ seedAndCapacity: (UInt64, Int), skewed: Bool) {
        let (seed, capacity) = seedAndCapacity
        var random = SeededGenerator(seed: seed)
        var list = HeavyHitterList<AddressKey, TrafficCounters>(capacity: capacity)
        var exact: [UInt64: TrafficCounters] = [:]
        var total: UInt64 = 0
        for _ in 0..<40_000 {
            let wide = UInt64.random(in: 0..<20_000, using: &random)
            let value = skewed && Bool.random(using: &random) ? wide % 10 : wide
            let counters = TrafficCounters(flows: 1, packets: 1, octets: .random(in: 1...1500, using: &random))
            list.add(key(value), counters, weight: counters.octets)
            exact[value, default: TrafficCounters()].add(counters)
            total += counters.octets
        }
        list.flush()
        #expect(list.entries.count <= capacity)
        #expect(list.isSampled)
        #expect(list.floor <= 2 * total / UInt64(capacity))
        var sum = list.other
        var present: Set<UInt64> = []
        for entry in list.entries {
            let truth = exact[entry.key.low]?.octets ?? 0
            #expect(entry.tally.octets <= truth && truth <= entry.tally.octets + entry.error, "seed \(seed)")
            #expect(entry.error <= list.floor)
            sum.add(entry.tally)
            #expect(present.insert(entry.key.low).inserted)
        }
        #expect(sum.octets == total && sum.flows == 40_000)
        for (value, counters) in exact where !present.contains(value) { #expect(counters.octets <= list.floor) }
        let error = Double(list.distinct) / Double(exact.count) - 1
        #expect(abs(error) < 0.04)
    }

    /// Slots are chosen at random: the list may not show it.
    @Test func tellsTheSameWhateverTheSlots() {
        func run() -> ([UInt64], UInt64, TrafficCounters, UInt64) {
            var random = SeededGenerator(seed: 9)
            var list = HeavyHitterList<AddressKey, TrafficCounters>(capacity: 128)
            for _ in 0..<20_000 {
                let octets = UInt64.random(in: 1...5, using: &random)
                let value = UInt64.random(in: 0..<900, using: &random)
                list.add(key(value), TrafficCounters(flows: 1, packets: 1, octets: octets), weight: octets)
            }
            list.flush()
            return (list.top(1000) { $0.octets }.map(\.key.low), list.floor, list.other, list.distinct)
        }
        let (first, second) = (run(), run())
        #expect(first == second)
    }

    @Test(arguments: [0, 1, 100, 5_000, 50_000, 70_000, 1_000_000])
    func distinctCounts(_ count: Int) {
        var counter = DistinctCounter()
        for value in 0..<UInt64(count) {
            // Twice: what was counted before changes nothing.
            counter.add(hash: key(value).hash(.fixed))
            counter.add(hash: key(value).hash(.fixed))
        }
        let error = abs(counter.estimate - Double(count)) / Double(max(1, count))
        #expect(error < 4 * DistinctCounter.relativeStandardError, "\(counter.estimate) for \(count)")
    }
}
