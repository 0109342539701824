import Collector
import Exporter
import FlowTable
import Testing

/// A connection without a socket.
private final class Connection {
    let session: CollectorSession
    let holder: BatchHolder

    init(_ keeper: BatchKeeper) {
        session = CollectorSession(name: "test", transport: .tcp)
        holder = BatchHolder(keeper)
    }

    func send(_ messages: [UInt8]...) {
        for message in messages where holder.refusal == nil { session.receive(message.span, to: holder) }
    }

    /// Statuses and numbers of what was answered.
    var answers: [[UInt64]] {
        let octets = holder.takeAnswers()
        return stride(from: 0, to: octets.count, by: 32).map { start in
            [UInt64(octets[start + 5]), octets[start + 24..<start + 32].reduce(0) { $0 << 8 | UInt64($1) }]
        }
    }

    func end() { holder.end() }
}

@Suite struct BatchHolderTests {
    private let lines = MemoryLines()
    private let output: CollectorOutput
    private let keeper: BatchKeeper

    init() throws {
        var limits = CollectorLimits()
        (limits.heldOctets, limits.heldOctetsInAll) = (200_000, 300_000)
        output = try CollectorOutput(batchLines: lines, store: nil)
        keeper = BatchKeeper(output, limits: limits)
    }

    private func connect(_ exporter: inout TestExporter, inBatches: Bool = true) -> Connection {
        let connection = Connection(keeper)
        for message in exporter.templates(inBatches: inBatches) { connection.send(message) }
        return connection
    }

    @Test func answersAreWhatTheContractSays() {
        let octets = BatchAnswer(.refused, TestExporter.batch(0x0102_0304_0506_0708)).octets
        #expect(octets == Array("FPAK".utf8) + [1, 1, 0, 0] + Array(0...15) + Array(1...8))
    }

    @Test func nothingIsUsedBeforeItsBatchIsClosed() {
        var exporter = TestExporter()
        let connection = connect(&exporter)
        connection.send(exporter.data(0..<10))
        #expect(lines.lines.isEmpty && connection.answers.isEmpty)
        connection.send(exporter.close(1))
        #expect(lines.lines.count == 10 && connection.answers == [[0, 1]])
        connection.send(exporter.data(10..<12))
        connection.end()
        #expect(lines.lines.count == 10 && keeper.tally.unfinishedRecords == 2)
    }

    /// Domains of one connection have batches of their own.
    @Test func domainsAreHeldApart() {
        var (one, other) = (TestExporter(domain: 1), TestExporter(domain: 2))
        let connection = connect(&one)
        for message in other.templates() { connection.send(message) }
        connection.send(one.data(0..<3), other.data(3..<5))
        connection.send(other.close(9))
        #expect(lines.lines.count == 2 && lines.lines.allSatisfy { $0.contains("\"observationDomainId\":2") })
        connection.send(one.close(8))
        #expect(lines.lines.count == 5 && connection.answers == [[0, 9], [0, 8]])
    }

    /// Whatever can cost records taints the batch that it falls into, and no other.
    @Test func aGapTaintsItsBatchOnly() {
        for cause in 0..<3 {
            var exporter = TestExporter()
            let connection = connect(&exporter)
            connection.send(exporter.data(0..<1), exporter.close(1))
            #expect(connection.answers == [[0, 1]])
            switch cause {
            case 0: _ = exporter.data(1..<2)
            case 1: connection.send(exporter.data(1..<2, template: 999))
            // A set that is longer than its message.
            default:
                var cut = exporter.data(1..<2)
                cut[19] += 4
                connection.send(cut)
            }
            connection.send(exporter.data(2..<3), exporter.close(UInt64(10 + cause)))
            #expect(connection.holder.refusal?.contains("did not come whole") == true, "cause \(cause)")
            #expect(connection.answers.isEmpty)
            connection.end()
            // A new session: the second time it is refused for good, and what follows is whole.
            var again = TestExporter()
            let second = connect(&again)
            second.send(again.data(1..<2, template: 999), again.data(2..<3), again.close(UInt64(10 + cause)))
            second.send(again.data(3..<4), again.close(UInt64(20 + cause)))
            #expect(second.answers == [[1, UInt64(10 + cause)], [0, UInt64(20 + cause)]])
        }
        #expect(lines.lines.count == 4 && keeper.tally.refused == 3)
    }

    @Test func exportersWithoutBatchesAreUsed() {
        var exporter = TestExporter()
        let connection = connect(&exporter, inBatches: false)
        connection.send(exporter.data(0..<3))
        #expect(lines.lines.isEmpty, "it may still speak of batches")
        connection.holder.decide()
        connection.holder.decide()
        connection.send(exporter.data(3..<5))
        connection.end()
        try? output.check()
        #expect(lines.lines.count == 5 && keeper.tally.otherRecords == 5 && keeper.tally.unfinishedRecords == 0)
    }

    @Test func whatIsHeldIsBounded() {
        var exporter = TestExporter()
        let connection = connect(&exporter)
        for start in stride(from: UInt64(0), to: 2000, by: 100) { connection.send(exporter.data(start..<start + 100)) }
        #expect(connection.holder.refusal?.contains("larger than what is held") == true)
        connection.end()
        // What was held is given back: others are served.
        var other = TestExporter()
        let second = connect(&other)
        second.send(other.data(0..<100), other.close(5))
        #expect(second.answers == [[0, 5]] && lines.lines.count == 100)
    }

    @Test func anOutputThatFailsAnswersNothing() {
        var exporter = TestExporter()
        let connection = connect(&exporter)
        lines.fails = true
        connection.send(exporter.data(0..<3), exporter.close(1))
        #expect(connection.answers.isEmpty && connection.holder.refusal == "The memory is full.")
        #expect(throws: ExportError.self) { try output.check() }
        #expect(keeper.tally.durable == 0 && keeper.tally.unfinishedRecords == 3)
    }

    /// An exporter that describes its elements under numbers of its own is understood as well (RFC 5610).
    @Test func batchesAreKnownByName() {
        var exporter = TestExporter()
        let connection = connect(&exporter, inBatches: false)
        // informationElementId, privateEnterpriseNumber, informationElementDataType, informationElementName.
        connection.send(
            exporter.message(
                3,
                networkOctets([
                    (400, 2), (4, 2), (2, 2), (303, 2), (2, 2), (346, 2), (4, 2), (339, 2), (1, 2), (341, 2),
                    (65535, 2),
                ])))
        for (id, type, name) in [(77, 4, "batchId"), (78, 0, "batchProbe")] as [(UInt64, UInt64, String)] {
            let body = networkOctets([(id, 2), (55555, 4), (type, 1), (UInt64(name.utf8.count), 1)]) + Array(name.utf8)
            connection.send(exporter.message(400, body, records: 1))
        }
        connection.send(
            exporter.message(
                3,
                networkOctets([
                    (401, 2), (2, 2), (1, 2), (0x8000 | 77, 2), (8, 2), (55555, 4), (0x8000 | 78, 2), (16, 2),
                    (55555, 4),
                ])))
        connection.send(exporter.data(0..<2))
        connection.send(exporter.message(401, networkOctets([(3, 8), (1, 8), (2, 8)]), records: 1))
        #expect(connection.answers == [[0, 3]] && lines.lines.count == 2)
        #expect(lines.ledger.contains(CollectedBatch(probe: CollectedBatch.Probe(high: 1, low: 2), number: 3)))
    }
}
