import Collector
import CollectorFuzzing
import Exporter
import FlowTable
import Foundation
import NetTypes
import Testing

/// Keeps what it is given.
private final class Lines: CollectedRecordReceiver {
    var lines: [String] = []
    var records: [FlowRecord] = []

    func receive(line: [UInt8], record: FlowRecord?, domain: UInt32) {
        lines.append(String(decoding: line, as: UTF8.self))
        if let record { records.append(record) }
    }
}

/// Octets of integers in network byte order.
private func octets(_ parts: [(UInt64, Int)]) -> [UInt8] {
    parts.flatMap { value, count in
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    }
}

/// An IPFIX message of `sets` (id, contents).
private func message(_ number: UInt64, time: UInt64 = 1_795_342_400, _ sets: [(UInt64, [UInt8])]) -> [UInt8] {
    let body = sets.flatMap { octets([($0.0, 2), (UInt64($0.1.count + 4), 2)]) + $0.1 }
    return octets([(10, 2), (UInt64(body.count + 16), 2), (time, 4), (number, 4), (7, 4)]) + body
}

/// Addresses, protocol, octets in two, a name of variable length.
private let template = octets([
    (256, 2), (6, 2), (8, 2), (4, 2), (12, 2), (4, 2), (4, 2), (1, 2), (1, 2), (2, 2), (153, 2), (8, 2), (82, 2),
    (65535, 2),
])
private let record =
    octets([(0xC000_0201, 4), (0xC633_6402, 4), (47, 1), (900, 2), (1_795_342_400_123, 8), (4, 1)])
    + Array("a\"\u{1}z".utf8)
private let line =
    "{\"observationDomainId\":7,\"ipVersion\":4,\"sourceIPv4Address\":\"192.0.2.1\","
    + "\"destinationIPv4Address\":\"198.51.100.2\",\"protocolIdentifier\":47,\"octetDeltaCount\":900,"
    + "\"flowEndNanoseconds\":\"2026-11-22T10:13:20.123000000Z\",\"interfaceName\":\"a\\\"\\u0001z\"}\n"

@Suite struct CollectorSessionTests {
    @Test func readsATemplateAndItsData() {
        let (session, lines) = (CollectorSession(name: "test", transport: .tcp), Lines())
        session.receive(message(0, [(2, template), (256, record + record)]).span, to: lines)
        #expect(lines.lines == [line, line])
        #expect(lines.records.map(\.octetsForward) == [900, 900])
        #expect(session.tally.malformed.total == 0)
        #expect(session.sequences.map(\.records) == [2])
    }

    @Test func oneAddressIsWrittenAndNotStored() {
        let (session, lines) = (CollectorSession(name: "test", transport: .tcp), Lines())
        let half = octets([(256, 2), (1, 2), (8, 2), (4, 2)])
        session.receive(message(0, [(2, half), (256, octets([(0xC000_0201, 4)]))]).span, to: lines)
        let wanted = "{\"observationDomainId\":7,\"ipVersion\":4,\"sourceIPv4Address\":\"192.0.2.1\"}\n"
        #expect(lines.lines == [wanted])
        #expect(lines.records.isEmpty)
    }

    @Test func countsDataWithoutATemplateAndGoesOn() {
        let (session, lines) = (CollectorSession(name: "test", transport: .tcp), Lines())
        session.receive(message(0, [(300, record), (2, template), (256, record)]).span, to: lines)
        #expect(lines.lines.count == 1)
        #expect(session.tally.malformed[.unknownTemplate] == 1)
        #expect(session.tally.malformed.firstPlace(.unknownTemplate)?.offset == 16)
    }

    @Test func withdrawsTemplatesOnConnectionsOnly() {
        for (transport, left) in [(CollectorTransport.tcp, 0), (.udp, 1)] {
            let (session, lines) = (CollectorSession(name: "test", transport: transport), Lines())
            session.receive(message(0, [(2, template)]).span, to: lines)
            session.receive(message(0, [(2, octets([(256, 2), (0, 2)])), (256, record)]).span, to: lines)
            #expect(lines.lines.count == left)
            #expect(session.tally.malformed[.withdrawalOverDatagram] == UInt64(left))
        }
    }

    @Test func templatesAreBounded() {
        var limits = CollectorLimits()
        limits.fields = 11
        let (session, lines) = (CollectorSession(name: "test", transport: .tcp, limits: limits), Lines())
        var other = template
        other[1] = 1
        session.receive(message(0, [(2, template), (2, other)]).span, to: lines)
        #expect(session.tally.malformed[.tooManyTemplates] == 1)
    }

    @Test func netFlow5AgreesWithItsHeader() {
        let header = octets([
            (5, 2), (1, 2), (100_000, 4), (1_795_342_400, 4), (500_000_000, 4), (42, 4), (0, 2), (0, 2),
        ])
        let record = octets([
            (0xC000_0201, 4), (0xC633_6402, 4), (0, 4), (1, 2), (2, 2), (3, 4), (180, 4), (90_000, 4), (99_000, 4),
            (1024, 2), (53, 2), (0, 1), (0, 1), (17, 1), (0, 1), (0, 2), (0, 2), (24, 1), (24, 1), (0, 2),
        ])
        let (session, lines) = (CollectorSession(name: "test", transport: .udp), Lines())
        session.receive((header + record).span, to: lines)
        session.receive((header + record).span, to: lines)
        #expect(lines.records.count == 1)
        #expect(session.sequences.first?.sequence.repeatedMessages == 1)
        let flow = lines.records.first
        #expect(flow?.packetsForward == 3 && flow?.octetsForward == 180 && flow?.destinationPort == 53)
        #expect(flow.map { rfc3339($0.firstForward) } == "2026-11-22T10:13:10.500000000Z")
        #expect(flow.map { rfc3339($0.lastForward) } == "2026-11-22T10:13:19.500000000Z")
        #expect(lines.lines.first?.contains("\"ingressInterface\":1,\"egressInterface\":2") == true)
    }

    @Test func everyTruncationIsSurvived() {
        let whole = message(0, [(2, template), (256, record + record)])
        for length in 0..<whole.count {
            let (session, lines) = (CollectorSession(name: "test", transport: .udp), Lines())
            session.receive(Array(whole.prefix(length)).span, to: lines)
            #expect(session.tally.malformed.total > 0, "\(length) octets")
            #expect(lines.lines.count <= 2)
        }
    }

    /// Octets changed at random, seed by seed: nothing traps, and every record has its line.
    @Test(arguments: 1...40) func noiseIsSurvived(seed: Int) {
        var state = UInt64(seed)
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let whole = message(
            0, [(2, template), (256, record + record), (3, [1, 1, 0, 2, 0, 1] + template.dropFirst(4).prefix(8))])
        for _ in 0..<200 {
            var noisy = whole
            for _ in 0...random(6) { noisy[random(noisy.count)] = UInt8(random(256)) }
            var input: [UInt8] = [UInt8(random(4))]
            for _ in 0..<3 { input += octets([(UInt64(noisy.count), 2)]) + noisy }
            _ = collectMessages(input)
        }
    }
}

@Suite struct SequenceTrackerTests {
    @Test func countsGapsLateMessagesAndRestarts() {
        var tracker = SequenceTracker()
        for (number, count) in [(0, 10), (10, 10), (40, 10), (30, 5), (50, 1)] as [(UInt32, UInt32)] {
            let isRepeated = tracker.isRepeated(number, exportTime: 1, octets: 99)
            #expect(!isRepeated)
            tracker.take(number, count: count, exportTime: 1, octets: 99)
        }
        #expect(tracker.lost == 15 && tracker.lateMessages == 1 && tracker.restarts == 0)
        let isRepeated = tracker.isRepeated(40, exportTime: 1, octets: 99)
        #expect(isRepeated)
        tracker.take(0, count: 4, exportTime: 2, octets: 99)
        tracker.take(4, count: 4, exportTime: 2, octets: 99)
        #expect(tracker.restarts == 1 && tracker.lost == 15)
    }

    @Test func numbersWrap() {
        var tracker = SequenceTracker()
        tracker.take(.max - 4, count: 10, exportTime: 1, octets: 1)
        tracker.take(5, count: 1, exportTime: 1, octets: 1)
        tracker.take(8, count: 1, exportTime: 1, octets: 1)
        #expect(tracker.lost == 2 && tracker.restarts == 0)
    }
}
