import Collector
import Exporter
import FlowTable
import Foundation
import NetTypes
import Testing

/// Samples of sFlow version 5 as flow records. Formats are those of sflow.org's description, written out here by hand; what
/// pmacctd's sfprobe sends is in FlowProbeTests.
@Suite struct SFlowTests {
    private final class Lines: CollectedRecordReceiver {
        var lines: [String] = []
        var records: [FlowRecord] = []

        func receive(line: [UInt8], record: FlowRecord?, domain: UInt32) {
            lines.append(String(decoding: line, as: UTF8.self))
            if let record { records.append(record) }
        }
    }

    private static let time: Nanoseconds = 1_796_000_000_123_000_000

    /// A datagram of samples (format, contents).
    private static func datagram(
        _ number: UInt64, _ samples: [(UInt64, [UInt8])], subAgent: UInt64 = 3, stated: UInt64? = nil,
        agent: UInt64 = 0xC000_0201
    ) -> [UInt8] {
        networkOctets(
            [(5, 4), (1, 4), (agent, 4)] + [
                (subAgent, 4), (number, 4), (number * 1000, 4), (stated ?? UInt64(samples.count), 4),
            ]) + samples.flatMap(part)
    }

    /// A sample or a record: format, length, contents, padded to four octets.
    private static func part(_ format: UInt64, _ contents: [UInt8]) -> [UInt8] {
        networkOctets([(format, 4), (UInt64(contents.count), 4)]) + contents
            + [UInt8](repeating: 0, count: -contents.count & 3)
    }

    private static func sample(
        _ records: [(UInt64, [UInt8])], rate: UInt64 = 100, drops: UInt64 = 0, isExpanded: Bool = false
    ) -> (UInt64, [UInt8]) {
        let source: [(UInt64, Int)] = isExpanded ? [(0, 4), (70_000, 4)] : [(70_000, 4)]
        let ports: [(UInt64, Int)] =
            isExpanded ? [(0, 4), (11, 4), (2, 4), (5, 4)] : [(11, 4), (0x8000_0005, 4)]
        let head = networkOctets(
            [(9, 4)] + source + [(rate, 4), (1000, 4), (drops, 4)] + ports + [(UInt64(records.count), 4)])
        return (isExpanded ? 3 : 1, head + records.flatMap(part))
    }

    /// TCP from 10.0.0.1:40000 to 10.0.0.2:443 in VLAN 9, of whose 1,000 octets of IP 40 are here, with FCS.
    private static let header: (UInt64, [UInt8]) = {
        let frame = networkOctets([
            (0x0200_0000_0002, 6), (0x0200_0000_0001, 6), (0x8100, 2), (0x6009, 2), (0x0800, 2),
            (0x4510, 2), (1000, 2), (0x0001_4000, 4), (0x4006, 2), (0, 2), (0x0A00_0001, 4), (0x0A00_0002, 4),
            (40_000, 2), (443, 2), (1, 4), (2, 4), (0x5018, 2), (8192, 2), (0, 4),
        ])
        return (1, networkOctets([(1, 4), (1022, 4), (4, 4), (UInt64(frame.count), 4)]) + frame + [0, 0])
    }()

    private func collect(_ datagrams: [[UInt8]]) -> (session: CollectorSession, lines: Lines) {
        let session = CollectorSession(name: "test", transport: .udp) { Self.time }
        let lines = Lines()
        for datagram in datagrams { session.receive(datagram.span, to: lines) }
        return (session, lines)
    }

    private static let flow =
        "{\"observationPointId\":70000,\"observationDomainId\":3,\"ipVersion\":4,\"sourceIPv4Address\":\"10.0.0.1\","
        + "\"destinationIPv4Address\":\"10.0.0.2\",\"protocolIdentifier\":6,"
        + "\"sourceTransportPort\":40000,\"destinationTransportPort\":443,\"octetDeltaCount\":100000,\"packetDeltaCount\":100,"
        + "\"flowStartNanoseconds\":\"2026-11-30T00:53:20.123000000Z\",\"flowEndNanoseconds\":\"2026-11-30T00:53:20.123000000Z\","
        + "\"tcpControlBits\":24,\"ipClassOfService\":16,\"dot1qVlanId\":9,\"sourceMacAddress\":\"02:00:00:00:00:01\","
        + "\"destinationMacAddress\":\"02:00:00:00:00:02\",\"ingressInterface\":11,\"egressInterface\":0,"
        + "\"samplingPacketInterval\":100}\n"

    /// Both forms of a flow sample; a packet that is one of a hundred stands for a hundred.
    @Test(arguments: [false, true]) func aHeader(isExpanded: Bool) {
        let (session, lines) = collect([Self.datagram(1, [Self.sample([Self.header], isExpanded: isExpanded)])])
        #expect(lines.lines == [Self.flow])
        #expect(lines.records.map(\.octetsForward) == [100_000] && lines.records.map(\.packetsForward) == [100])
        #expect(session.tally.malformed.total == 0 && session.tally.samples.flows == 1)
    }

    /// What an agent read itself, and what its switch and routers made of it.
    @Test func whatTheAgentRead() throws {
        let address: [(UInt64, Int)] = [(0x2001_0DB8_0000_0000, 8)]
        let ipv6 = networkOctets(
            [(1500, 4), (17, 4)] + address + [(1, 8)] + address + [(2, 8), (5353, 4), (53, 4), (0, 4), (0x88, 4)])
        let records: [(UInt64, [UInt8])] = [
            (4, ipv6), (1001, networkOctets([(12, 4), (0, 4), (13, 4), (0, 4)])),
            (1002, networkOctets([(2, 4)] + address + [(9, 8), (48, 4), (64, 4)])),
            (
                1003,
                networkOctets(
                    [(1, 4), (0x0A00_0009, 4), (65_000, 4), (65_001, 4), (0, 4), (2, 4), (2, 4), (2, 4), (65_002, 4)]
                        + [(65_003, 4), (1, 4), (1, 4), (65_004, 4), (0, 4), (0, 4)])
            ), (99, [1, 2, 3, 4]),
        ]
        let (session, lines) = collect([Self.datagram(1, [Self.sample(records, rate: 0)])])
        let line = try #require(lines.lines.first)
        for wanted in [
            "\"sourceIPv6Address\":\"2001:db8::1\"", "\"sourceTransportPort\":5353", "\"destinationTransportPort\":53",
            "\"octetDeltaCount\":1500,\"packetDeltaCount\":1,", "\"ipClassOfService\":136", "\"dot1qVlanId\":12",
            "\"ipNextHopIPv6Address\":\"2001:db8::9\"", "\"sourceIPv6PrefixLength\":48", "\"bgpSourceAsNumber\":65001",
            "\"destinationIPv6PrefixLength\":64", "\"bgpDestinationAsNumber\":65004", "\"samplingPacketInterval\":1",
        ] {
            #expect(line.contains(wanted), "\(wanted) is not in \(line)")
        }
        #expect(session.tally.malformed.total == 0)
    }

    /// What is no packet of IP makes no record, and is counted; so are counters, and what the agent dropped.
    @Test func accounts() {
        let arp = networkOctets([(0xFFFF_FFFF_FFFF, 6), (0x0200_0000_0001, 6), (0x0806, 2), (1, 4), (0, 8)])
        let other: (UInt64, [UInt8]) = (1, networkOctets([(1, 4), (64, 4), (4, 4), (26, 4)]) + arp + [0, 0])
        let (session, lines) = collect([
            Self.datagram(1, [Self.sample([Self.header], drops: 40), (2, [0, 0, 0, 0])]),
            Self.datagram(2, [Self.sample([other], drops: 43), Self.sample([])]),
            Self.datagram(5, [Self.sample([Self.header], drops: 2)]),
            Self.datagram(5, [Self.sample([Self.header], drops: 2)]),
        ])
        #expect(lines.lines.count == 2)
        let samples = session.tally.samples
        #expect(samples.flows == 4 && samples.withoutFlow == 2 && samples.others == 1)
        // The source's counter began anew in the end.
        #expect(samples.dropped == 3 + 2)
        #expect(session.sequences.map(\.sequence.lost) == [2])
        #expect(session.sequences.map(\.sequence.repeatedMessages) == [1])
        #expect(session.tally.malformed.total == 0)
    }

    /// A relay's agents have numbers of their own: those of the first are followed, and no datagram is taken for another's.
    @Test func severalAgentsBehindOnePort() {
        let sample = Self.sample([Self.header])
        let (session, lines) = collect(
            (1...4 as ClosedRange<UInt64>).flatMap { number in
                [Self.datagram(number, [sample]), Self.datagram(number, [sample], agent: 0xC000_0202)]
            } + [Self.datagram(6, [sample])])
        #expect(lines.lines.count == 9)
        #expect(session.sequences.map(\.sequence.lost) == [1])
        #expect(session.sequences.map(\.sequence.repeatedMessages) == [0])
    }

    /// Cut anywhere: never more than what is whole, and what is missing is counted.
    @Test func cutAnywhere() {
        let whole = Self.datagram(1, [Self.sample([Self.header]), Self.sample([Self.header], isExpanded: true)])
        for length in 0..<whole.count {
            let (session, lines) = collect([Array(whole.prefix(length))])
            #expect(lines.lines.count <= 1 && lines.lines.allSatisfy { $0 == Self.flow })
            #expect(session.tally.malformed.total == 1, "\(length)")
        }
        let lying = Self.datagram(
            1, [Self.sample([(1, networkOctets([(1, 4), (60, 4), (0, 4), (4_000_000_000, 4)]))])])
        let (session, lines) = collect([lying, Self.datagram(2, [], stated: 7)])
        #expect(lines.lines.isEmpty)
        #expect(session.tally.malformed[.sampleRecordCut] == 1 && session.tally.malformed[.recordCount] == 1)
    }

    /// Only in datagrams: on connections nothing would tell where the next message begins.
    @Test func notOnConnections() {
        let session = CollectorSession(name: "test", transport: .tcp)
        session.receive(Self.datagram(1, [Self.sample([Self.header])]).span, to: Lines())
        #expect(session.tally.malformed[.unknownVersion] == 1 && session.tally.records == 0)
    }

    /// Datagrams open a session; lines name the agent, not the address that its datagram left by.
    @Test func namesTheAgent() throws {
        let sessions = DatagramSessions(CollectingProcess(), idle: 1, namesExporter: true)
        let lines = Lines()
        let peer = CollectorPeer(address: IPAddress(v4: 0x7F00_0001), port: 6343)
        sessions.receive(Self.datagram(1, [Self.sample([Self.header])]).span, from: peer, now: 0, to: lines)
        let line = try #require(lines.lines.first)
        #expect(line.contains("\"exporterIPv4Address\":\"192.0.2.1\",\"exporterTransportPort\":6343"))
        #expect(sessions.strayDatagrams == 0)
    }
}
