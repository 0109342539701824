import Exporter
import FlowTable
import Foundation
import NetTypes
import PacketDecode
import Pipeline
import Synchronization
import Testing

/// Fragments that wait for their first one, and ICMP errors, while packets come from several rings.
@Suite struct LiveFragmentTests {
    private func pipeline(
        _ sources: [ScriptedLiveSource], _ sink: KeepingSink, slack: Nanoseconds = nanosecondsPerSecond
    ) -> LivePipeline {
        livePipeline(sources, to: [Destination(name: "sink", sink: sink)]) { $0.reorderSlack = slack }
    }

    private var now: Nanoseconds { Nanoseconds(Date().timeIntervalSince1970 * 1e9) }

    private func balances(_ snapshot: LiveSnapshot) -> Bool {
        snapshot.counters.packets + snapshot.waitingFragments == snapshot.tallies.flowPackets
    }

    /// The first fragment comes from another ring than the one that waits.
    @Test func theFirstOneMayComeFromAnotherRing() {
        let sources = [ScriptedLiveSource(), ScriptedLiveSource()]
        let sink = KeepingSink()
        let pipeline = pipeline(sources, sink, slack: 3600 * nanosecondsPerSecond)
        let time = now
        let halves = Frame.fragments(
            (time, time), from: (host: 1, port: 5000), to: (host: 2, port: 53), identification: 7)
        pipeline.start()
        sources[0].arrive([halves[1]])
        #expect(eventually { pipeline.snapshot().waitingFragments == 1 })
        let waiting = pipeline.snapshot()
        #expect(balances(waiting) && waiting.tallies.flowPackets == 1 && waiting.liveFlows == 0)
        sources[1].arrive([halves[0]])
        #expect(eventually { pipeline.snapshot().waitingFragments == 0 })
        let (snapshot, _) = pipeline.stop(within: 10)
        #expect(balances(snapshot) && snapshot.tallies.count(.fragmentWithoutFirst) == 0)
        #expect(sink.records.count == 1 && sink.records.first?.packetsForward == 2)
    }

    /// Nobody else sends anything: the keeper lets go of it.
    @Test func silenceEndsTheWaiting() {
        let source = ScriptedLiveSource()
        let sink = KeepingSink()
        let pipeline = pipeline([source], sink, slack: 100_000_000)
        pipeline.start()
        let time = now
        source.arrive([
            Frame.fragments(
                (time, time), from: (host: 1, port: 5000), to: (host: 2, port: 53), identification: 7)[1]
        ])
        #expect(eventually { pipeline.snapshot().liveFlows == 1 })
        #expect(pipeline.snapshot().tallies.count(.fragmentWithoutFirst) == 1)
        let (snapshot, _) = pipeline.stop(within: 10)
        #expect(balances(snapshot) && snapshot.waitingFragments == 0)
        #expect(sink.records.first?.presence.contains(.ports) == false && sink.records.first?.firstForward == time)
    }

    /// The sums hold at every exact snapshot, with fragments waiting and errors under way from three rings.
    @Test func snapshotsBalanceWhileFragmentsWait() {
        let numbers = ScriptedLiveSource.Numbers()
        let sources = (0..<3).map { _ in ScriptedLiveSource(numbers) }
        let sink = KeepingSink()
        let pipeline = pipeline(sources, sink)
        pipeline.start()
        let frames = FragmentOrderTests.frames(4000, seed: 0xF1)
        let shift = now - Frame.start - 40 * nanosecondsPerSecond
        var exact = 0
        for (index, frame) in frames.enumerated() {
            var frame = frame
            frame.time += shift
            sources[index % 3].arrive([frame])
            guard index % 200 == 0 else { continue }
            let snapshot = pipeline.snapshot()
            guard snapshot.isExact else { continue }
            exact += 1
            #expect(balances(snapshot))
            let counters = snapshot.counters
            #expect(snapshot.tallies.icmpNotices == counters.errorsLinked + counters.errorsWithoutFlow)
        }
        let (snapshot, unfinished) = pipeline.stop(within: 10)
        #expect(unfinished.isEmpty && balances(snapshot) && snapshot.waitingFragments == 0)
        #expect(snapshot.tallies.packets == UInt64(frames.count))
        #expect(sink.records.reduce(0) { $0 + $1.packets } == snapshot.tallies.flowPackets)
        #expect(snapshot.counters.errorsLinked > 0 && snapshot.tallies.count(.fragmentWithoutFirst) > 0)
        print("exact snapshots: \(exact)")
    }
}
