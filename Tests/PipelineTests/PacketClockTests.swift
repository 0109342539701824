import FlowTable
import NetTypes
import Testing

/// The time that packets tell, and what wrong time stamps do to it: as little as can be.
@Suite struct PacketClockTests {
    private static func clock(_ seconds: [Nanoseconds]) -> PacketClock {
        var clock = PacketClock()
        for second in seconds { clock.observe((1000 + second) * Frame.second) }
        return clock
    }

    private static func now(_ seconds: [Nanoseconds]) -> Nanoseconds { clock(seconds).now / Frame.second - 1000 }

    @Test func goesForwardOnly() {
        #expect(Self.now([0, 5, 3, 60, 59, 1]) == 60)
        // A minute to the nanosecond is plausible.
        #expect(Self.now([0, 60]) == 60)
        #expect(Self.clock([0, 5, 3, 60, 59, 1]).steps == 0)
    }

    @Test func aForwardJumpNeedsTwoThatAgree() {
        #expect(Self.now([0, 61]) == 0)
        #expect(Self.now([0, 500, 500]) == 500)
        #expect(Self.now([0, 500, 450]) == 500)
        #expect(Self.now([0, 450, 500]) == 500)
        #expect(Self.now([0, 500, 900]) == 0)
        #expect(Self.now([0, 500, 900, 901]) == 901)
        // In a row: a plausible packet between them makes them two lone ones.
        #expect(Self.now([0, 500, 1, 500]) == 1)
        #expect(Self.now([0, 500, 1, 500, 500]) == 500)
        #expect(Self.clock([0, 500, 500]).steps == 1)
        #expect(Self.clock([0, 500, 1, 500]).steps == 0)
    }

    @Test func aBackwardJumpNeedsSixteen() {
        let back = Array(repeating: Nanoseconds(-200), count: 15)
        #expect(Self.now([0] + back) == 0)
        #expect(Self.now([0] + back + [-190]) == -190)
        #expect(Self.now([0] + back + [0] + back) == 0)
        #expect(Self.now([0] + back + [0] + back + [-200]) == -200)
        #expect(Self.clock([0] + back + [-190]).steps == 1)
        // A lone packet of the old time does not take the clock forward again.
        #expect(Self.now([0] + back + [-190, 0, -189]) == -189)
    }

    @Test func aWrongFirstTimeIsOutvoted() {
        #expect(Self.now([9_000_000] + Array(0..<15)) == 9_000_000)
        #expect(Self.now([9_000_000] + Array(0..<16)) == 15)
        #expect(Self.now([-900, 0]) == -900)
        #expect(Self.now([-900, 0, 1]) == 1)
    }

    /// What a batch's range says to be plain is plain packet by packet, in any order.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func plainRangesArePlainOneByOne(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var plain = 0
        for _ in 0..<500 {
            var whole = PacketClock()
            whole.observe(1000 * Frame.second)
            var single = whole
            for _ in 0..<4 {
                let spread = Nanoseconds.random(in: 1...90, using: &random)
                let times = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                    (1000 + Nanoseconds.random(in: -spread...spread, using: &random)) * Frame.second
                }
                for time in times { single.observe(time) }
                if let earliest = times.min(), let latest = times.max(),
                    whole.isPlain(earliest: earliest, latest: latest)
                {
                    whole.advance(to: latest)
                    plain += 1
                } else {
                    for time in times { whole.observe(time) }
                }
                #expect(whole.now == single.now && whole.steps == single.steps, "seed \(seed): \(times)")
            }
            // What the clocks remember shows in what comes next.
            for _ in 0..<20 {
                let time = (1000 + Nanoseconds.random(in: -200...200, using: &random)) * Frame.second
                whole.observe(time)
                single.observe(time)
                #expect(whole.now == single.now)
            }
        }
        #expect(plain > 100)
    }

    /// A packet from the year 2100, or from 1970, anywhere in the input, the first place included.
    @Test(arguments: [0, 1, 17, 511, 512, 1400, 2999], [4_100_000_000, 5] as [Nanoseconds])
    func aLoneWrongTimeEndsNoOtherFlow(place: Int, seconds: Nanoseconds) {
        // 100 flows that all go on from beginning to end, and one lone packet of its own.
        var frames = (0..<3000).map { index in
            Frame.udp(Frame.start + Nanoseconds(index) * 10_000_000, from: (index % 100 + 1, 40_000), to: (2000, 53))
        }
        frames.insert(.udp(seconds * Frame.second, from: (500, 500), to: (501, 501)), at: place)
        for fills in [[512], [1], [100]] {
            let run = Run(frames, fills: fills)
            #expect(run.balances)
            #expect(run.records.count == 101)
            let others = run.records.filter { $0.sourcePort != 500 && $0.destinationPort != 500 }
            #expect(others.count == 100)
            #expect(others.allSatisfy { $0.packets == 30 && $0.endReason == .forcedEnd })
            #expect(run.result.packetClock == Frame.start + 2999 * 10_000_000)
        }
    }
}
