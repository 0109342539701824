import FlowTable
import NetTypes
import Testing

/// Fragments out of order and ICMP errors, through the whole pipeline: the same output whatever the workers and batches.
@Suite struct FragmentOrderTests {
    /// Datagrams of two fragments, the later one first in half of them, by up to two seconds; a tenth loses its first one.
    /// Errors about them, and about what nobody sent. Pauses let sweeps come in between. Clients take `ports` ports in turn.
    static func frames(_ count: Int, seed: UInt64, ports: Int = 50) -> [Frame] {
        var random = SplitMix64(seed: seed)
        var frames: [Frame] = []
        var time = Frame.start
        for index in 0..<count {
            time += Nanoseconds.random(in: 0...20_000_000, using: &random)
            if index % 700 == 0 { time += 3 * Frame.second }
            let (client, server) = ((host: index % 90 + 1, port: 41_000 + index % ports), (host: 1000, port: 53))
            let shift = Nanoseconds.random(in: 0...2_000_000_000, using: &random)
            let isReversed = Bool.random(using: &random)
            let pair = Frame.fragments(
                isReversed ? (time + shift, time) : (time, time + shift), from: client, to: server,
                identification: index)
            if index % 10 != 0 { frames.append(pair[0]) }
            frames.append(pair[1])
            if index % 3 == 0 {
                let port = index % 2 == 0 ? client.port : 9
                let quoted = Frame.udp(time, from: (client.host, port), to: server).octets.dropFirst(14).prefix(28)
                frames.append(
                    Frame.ipv4(time + shift / 2, 1, from: 2000, to: client.host, [3, 3, 0, 0, 0, 0, 0, 0] + quoted))
            }
            if index % 4 == 0 { frames.append(Frame.udp(time, from: client, to: server)) }
        }
        return frames.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }

    private static let traffic = frames(4000, seed: 0x0DD)
    private static let reference = Run(traffic)

    @Test func theReferenceIsWorthComparing() {
        let run = Self.reference
        #expect(run.balances)
        let (tallies, counters) = (run.result.tallies, run.result.counters)
        #expect(tallies.count(.fragmentWithoutFirst) > 800 && tallies.count(.fragmentWithoutFirst) < 2500)
        #expect(counters.errorsLinked > 100 && counters.errorsWithoutFlow > 100)
        #expect(tallies.icmpNotices == counters.errorsLinked + counters.errorsWithoutFlow)
        #expect(run.records.contains { $0.service == .refused && $0.icmpErrorTypeCode == 0x0303 })
        #expect(tallies.count(.fragmentOverlap) == 0)
    }

    @Test(arguments: DeterminismTests.fills, [1, 2, 3, 8])
    func recordsAreTheSame(fills: [Int], workers: Int) {
        let run = Run(Self.traffic, fills: fills, workers: workers)
        #expect(run.balances)
        #expect(run.batches == Self.reference.batches)
        #expect(
            run.result.tallies.count(.fragmentWithoutFirst)
                == Self.reference.result.tallies.count(.fragmentWithoutFirst))
        #expect(run.result.counters.errorsLinked == Self.reference.result.counters.errorsLinked)
    }

    @Test(arguments: [1, 8])
    func soTheyAreWithAlmostNoMemory(workers: Int) {
        let traffic = Self.frames(4000, seed: 0x0DE, ports: 4000)
        let reference = Run(traffic, memory: 1)
        #expect(reference.result.counters.flowsEnded[5] > 0)
        let run = Run(traffic, fills: [7, 512, 1, 90], workers: workers, memory: 1)
        #expect(run.balances && run.batches == reference.batches)
    }

    /// Whichever half comes first, within the time: the same flows with the same packets.
    @Test func orderDoesNotMatter() {
        func frames(reversed: Bool) -> [Frame] {
            (0..<600).flatMap { index in
                let time = Frame.start + Nanoseconds(index) * 5_000_000
                let halves = Frame.fragments(
                    reversed ? (time + 1_000_000, time) : (time, time + 1_000_000),
                    from: (index % 40 + 1, 41_000), to: (1000, 53), identification: index)
                return reversed ? halves.reversed() : halves
            }
        }
        let (forwards, backwards) = (Run(frames(reversed: false)), Run(frames(reversed: true)))
        func said(_ run: Run) -> [[UInt64]] {
            run.records.map { [$0.sourceLow, $0.packets, $0.octetsForward, UInt64($0.sourcePort)] }
        }
        #expect(said(forwards) == said(backwards) && said(backwards).count == 40)
        #expect(backwards.result.tallies.count(.fragmentWithoutFirst) == 0)
        // Flows begin with the packet that was seen first, by number and time.
        #expect(backwards.records.map(\.firstFrameNumber) == forwards.records.map(\.firstFrameNumber))
        #expect(backwards.records.map(\.firstForward) == forwards.records.map(\.firstForward))
    }

    /// What waits when the input ends is counted, too.
    @Test(arguments: [1, 2])
    func theEndLetsGo(workers: Int) {
        let frames = (0..<30).map { index in
            Frame.fragments(
                (0, Frame.start + Nanoseconds(index)), from: (1, 41_000), to: (1000, 53), identification: index)[1]
        }
        let run = Run(frames, workers: workers)
        #expect(run.balances && run.records.count == 1 && run.records.first?.packets == 30)
        #expect(run.records.first?.presence.contains(.ports) == false && run.records.first?.firstFrameNumber == 1)
        #expect(run.result.tallies.count(.fragmentWithoutFirst) == 30)
    }
}
