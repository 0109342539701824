import FlowTable
import NetTypes
import Testing

/// The packet clock (design semantics 4): the latest time, but not on one packet's word when it is far off.
@Suite struct PacketClockTests {
    private static let second = Packet.second
    private static let base: Nanoseconds = 1_700_000_000 * second

    private func clock(_ seconds: [Int]) -> PacketClock {
        var clock = PacketClock()
        for offset in seconds { clock.observe(Self.base + Nanoseconds(offset) * Self.second) }
        return clock
    }

    @Test(
        arguments: [
            ([0], 0, 0), ([0, 5, 3], 5, 0), ([0, 60], 60, 0), ([0, -60, 1], 1, 0),
            ([0, 61], 0, 0),  // One packet's word.
            ([0, 61, 62], 62, 1), ([0, 62, 61], 62, 1),  // A second one agrees.
            ([0, 3600, 1, 3601], 1, 0),  // Two, but one in between says otherwise.
            ([0, 3600, 7300], 0, 0),  // Two that do not agree.
            ([0, 3600, 7300, 7301], 7301, 1),
            ([0, -3600], 0, 0), ([0, -3600, 5], 5, 0),
        ] as [([Int], Int, UInt64)])
    func follows(seconds: [Int], now: Int, steps: UInt64) {
        let clock = clock(seconds)
        #expect(clock.now == Self.base + Nanoseconds(now) * Self.second)
        #expect(clock.steps == steps)
    }

    @Test func aWrongFirstTimeIsLeftAfterSixteenPackets() {
        let back = (1...16).map { $0 - 100_000 }
        #expect(clock([0] + back.dropLast()).now == Self.base)
        let clock = clock([0] + back)
        #expect(clock.now == Self.base - 99_984 * Self.second && clock.steps == 1)
    }

    @Test func plainTimesNeedNoLook() {
        var clock = PacketClock()
        #expect(!clock.isPlain(earliest: 5, latest: 5))
        clock.observe(Self.base)
        let minute = 60 * Self.second
        #expect(clock.isPlain(earliest: Self.base - minute, latest: Self.base))
        #expect(clock.isPlain(earliest: Self.base, latest: Self.base + minute))
        // The latest may come first, and then the earliest is far behind it.
        #expect(!clock.isPlain(earliest: Self.base - 1, latest: Self.base + minute))
        #expect(!clock.isPlain(earliest: Self.base - minute - 1, latest: Self.base))
        #expect(!clock.isPlain(earliest: Self.base, latest: Self.base + minute + 1))
        clock.advance(to: Self.base + 5)
        clock.advance(to: Self.base)
        #expect(clock.now == Self.base + 5)
        // The far ends of time are no trap.
        clock.observe(maximumTimestamp)
        clock.observe(0)
        clock.observe(maximumTimestamp)
        clock.observe(maximumTimestamp)
        #expect(clock.now == maximumTimestamp)
    }

    /// Batches that are plain may be taken whole: the clock is the same as packet by packet.
    @Test func batchesAndPacketsAgree() {
        let seed: UInt64 = 0xC10C
        print("seed", seed)
        var random = SplitMix64(seed: seed)
        var (single, batched) = (PacketClock(), PacketClock())
        var time = Self.base
        for _ in 0..<3000 {
            let batch = (0..<Int.random(in: 1...6, using: &random)).map { _ -> Nanoseconds in
                switch Int.random(in: 0..<12, using: &random) {
                case 0: return time + Nanoseconds.random(in: 0...200, using: &random) * Self.second
                case 1: return max(0, time - Nanoseconds.random(in: 0...200, using: &random) * Self.second)
                default:
                    time += Nanoseconds.random(in: 0...4, using: &random) * Self.second
                    return time
                }
            }
            for packet in batch { single.observe(packet) }
            if let earliest = batch.min(), let latest = batch.max(), batched.isPlain(earliest: earliest, latest: latest)
            {
                batched.advance(to: latest)
            } else {
                for packet in batch { batched.observe(packet) }
            }
            #expect(single.now == batched.now && single.steps == batched.steps)
        }
        #expect(single.steps > 0)
    }
}
