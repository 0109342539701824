import FlowTable
import NetTypes
import Testing

/// Records leave in the order that docs/semantics.md states, and sweeps decide nothing but when.
@Suite struct OrderTests {
    /// One packet a flow: nothing but sweeps and the end of input ends them.
    @Test(arguments: [1, 3])
    func sweptAndFlushedInTheOrderOfFirstPackets(workers: Int) {
        let frames = (0..<30_000).map { index in
            Frame.udp(
                Frame.start + Nanoseconds(index) * 4_000_000, from: (index % 5000, 40_000 + index / 5000), to: (9, 53))
        }
        let run = Run(frames, workers: workers)
        #expect(run.balances)
        #expect(run.records.count == frames.count)
        let groups = Dictionary(grouping: run.records.indices) { run.records[$0].endFrameNumber }
        let ends = groups.keys.sorted()
        #expect(ends.count > 20)
        #expect(run.records.map(\.endFrameNumber) == run.records.map(\.endFrameNumber).sorted())
        for end in ends {
            let firstFrames = groups[end, default: []].map { run.records[$0].firstFrameNumber }
            #expect(firstFrames == firstFrames.sorted())
            // A sweep of every 512th packet, or the end.
            #expect(end % 512 == 0 || end == UInt64(frames.count))
        }
        #expect(groups.values.contains { $0.count > 200 })
    }

    /// Every packet but a connection's first SYN opens it again: only packets end flows.
    @Test(arguments: [1, 2, 8])
    func packetEndedInTheOrderOfTheEndingPacket(workers: Int) {
        let connections = 700
        var frames: [Frame] = []
        for round in 0..<6 {
            for connection in 0..<connections {
                let time = Frame.start + Nanoseconds(round * connections + connection) * 10_000
                let client = (host: connection, port: 50_000)
                let sequence = round * 1_000_000
                frames.append(.tcp(time, from: client, to: (2000, 80), flags: 0x02, sequence: sequence))
                frames.append(.tcp(time, from: client, to: (2000, 80), flags: 0x04, sequence: sequence + 1))
            }
        }
        let run = Run(frames, workers: workers)
        #expect(run.balances)
        #expect(run.records.count == connections * 6)
        let ended = run.records.prefix(connections * 5)
        let flushed = run.records.suffix(connections)
        #expect(ended.allSatisfy { $0.endReason == .endOfFlow && $0.packets == 2 })
        #expect(ended.map(\.endFrameNumber) == ended.map(\.endFrameNumber).sorted())
        // The SYN of the next round, which comes 2 * connections packets after this round's.
        #expect(ended.allSatisfy { $0.endFrameNumber == $0.firstFrameNumber + UInt64(2 * connections) })
        #expect(flushed.map(\.firstFrameNumber) == flushed.map(\.firstFrameNumber).sorted())
    }

    /// The same traffic with sweeps and without: a slack of almost a hundred years lets no sweep find anything.
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func sweepsNeverChangeContent(seed: UInt64) {
        let frames = Frame.mixed(6000, seed: seed, step: 60_000_000)
        let swept = Run(frames)
        let unswept = Run(frames) { $0.reorderSlack = 3_000_000_000 * Frame.second }
        #expect(swept.balances)
        #expect(unswept.balances)
        let last = UInt64(frames.count)
        let sweptEarly = swept.records.count { $0.endReason == .idleTimeout && $0.endFrameNumber < last }
        let unsweptEarly = unswept.records.count { $0.endReason == .idleTimeout && $0.endFrameNumber < last }
        #expect(sweptEarly > unsweptEarly + 200, "sweeps had nothing to do")
        #expect(swept.contents == unswept.contents, "seed \(seed)")
    }

    @Test func slicesOfAFlowLeaveInOrder() {
        let run = Run(Frame.mixed(9000, seed: 77, step: 60_000_000)) { $0.activeTimeout = 5 * Frame.second }
        var next: [UInt64: UInt32] = [:]
        for record in run.records {
            #expect(record.sliceIndex == next[record.flowId, default: 0])
            next[record.flowId] = record.sliceIndex + 1
        }
        #expect(next.values.contains { $0 > 1 })
    }
}
