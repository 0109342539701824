import Exporter
import FlowTable
import Foundation
import NetTypes
import PacketDecode
import Pipeline
import Synchronization
import Testing

/// A sink that other threads may look at, and that can be made to fail or to dawdle.
// SAFETY: (@unchecked) everything is guarded or atomic.
private final class WatchedSink: RecordSink, @unchecked Sendable {
    private let kept = Mutex<[FlowRecord]>([])
    let fails = Atomic(false)
    let dawdles = Atomic(false)
    let flushes = Atomic(0)
    let finishes = Atomic(0)

    var records: [FlowRecord] { kept.withLock { $0 } }

    func consume(_ records: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError) {
        while dawdles.load(ordering: .relaxed) { usleep(1000) }
        if fails.load(ordering: .relaxed) { throw ExportError("The disk is full.") }
        kept.withLock { kept in
            for index in 0..<records.count { kept.append(records[index]) }
        }
    }

    func flush() { flushes.wrappingAdd(1, ordering: .relaxed) }
    func finish(packetClock: Nanoseconds) { finishes.wrappingAdd(1, ordering: .relaxed) }
}

@Suite struct LivePipelineTests {
    /// A run over `sources`, each of the domain that `domains` says, into `sinks`.
    private func pipeline(
        _ sources: [ScriptedLiveSource], domains: [UInt16]? = nil, _ sinks: [WatchedSink], queueLimit: Int = 262_144,
        change: (inout FlowTableConfiguration) -> Void = { _ in }
    ) -> LivePipeline {
        livePipeline(
            sources, domains: domains,
            to: sinks.enumerated().map { Destination(name: "sink \($0)", sink: $1, queueLimit: queueLimit) },
            change: change)
    }

    private var now: Nanoseconds { Nanoseconds(Date().timeIntervalSince1970 * 1e9) }

    private func packets(_ sink: WatchedSink) -> UInt64 { sink.records.reduce(0) { $0 + $1.packets } }

    @Test(arguments: [1, 4]) func everyPacketIsInARecord(workers: Int) {
        let numbers = ScriptedLiveSource.Numbers()
        let sources = (0..<workers).map { _ in ScriptedLiveSource(numbers) }
        let sink = WatchedSink()
        let pipeline = pipeline(sources, [sink])
        pipeline.start()
        let frames = Frame.mixed(8000, seed: 77, step: 1000)
        for (index, frame) in frames.enumerated() { sources[index % workers].arrive([frame]) }
        let (snapshot, unfinished) = pipeline.stop(within: 10)
        #expect(unfinished.isEmpty && sink.finishes.load(ordering: .relaxed) == 1)
        #expect(snapshot.isExact && snapshot.tallies.packets == UInt64(frames.count))
        #expect(snapshot.counters.packets == snapshot.tallies.flowPackets)
        #expect(packets(sink) == snapshot.tallies.flowPackets)
        #expect(snapshot.counters.flowsBegun == snapshot.counters.flowsEndedTotal)
        #expect(sources.allSatisfy { $0.held.load(ordering: .relaxed) == 0 })
    }

    /// What has arrived and is handed out late, since the machine is busy, is waited for; for ever it is not.
    @Test(arguments: [(3, true), (1_000_000, false)]) func theEndWaitsForPackets(calls: Int, isWaitedFor: Bool) {
        let source = ScriptedLiveSource()
        let sink = WatchedSink()
        let pipeline = pipeline([source], [sink])
        let frames = Frame.mixed(100, seed: 78, step: 1000)
        source.arrive(late: frames, afterCalls: calls)
        pipeline.start()
        let (snapshot, _) = pipeline.stop(within: 60)
        #expect(snapshot.tallies.packets == (isWaitedFor ? UInt64(frames.count) : 0))
    }

    /// The answer may be counted before the question: they are one flow all the same, unless their domains differ.
    @Test func oneFlowFromTwoWorkers() {
        for (domains, flows) in [([0, 0] as [UInt16], 1), ([0, 1], 2)] {
            let sources = [ScriptedLiveSource(), ScriptedLiveSource(observationPoint: 1)]
            let sink = WatchedSink()
            let pipeline = pipeline(sources, domains: domains, [sink])
            let time = now
            sources[1].arrive([
                Frame.tcp(time + 1000, from: (host: 2, port: 80), to: (host: 1, port: 40000), flags: 0x12)
            ])
            pipeline.start()
            #expect(eventually { pipeline.snapshot().tallies.packets == 1 })
            sources[0].arrive([Frame.tcp(time, from: (host: 1, port: 40000), to: (host: 2, port: 80), flags: 0x02)])
            _ = pipeline.stop(within: 10)
            #expect(sink.records.count == flows)
            #expect(sink.records.allSatisfy { $0.sourcePort == 40000 })
            #expect(Set(sink.records.map(\.observationDomainId)).count == flows)
        }
    }

    @Test func silentFlowsLeaveByThemselves() {
        let source = ScriptedLiveSource()
        let sink = WatchedSink()
        let pipeline = pipeline([source], [sink]) {
            $0.setIdleTimeouts(100_000_000)
            $0.reorderSlack = 0
        }
        pipeline.start()
        source.arrive([Frame.udp(now, from: (host: 1, port: 5000), to: (host: 2, port: 53))])
        #expect(eventually { sink.records.count == 1 })
        #expect(sink.records.first?.endReason == .idleTimeout)
        #expect(eventually { pipeline.snapshot().liveFlows == 0 })
        _ = pipeline.stop(within: 10)
        #expect(sink.records.count == 1)
    }

    /// What was seen in the future of a clock that was set back would otherwise stay for as long as the step was.
    @Test func aClockSetBackLeavesNoFlowBehind() {
        let source = ScriptedLiveSource()
        let sink = WatchedSink()
        // Longer than a busy machine takes for this.
        let pipeline = pipeline([source], [sink]) { $0.setIdleTimeouts(600 * nanosecondsPerSecond) }
        let time = now
        pipeline.start()
        source.arrive([Frame.udp(time, from: (host: 1, port: 5000), to: (host: 2, port: 53))])
        #expect(eventually { pipeline.snapshot().liveFlows == 1 })
        let back = time - 3600 * nanosecondsPerSecond
        // Sixteen packets in a row make the clock believe it.
        source.arrive(
            (0..<20).map { Frame.udp(back + $0, from: (host: 3, port: 5000), to: (host: 4, port: 53)) })
        #expect(eventually { sink.records.count == 1 })
        #expect(sink.records.first?.endReason == .forcedEnd && sink.records.first?.packets == 1)
        let snapshot = pipeline.snapshot()
        #expect(snapshot.clockSteps == 1 && snapshot.liveFlows == 1)
        _ = pipeline.stop(within: 10)
        #expect(packets(sink) == 21)
    }

    @Test func aFailingDestinationDisturbsNobodyAndComesBack() {
        let source = ScriptedLiveSource()
        let (good, bad) = (WatchedSink(), WatchedSink())
        bad.fails.store(true, ordering: .relaxed)
        let pipeline = pipeline([source], [bad, good]) {
            $0.setIdleTimeouts(50_000_000)
            $0.reorderSlack = 0
        }
        pipeline.start()
        source.arrive([Frame.udp(now, from: (host: 1, port: 5000), to: (host: 2, port: 53))])
        #expect(eventually { pipeline.destinations[0].failure == "The disk is full." })
        #expect(eventually { good.records.count == 1 })
        #expect(pipeline.destinations[0].discardedByFailure.load(ordering: .relaxed) == 1)
        bad.fails.store(false, ordering: .relaxed)
        // Tried again five seconds after the failure.
        var port = 6000
        #expect(
            eventually {
                port += 1
                source.arrive([Frame.udp(now, from: (host: 1, port: port), to: (host: 2, port: 53))])
                usleep(100_000)
                return pipeline.destinations[0].failure == nil
            })
        let (snapshot, unfinished) = pipeline.stop(within: 10)
        #expect(unfinished.isEmpty)
        let discarded = pipeline.destinations[0].discardedByFailure.load(ordering: .relaxed)
        #expect(UInt64(bad.records.count) + discarded == snapshot.counters.records)
        #expect(UInt64(good.records.count) == snapshot.counters.records)
    }

    @Test func aSlowDestinationLosesCountedRecordsAndHoldsNobodyUp() {
        let source = ScriptedLiveSource()
        let (fast, slow) = (WatchedSink(), WatchedSink())
        slow.dawdles.store(true, ordering: .relaxed)
        let pipeline = pipeline([source], [fast, slow], queueLimit: 100) {
            $0.setIdleTimeouts(1)
            $0.reorderSlack = 0
        }
        pipeline.start()
        var time = now
        // Each packet ends the flow before it.
        for _ in 0..<40 {
            source.arrive(
                (0..<64).map { _ in
                    time += 10
                    return Frame.udp(time, from: (host: 1, port: 5000), to: (host: 2, port: 53))
                })
            usleep(5000)
        }
        #expect(eventually { pipeline.destinations[1].discardedByQueue.load(ordering: .relaxed) > 0 })
        #expect(eventually { fast.records.count >= 2000 })
        slow.dawdles.store(false, ordering: .relaxed)
        let (snapshot, unfinished) = pipeline.stop(within: 10)
        #expect(unfinished.isEmpty && fast.records.count == Int(snapshot.counters.records))
        let discarded = Int(pipeline.destinations[1].discardedByQueue.load(ordering: .relaxed))
        #expect(slow.records.count + discarded == fast.records.count)
        #expect(pipeline.discarded.load(ordering: .relaxed) == 0)
    }

    /// At the end nobody is held up by waiting: what does not fit is waited for.
    @Test func theEndWaitsForASlowDestination() {
        let source = ScriptedLiveSource()
        let sink = WatchedSink()
        let pipeline = pipeline([source], [sink], queueLimit: 500)
        let time = now
        source.arrive(
            (0..<5000).map { Frame.udp(time, from: (host: 1, port: 10_000 + $0), to: (host: 2, port: 53)) })
        pipeline.start()
        #expect(eventually { pipeline.snapshot().liveFlows == 5000 })
        sink.dawdles.store(true, ordering: .relaxed)
        Thread {
            usleep(300_000)
            sink.dawdles.store(false, ordering: .relaxed)
        }.start()
        let (_, unfinished) = pipeline.stop(within: 20)
        #expect(unfinished.isEmpty && sink.records.count == 5000)
    }

    @Test func aDestinationThatNeverEndsIsLeftBehind() {
        let source = ScriptedLiveSource()
        let sink = WatchedSink()
        sink.dawdles.store(true, ordering: .relaxed)
        let pipeline = pipeline([source], [sink])
        source.arrive([Frame.udp(now, from: (host: 1, port: 5000), to: (host: 2, port: 53))])
        pipeline.start()
        let (_, unfinished) = pipeline.stop(within: 0.5)
        #expect(unfinished.map(\.name) == ["sink 0"])
        sink.dawdles.store(false, ordering: .relaxed)
    }

    @Test func snapshotsAreExactWhilePacketsCome() {
        let numbers = ScriptedLiveSource.Numbers()
        let sources = (0..<3).map { _ in ScriptedLiveSource(numbers) }
        let sink = WatchedSink()
        let pipeline = pipeline(sources, [sink])
        pipeline.start()
        let time = now
        for round in 0..<50 {
            for (index, source) in sources.enumerated() {
                source.arrive(
                    (0..<300).map { number in
                        Frame.udp(
                            time + Nanoseconds(round * 1000 + number), from: (host: index + 1, port: 1000 + number),
                            to: (host: 9, port: 53))
                    })
            }
            let snapshot = pipeline.snapshot()
            guard snapshot.isExact else { continue }
            #expect(snapshot.counters.packets == snapshot.tallies.flowPackets)
            #expect(snapshot.counters.flowsBegun == snapshot.counters.flowsEndedTotal + snapshot.liveFlows)
        }
        _ = pipeline.stop(within: 10)
        #expect(packets(sink) == 45_000)
    }
}
