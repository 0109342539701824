import Exporter
import FlowTable
import NetTypes
import Pipeline
import Synchronization
import Testing

/// A sink that gives up.
private final class FailingSink: RecordSink {
    let name: String
    /// Batches it takes before it fails; nil to fail at the end only.
    let patience: Int?
    private(set) var calls = 0
    private(set) var finishes = 0

    init(_ name: String, after patience: Int?) {
        self.name = name
        self.patience = patience
    }

    func consume(_ records: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError) {
        calls += 1
        if let patience, calls > patience { throw ExportError("\(name) is full.") }
    }

    func finish(packetClock: Nanoseconds) throws(ExportError) {
        finishes += 1
        throw ExportError("\(name) cannot end.")
    }
}

@Suite struct SinkTests {
    static let frames = Frame.mixed(5000, seed: 5)

    @Test(arguments: [1, 2, 8])
    func othersGoOnWhenASinkFails(workers: Int) {
        let reference = Run(Self.frames)
        var configuration = ReplayPipeline.Configuration()
        configuration.workers = workers
        let (first, last) = (CollectingSink(), CollectingSink())
        let (atOnce, later, atEnd) = (
            FailingSink("one", after: 0), FailingSink("two", after: 2), FailingSink("three", after: nil)
        )
        let pipeline = ReplayPipeline(
            configuration: configuration, source: MemorySource(Self.frames), sinks: [first, atOnce, later, atEnd, last])
        let result = pipeline.run { result in
            #expect(result.failures.map(\.description) == ["one is full.", "two is full."])
        }
        #expect(result.failures.map(\.description) == ["one is full.", "two is full.", "three cannot end."])
        #expect(first.batches == reference.batches)
        #expect(last.batches == reference.batches)
        #expect(first.finishes == 1 && last.finishes == 1 && atEnd.finishes == 1)
        // Who failed is left alone.
        #expect(atOnce.calls == 1 && later.calls == 3)
        #expect(atOnce.finishes == 0 && later.finishes == 0)
    }

    @Test func aRunWithoutSinksBalances() {
        let pipeline = ReplayPipeline(
            configuration: ReplayPipeline.Configuration(), source: MemorySource(Self.frames), sinks: [])
        let result = pipeline.run()
        #expect(result.counters.recordPackets == result.tallies.flowPackets)
        #expect(result.tallies.packets == UInt64(Self.frames.count))
        #expect(pipeline.packetsRead.load(ordering: .relaxed) == UInt64(Self.frames.count))
    }

    @Test func everyRecordIsAnnotatedOnceBeforeAnySink() {
        var configuration = ReplayPipeline.Configuration()
        configuration.annotate = { records in
            for index in records.indices {
                #expect(records[index].zoneDirection == .unknown)
                records[index].zoneDirection = .transit
            }
        }
        let sinks = [CollectingSink(), CollectingSink()]
        _ = ReplayPipeline(configuration: configuration, source: MemorySource(Self.frames), sinks: sinks).run()
        #expect(sinks[0].records.count == Run(Self.frames).records.count)
        #expect(sinks.allSatisfy { $0.records.allSatisfy { $0.zoneDirection == .transit } })
    }

    @Test(arguments: [1, 2, 3, 8], [1, 511, 2000, 4999])
    func aStoppedRunBalances(workers: Int, after packets: Int) {
        var configuration = ReplayPipeline.Configuration()
        configuration.workers = workers
        let source = MemorySource(Self.frames, fills: [100, 30])
        let sink = CollectingSink()
        let pipeline = ReplayPipeline(configuration: configuration, source: source, sinks: [sink])
        source.beforeFill = { if $0 >= packets { pipeline.requestStop() } }
        let result = pipeline.run()
        #expect(result.interrupted)
        #expect(result.tallies.packets == UInt64(source.handedOut))
        #expect(source.handedOut >= packets && source.handedOut < packets + 230)
        #expect(result.counters.recordPackets == result.tallies.flowPackets)
        #expect(result.counters.flowsBegun == result.counters.flowsEndedTotal)
        #expect(sink.records.reduce(0) { $0 + $1.packets } == result.tallies.flowPackets)
        #expect(sink.finishes == 1)
        // The same as if the input had been so long.
        let shorter = Run(Array(Self.frames.prefix(source.handedOut)))
        #expect(sink.batches == shorter.batches)
    }

    @Test func aRunStoppedBeforeItBeginsReadsNothing() {
        let source = MemorySource(Self.frames)
        let sink = CollectingSink()
        let pipeline = ReplayPipeline(
            configuration: ReplayPipeline.Configuration(), source: source, sinks: [sink])
        pipeline.requestStop()
        let result = pipeline.run()
        #expect(result.interrupted && result.tallies.packets == 0 && source.handedOut == 0)
        #expect(sink.finishes == 1)
    }
}
