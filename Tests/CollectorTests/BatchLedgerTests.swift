import Exporter
import Testing

@Suite struct BatchLedgerTests {
    /// Against a set, batch by batch: what is in it, that changes say what they do, and that ranges are as few as can be.
    @Test(arguments: 1...30) func isASetOfNumbers(seed: UInt64) {
        var state = seed
        func random(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        let probes = [CollectedBatch.Probe(high: 1, low: 2), CollectedBatch.Probe(high: 1, low: 3)]
        var (ledger, model) = (BatchLedger(), Set<CollectedBatch>())
        var kept: [CollectedBatch.Probe: [UInt64: UInt64]] = [:]
        // Near both ends of the numbers, where additions could wrap.
        let start: UInt64 = seed % 3 == 0 ? .max - 60 : 0
        for _ in 0..<300 {
            let batch = CollectedBatch(probe: probes[Int(random(2))], number: start + random(61))
            #expect(ledger.contains(batch) == model.contains(batch))
            guard !model.contains(batch), let change = ledger.change(for: batch) else { continue }
            for first in change.removed { #expect(kept[batch.probe]?.removeValue(forKey: first) != nil) }
            kept[batch.probe, default: [:]][change.range.lowerBound] = change.range.upperBound
            ledger.apply(change)
            model.insert(batch)
        }
        for probe in probes {
            for number in start...start + 60 {
                let batch = CollectedBatch(probe: probe, number: number)
                #expect(ledger.contains(batch) == model.contains(batch))
            }
        }
        let all = ledger.all
        #expect(all.count == ledger.count && all.count == kept.values.reduce(0) { $0 + $1.count })
        for (probe, range) in all { #expect(kept[probe]?[range.lowerBound] == range.upperBound) }
        for (one, next) in zip(all, all.dropFirst()) where one.probe == next.probe {
            #expect(one.range.upperBound + 1 < next.range.lowerBound, "two ranges that are one")
        }
        // Read again in any order, and twice over.
        var again = BatchLedger()
        for (probe, range) in all.reversed() + all { again.insert(range, of: probe) }
        #expect(again.all.map(\.range) == all.map(\.range))
    }

    @Test func isBounded() {
        var ledger = BatchLedger(limit: 2)
        let probe = CollectedBatch.Probe(high: 0, low: 0)
        func change(_ number: UInt64) -> BatchLedger.Change? {
            ledger.change(for: CollectedBatch(probe: probe, number: number))
        }
        for number in [1, 5] as [UInt64] { if let change = change(number) { ledger.apply(change) } }
        #expect(ledger.count == 2 && change(9) == nil)
        #expect(change(2) != nil && change(4) != nil, "what makes a range longer is taken")
    }

    @Test func probesAreReadAsTheyAreWritten() {
        let probe = CollectedBatch.Probe(high: 0x0A, low: .max)
        #expect(probe.description == "000000000000000affffffffffffffff")
        #expect(CollectedBatch.Probe(probe.description) == probe)
        for text in ["", "0", probe.description.uppercased(), "+" + probe.description.dropFirst(), "\(probe)0"] {
            #expect(CollectedBatch.Probe(text) == nil)
        }
    }
}
