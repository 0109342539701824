import Collector
import Exporter
import Testing

/// Requests of one connection, without a socket.
@Suite struct RequestEndTests {
    private let lines = MemoryLines()
    private let keeper: BatchKeeper
    private let holder: BatchHolder
    private let session = CollectorSession(name: "test", transport: .https)

    init() throws {
        var limits = CollectorLimits()
        limits.heldOctets = 200_000
        keeper = BatchKeeper(try CollectorOutput(batchLines: lines, store: nil), limits: limits)
        holder = BatchHolder(keeper, ofRequests: true)
    }

    private func send(
        _ key: String? = nil, isWhole: Bool = true, _ body: (inout TestExporter) -> [[UInt8]]
    ) -> RequestEnd {
        session.renew()
        var exporter = TestExporter()
        let templates = exporter.templates(inBatches: true)
        for message in templates + body(&exporter) where holder.refusal == nil {
            session.receive(message.span, to: holder)
        }
        return holder.endRequest(
            key: key.map { RequestKey($0, records: session.recordDigest) }, isWhole: isWhole)
    }

    /// Each request is a session of its own: numbers from 0, templates of its own.
    @Test func batchesAreDurableOnce() {
        for _ in 0..<2 { #expect(send { [$0.data(0..<10), $0.close(1)] } == .durable) }
        #expect(send { [$0.data(10..<15), $0.close(2)] } == .durable)
        #expect(lines.lines.count == 15)
        #expect(keeper.tally.durableRecords == 15 && keeper.tally.repeatedRecords == 10)
        #expect(session.sequences.allSatisfy { $0.sequence.lost == 0 && $0.sequence.restarts == 0 })
    }

    /// What no batch closes is known by the request's key; without one it is taken each time.
    @Test func keysNameWhatIsNoBatch() {
        for key in ["a", "b", "a", nil, nil] { #expect(send(key) { [$0.data(0..<10)] } == .durable) }
        #expect(lines.lines.count == 40)
        let tally = keeper.tally
        #expect(tally.requests == 4 && tally.requestRecords == 40 && tally.repeatedRecords == 10)
        #expect(tally.otherRecords == 0 && tally.durable == 0)
    }

    @Test func onlySoManyKeysAreKept() {
        for key in 0...16_384 { _ = send("\(key)") { [$0.data(0..<1)] } }
        #expect(lines.lines.count == 16_385)
        _ = send("1") { [$0.data(0..<1)] }
        #expect(lines.lines.count == 16_385, "the last 16,384 are kept")
        _ = send("0") { [$0.data(0..<1)] }
        #expect(lines.lines.count == 16_386, "the first is forgotten")
    }

    /// Two senders may have the same name for requests.
    @Test func equalKeysOfOtherRecordsAreOtherRequests() {
        for first in [0, 10, 0] as [UInt64] { #expect(send("7") { [$0.data(first..<first + 10)] } == .durable) }
        #expect(lines.lines.count == 20 && keeper.tally.repeatedRecords == 10)
    }

    /// Something is missing behind a batch that was closed: what was closed stays, and all is asked for once more.
    @Test func whatIsNotWholeBehindABatchComesAgain() {
        guard case .notNow = send(nil, isWhole: false, { [$0.data(0..<10), $0.close(1), $0.data(10..<20)] }) else {
            Issue.record("it was answered otherwise")
            return
        }
        #expect(lines.lines.count == 10)
        #expect(send { [$0.data(0..<10), $0.close(1), $0.data(10..<20)] } == .durable)
        #expect(lines.lines.count == 20)
    }

    @Test func whatIsNotWholeIsNotTaken() {
        #expect(send("a", isWhole: false) { [$0.data(0..<10)] } == .malformed)
        #expect(lines.lines.isEmpty && keeper.tally.unfinishedRecords == 10)
        #expect(send("a") { [$0.data(0..<10)] } == .durable)
        #expect(lines.lines.count == 10)
    }

    /// A batch with records of a template that was never sent: asked for again, then refused; the next one is taken.
    @Test func batchesThatAreNotWholeAreRefusedTheSecondTime() {
        func broken() -> RequestEnd {
            send { exporter in
                [
                    exporter.message(999, [UInt8](repeating: 0, count: 25), records: 1), exporter.data(0..<10),
                    exporter.close(1),
                ]
            }
        }
        guard case .notNow(let reason) = broken() else {
            Issue.record("it was taken")
            return
        }
        #expect(reason.contains("did not come whole"))
        #expect(broken() == .refused)
        #expect(send { [$0.data(0..<10), $0.close(2)] } == .durable)
        #expect(lines.lines.count == 10)
    }

    @Test func whatIsTooLargeSaysSo() {
        guard case .tooLarge(let reason) = send(nil, isWhole: true, { [$0.data(0..<1000), $0.close(1)] }) else {
            Issue.record("it was taken")
            return
        }
        #expect(reason.contains("smaller batches"))
        #expect(lines.lines.isEmpty && keeper.tally.unfinishedRecords == 1000)
        #expect(send { [$0.data(0..<10), $0.close(1)] } == .durable, "what was held is given back")
    }

    /// Nothing is answered that the disk does not have.
    @Test func anOutputThatFailsIsNotAnswered() {
        lines.fails = true
        guard case .notNow(let reason) = send("a", isWhole: true, { [$0.data(0..<10)] }) else {
            Issue.record("it was answered")
            return
        }
        #expect(reason == "The memory is full.")
    }
}
