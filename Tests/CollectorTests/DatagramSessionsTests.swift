import Collector
import Exporter
import FlowTable
import NetTypes
import Testing

private final class Counter: CollectedRecordReceiver {
    var records = 0
    var wishes: CollectedRecordWishes { [] }
    func receive(line: [UInt8], record: FlowRecord?, domain: UInt32) { records += 1 }
}

@Suite struct DatagramSessionsTests {
    private let second = nanosecondsPerSecond

    private func peer(_ number: Int) -> CollectorPeer {
        CollectorPeer(address: IPAddress(v4: 0xC000_0200), port: UInt16(number))
    }

    private func sessions(_ peers: Int, idle: Int64 = 1800, ended: Int = 4) -> (CollectingProcess, DatagramSessions) {
        var limits = CollectorLimits()
        (limits.peers, limits.reportedSessions) = (peers, ended)
        let process = CollectingProcess(limits: limits)
        return (process, DatagramSessions(process, idle: idle * second, namesExporter: false))
    }

    /// Sessions are by address and port, and what ended stays in the sums.
    @Test func idleSessionsEndAndStayInTheReport() {
        let (process, sessions) = sessions(100, idle: 10)
        let counter = Counter()
        for number in 0..<40 {
            var exporter = TestExporter()
            let now = Int64(number) * second
            for message in exporter.templates() + [exporter.data(0..<5)] {
                sessions.receive(message.span, from: peer(number), now: now, to: counter)
            }
            sessions.expire(now: now)
        }
        #expect(sessions.count == 11 && process.openCount == 11)
        let (told, others) = process.summary()
        #expect(told.count == 4 && others.sessions == 36)
        #expect(told.reduce(others.records) { $0 + $1.tally.records } == 200 && counter.records == 200)
        #expect(CollectorReport.text(process).contains("All 40 sessions"))
        sessions.end()
        #expect(process.openCount == 0 && CollectorReport.text(process).contains("records      200 of flows"))
    }

    @Test func nonsenseOpensNoSession() {
        let (process, sessions) = sessions(10)
        var exporter = TestExporter()
        let message = exporter.templates()[0]
        for length in 0..<message.count {
            sessions.receive(Array(message.prefix(length)).span, from: peer(1), now: 0, to: Counter())
        }
        #expect(process.openCount == 0 && sessions.strayDatagrams == UInt64(message.count))
    }

    /// Sources that never made sense make way for new ones; those that did stay, unless they have been silent.
    @Test func aFloodPushesNobodyOut() {
        let (process, sessions) = sessions(32)
        let counter = Counter()
        var exporters = (0..<16).map { _ in TestExporter() }
        for index in exporters.indices {
            for message in exporters[index].templates() {
                sessions.receive(message.span, from: peer(index), now: 0, to: counter)
            }
        }
        for number in 100..<5000 {
            var forged = TestExporter()
            sessions.receive(forged.data(0..<1, template: 999).span, from: peer(number), now: second, to: counter)
            #expect(sessions.count <= 32)
        }
        for index in exporters.indices {
            sessions.receive(exporters[index].data(0..<2).span, from: peer(index), now: 2 * second, to: counter)
        }
        #expect(counter.records == 32, "a session was pushed out")
        // Forgers that send templates too fill the rest; newcomers are then refused, and counted.
        for number in 5000..<5100 {
            var forged = TestExporter()
            for message in forged.templates() {
                sessions.receive(message.span, from: peer(number), now: 2 * second, to: counter)
            }
        }
        #expect(sessions.refusedMessages == 168 && sessions.count == 32)
        for index in exporters.indices {
            sessions.receive(exporters[index].data(2..<3).span, from: peer(index), now: 3 * second, to: counter)
        }
        #expect(counter.records == 48)
        // A minute later the silent ones make way.
        var late = TestExporter()
        for message in late.templates() + [late.data(0..<1)] {
            sessions.receive(message.span, from: peer(9999), now: 70 * second, to: counter)
        }
        #expect(counter.records == 49)
        let (told, others) = process.summary()
        #expect(told.reduce(others.messages) { $0 + $1.tally.messages } == 4999)
    }

    /// All sessions together have no more templates than the process may keep, and give back what they had.
    @Test func sessionsShareABudget() {
        var limits = CollectorLimits()
        (limits.fieldsInAll, limits.domainsInAll) = (30, 3)
        let process = CollectingProcess(limits: limits)
        let counter = Counter()
        func run(_ number: Int) -> CollectorSession {
            let session = process.open(.tcp, peer: peer(number), namesExporter: false)
            var exporter = TestExporter()
            for message in exporter.templates() + [exporter.data(0..<1)] { session.receive(message.span, to: counter) }
            return session
        }
        do {
            let sessions = (0..<4).map(run)
            #expect(counter.records == 1, "the first one's templates, and nothing for the others")
            #expect(sessions[1].tally.malformed[.tooManyTemplates] == 2)
            #expect(sessions[3].tally.malformed[.tooManyDomains] == 3)
            for session in sessions { process.close(session) }
        }
        counter.records = 0
        process.close(run(5))
        #expect(counter.records == 1, "what was taken is given back")
    }
}
