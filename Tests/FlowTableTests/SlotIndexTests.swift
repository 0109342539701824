import FlowTable
import PacketDecode
import Testing

/// The index against a dictionary, driven as a stripe drives it: a slot is live from just before its insertion to just
/// after its removal, and freed slots are used again.
@Suite struct SlotIndexTests {
    /// How hashes are made.
    enum Hashes: CaseIterable, Sendable {
        case random
        /// Few home positions, so that chains are long and tags alone tell entries apart.
        case crowdedHomes
        /// The same hash for many slots: only the caller's comparison tells them apart.
        case equal
        /// Homes at the end of the array, so that probing wraps around.
        case wrapping

        func next(_ random: inout SplitMix64) -> UInt32 {
            let word = UInt32(truncatingIfNeeded: random.next())
            switch self {
            case .random: return word
            case .crowdedHomes: return word & 0xFFF0_0007
            case .equal: return (word & 3) &* 0x9E37_79B1
            case .wrapping: return word | 0xFFF0
            }
        }
    }

    private final class Mirror {
        var index: SlotIndex
        var hot: MappedArray<HotSlot>
        var live: [Int: UInt32] = [:]
        /// The hash that each slot last had.
        var hashes: [Int: UInt32] = [:]
        var order: [Int] = []
        var free: [Int] = []
        var used = 0
        /// Stands for the key: no two flows have the same.
        var serial: UInt64 = 0

        init(slots: Int) {
            index = SlotIndex(slotCount: slots)
            hot = MappedArray(count: slots)
        }

        func insert(_ hash: UInt32) {
            let slot: Int
            if let last = free.popLast() {
                slot = last
            } else {
                slot = used
                used += 1
            }
            var entry = HotSlot()
            entry.state = .live
            entry.hash = hash
            serial += 1
            entry.addressALow = serial
            hot[slot] = entry
            index.insert(hash, slot, slotCount: used, hot: hot)
            live[slot] = hash
            hashes[slot] = hash
            order.append(slot)
        }

        func remove(at position: Int) {
            let slot = order[position]
            order[position] = order[order.count - 1]
            order.removeLast()
            index.remove(hot[slot].hash, slot)
            hot[slot].markFree()
            hot[slot].hash = UInt32(truncatingIfNeeded: free.last ?? -1)
            free.append(slot)
            live[slot] = nil
        }

        func finds(_ slot: Int) -> Bool { find(hot[slot].hash, hot[slot].addressALow) == slot }

        func find(_ hash: UInt32, _ serial: UInt64) -> Int {
            var facts = PacketFacts()
            facts.addressALow = serial
            facts.hash = hash
            let one = [facts]
            return index.find(one.span, 0, hot)
        }
    }

    @Test(arguments: Hashes.allCases) func findsEveryLiveSlotAndNoOther(hashes: Hashes) {
        let seed: UInt64 = 0x51_0711
        print("seed", seed)
        var random = SplitMix64(seed: seed)
        // Equal hashes make chains as long as the table: fewer slots then.
        let slots = hashes == .random || hashes == .wrapping ? 12_000 : 2500
        let mirror = Mirror(slots: slots)
        // Grow, shrink, churn in place, grow again: every reason to rebuild, with removals while entries move.
        let phases: [(operations: Int, insertPercent: Int)] = [
            (slots, 100), (slots / 2, 20), (2 * slots, 50), (slots, 80), (slots, 10), (slots, 60),
        ]
        for phase in phases {
            for operation in 0..<phase.operations {
                let canInsert = mirror.order.count < slots
                let inserts = Int.random(in: 0..<100, using: &random) < phase.insertPercent
                if canInsert, inserts || mirror.order.isEmpty {
                    mirror.insert(hashes.next(&random))
                } else if !mirror.order.isEmpty {
                    mirror.remove(at: Int.random(in: 0..<mirror.order.count, using: &random))
                }
                // Some at each step, all now and then.
                if !mirror.order.isEmpty {
                    let slot = mirror.order[Int.random(in: 0..<mirror.order.count, using: &random)]
                    #expect(mirror.finds(slot))
                }
                if operation % 997 == 0 { expectAll(mirror) }
                // Tags may fit; the key, which no slot has, does not.
                #expect(mirror.find(hashes.next(&random), .max) == -1)
            }
            expectAll(mirror)
        }
    }

    private func expectAll(_ mirror: Mirror) {
        var missing = 0
        for slot in mirror.order where !mirror.finds(slot) { missing += 1 }
        #expect(missing == 0)
        // The key of a freed slot is found no more.
        for slot in mirror.free.suffix(50) where mirror.live[slot] == nil {
            #expect(mirror.find(mirror.hashes[slot] ?? 0, mirror.hot[slot].addressALow) == -1)
        }
    }

    /// Insertions move a few entries each: the arrays double, and all that is live is found throughout. However many
    /// slots there are, the index keeps to what the budget gives it: while it grows, and through churn at a full table,
    /// which leaves tombstones.
    @Test(arguments: [20_600, 41_100, 60_000]) func growsStepByStepWithinItsShareOfTheBudget(slots: Int) {
        var random = SplitMix64(seed: 5)
        let mirror = Mirror(slots: slots)
        var (steps, worst, octets) = (0, 0, 0)
        func insert() {
            mirror.insert(Hashes.random.next(&random))
            if mirror.index.octets != octets {
                steps += 1
                octets = mirror.index.octets
            }
            worst = max(worst, octets)
        }
        for _ in 0..<slots {
            insert()
            #expect(mirror.order.suffix(10).allSatisfy { mirror.finds($0) })
        }
        expectAll(mirror)
        #expect(steps > 6)
        for _ in 0..<3 * slots {
            mirror.remove(at: Int.random(in: 0..<mirror.order.count, using: &random))
            insert()
        }
        expectAll(mirror)
        #expect(worst <= SlotIndex.largestOctetsPerSlot * slots + 8192, "\(Double(worst) / Double(slots))")
    }
}
