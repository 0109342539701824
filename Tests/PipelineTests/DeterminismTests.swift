import FlowTable
import NetTypes
import Testing

/// Neither the number of workers nor how a source cuts its input into batches shows in the output.
@Suite struct DeterminismTests {
    static let frames = Frame.mixed(5000, seed: 2026)
    static let fills: [[Int]] = [[512], [1], [511], [496, 496, 3], [7, 512, 1, 90], [513], [256, 255]]

    @Test(arguments: fills, [1, 2, 3, 8])
    func recordsAreTheSame(fills: [Int], workers: Int) {
        let reference = Self.reference
        let run = Run(Self.frames, fills: fills, workers: workers)
        #expect(run.balances)
        #expect(run.batches == reference.batches)
        #expect(run.result.packetClock == reference.result.packetClock)
    }

    private static let reference = Run(frames)

    @Test func theReferenceIsWorthComparing() {
        let run = Self.reference
        var reasons: Set<UInt8> = []
        for record in run.records { reasons.insert(record.endReason.rawValue) }
        #expect(reasons.isSuperset(of: [1, 2, 3, 4]))
        #expect(run.records.count > 600)
        #expect(run.batches.count > 5)
        #expect(run.result.tallies.count(.fragment) > 100)
        #expect(run.result.tallies.nonFlowPackets > 100)
        #expect(run.result.tallies.undecodablePackets > 100)
    }

    /// With the smallest budget, what is evicted depends on when sweeps freed slots.
    @Test(arguments: fills.prefix(5), [1, 8])
    func evictionsAreTheSame(fills: [Int], workers: Int) {
        // A flood, then a trickle during which the flood's flows end.
        let frames = (0..<9000).map { index in
            let time = index < 7000 ? index * 800_000 : 7000 * 800_000 + (index - 7000) * 8_000_000
            return Frame.udp(
                Frame.start + Nanoseconds(time), from: (index * 7919 % 5000, 40_000 + index % 3), to: (1, 53))
        }
        func run(_ fills: [Int], _ workers: Int) -> Run {
            Run(frames, fills: fills, workers: workers, memory: 1 << 20) { $0.setIdleTimeouts(8 * Frame.second) }
        }
        let reference = run([512], 1)
        #expect(reference.result.counters.flowsEnded[5] > 500)
        #expect(reference.result.counters.flowsEnded[1] > 500)
        let other = run(fills, workers)
        #expect(other.balances)
        #expect(other.batches == reference.batches)
    }

    /// Time stamps that jump about are where a clock could depend on batches.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func wildTimesAreTheSame(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var frames = Frame.mixed(4000, seed: seed)
        var offset: Nanoseconds = 0
        for index in frames.indices {
            if Int.random(in: 0..<40, using: &random) == 0 {
                offset = Nanoseconds.random(in: -100...100, using: &random) * Frame.second
            }
            let jitter = Nanoseconds.random(in: -40...40, using: &random) * Frame.second
            frames[index].time += offset + (index % 3 == 0 ? jitter : 0)
        }
        let reference = Run(frames)
        #expect(reference.result.clockSteps > 0)
        for fills in Self.fills {
            let run = Run(frames, fills: fills, workers: 2)
            #expect(run.balances)
            #expect(run.batches == reference.batches, "seed \(seed), fills \(fills)")
            #expect(run.result.packetClock == reference.result.packetClock)
            #expect(run.result.clockSteps == reference.result.clockSteps)
        }
    }

    /// The halves of datagrams lie in different chunks, which different workers decode.
    @Test(arguments: [1, 2, 3, 8])
    func fragmentsFindTheirFlowAcrossChunks(workers: Int) {
        var frames: [Frame] = []
        var second: [Frame] = []
        for index in 0..<1500 {
            let time = Frame.start + Nanoseconds(index) * 1_000_000
            let halves = Frame.fragments(
                (time, time + Frame.second), from: (index % 100 + 1, 41_000 + index), to: (1000, 53),
                identification: index)
            frames.append(halves[0])
            second.append(halves[1])
        }
        for fills in [[512], [33], [700, 1]] {
            let run = Run(frames + second, fills: fills, workers: workers)
            #expect(run.balances)
            #expect(run.result.tallies.count(.fragmentWithoutFirst) == 0)
            #expect(run.records.count == 1500)
            #expect(run.records.allSatisfy { $0.packets == 2 && $0.presence.contains(.ports) })
        }
    }

    @Test(arguments: [1, 2, 8])
    func nothingInNothingOut(workers: Int) {
        let run = Run([], workers: workers)
        #expect(run.balances)
        #expect(run.records.isEmpty)
        #expect(run.result.firstPacket == nil)
        #expect(!run.result.interrupted)
    }
}
