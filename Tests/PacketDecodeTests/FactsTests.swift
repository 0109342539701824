import NetTypes
import PacketDecode
import Testing

/// The exact facts of packets whose every field is known.
@Suite struct FactsTests {
    private let bench = Workbench()

    private func facts(_ bytes: [UInt8], linkType: UInt16 = 101, wire: Int? = nil, fcs: UInt8 = 0) throws -> PacketFacts
    {
        try #require(bench.decode(bytes, linkType: linkType, wire: wire, fcs: fcs).facts)
    }

    @Test func tcpFromTheLowerEndpoint() throws {
        let segment = Build.tcp(40_000, 443, sequence: 0xFFFF_FFFE, acknowledgement: 7, flags: 0x12, [1, 2, 3])
        let packet = Build.ethernet(0x0800, Build.ipv4(6, segment, timeToLive: 17, typeOfService: 0xB8))
        let facts = try #require(bench.decode(packet, timestamp: 123, frame: 9).facts)
        #expect(facts.addressALow == UInt64(Build.lowHost) && facts.addressBLow == UInt64(Build.highHost))
        #expect(facts.addressAHigh == 0 && facts.addressBHigh == 0)
        #expect(facts.portA == 40_000 && facts.portB == 443 && facts.sender == 0)
        #expect(facts.protocolIdentifier == 6 && facts.ipVersion == 4)
        #expect(facts.networkOctets == 43 && facts.wireOctets == 57 && facts.payloadOctets == 3)
        #expect(facts.tcpSequence == 0xFFFF_FFFE && facts.tcpAcknowledgement == 7 && facts.tcpFlags == 0x12)
        #expect(facts.timeToLive == 17 && facts.classOfService == 0xB8)
        #expect(facts.sourceMAC == Build.sourceMAC && facts.destinationMAC == Build.destinationMAC)
        #expect(facts.flags == [.ports, .tcp, .macs])
        #expect(facts.timestamp == 123 && facts.frameNumber == 9)
    }

    @Test func bothDirectionsHaveOneKey() throws {
        let there = try facts(Build.ipv4(17, Build.udp(5000, 53)))
        let back = try facts(
            Build.ipv4(17, Build.udp(53, 5000), source: Build.highHost, destination: Build.lowHost))
        #expect(there.sender == 0 && back.sender == 1)
        #expect((there.addressALow, there.portA) == (back.addressALow, back.portA))
        #expect((there.addressBLow, there.portB) == (back.addressBLow, back.portB))
    }

    @Test func equalAddressesAreOrderedByPort() throws {
        let host = 0x7F00_0001
        let there = try facts(Build.ipv4(17, Build.udp(9000, 53), source: host, destination: host))
        let back = try facts(Build.ipv4(17, Build.udp(53, 9000), source: host, destination: host))
        #expect(there.portA == 53 && there.portB == 9000 && there.sender == 1)
        #expect(back.portA == 53 && back.portB == 9000 && back.sender == 0)
    }

    @Test func sixIsOrderedByAllItsBits() throws {
        // The high words decide, although the low words are the other way round.
        let facts = try facts(
            Build.ipv6(17, Build.udp(1, 2), source: Build.highHost6, destination: Build.lowHost6, trafficClass: 0xB9))
        #expect(facts.sender == 1 && facts.ipVersion == 6)
        #expect((facts.addressAHigh, facts.addressALow) == Build.lowHost6)
        #expect((facts.addressBHigh, facts.addressBLow) == Build.highHost6)
        #expect((facts.portA, facts.portB) == (2, 1))
        #expect(facts.classOfService == 0xB9 && facts.timeToLive == 61)
        #expect(facts.networkOctets == 48 && facts.payloadOctets == 0)
    }

    // Octets.

    @Test func paddingAndFCSAreNeverCounted() throws {
        let packet = Build.ethernet(0x0800, Build.ipv4(17, Build.udp(1, 2, [9]))) + Build.zeros(17) + [1, 2, 3, 4]
        #expect(packet.count == 64)
        let result = bench.decode(packet, fcs: 4)
        let facts = try #require(result.facts)
        #expect(facts.networkOctets == 29 && facts.wireOctets == 60 && facts.payloadOctets == 1)
        #expect(result.tallies.wireOctets == 60 && result.tallies.flowWireOctets == 60)
        #expect(result.tallies.capturedOctets == 60)
        #expect(result.anomalies.isEmpty)
    }

    @Test func lengthZeroTakesTheWireWithoutFCS() throws {
        let packet = Build.ethernet(0x0800, Build.ipv4(6, Build.tcp(1, 2, [1, 2]), totalLength: 0)) + Build.zeros(4)
        let result = bench.decode(packet, captured: 54, wire: 70_000, fcs: 4)
        #expect(result.facts?.networkOctets == 69_982 && result.facts?.wireOctets == 69_996)
        #expect(result.facts?.payloadOctets == 69_942)
        #expect(result.anomalies == [.networkLengthZero, .truncated])
    }

    @Test func lengthBeyondTheWireIsClamped() throws {
        let packet = Build.ethernet(0x86DD, Build.ipv6(17, Build.udp(1, 2, [1]), payloadLength: 900))
        let result = bench.decode(packet)
        #expect(result.facts?.networkOctets == 49 && result.anomalies == [.networkLengthBeyondWire])
        // The frame check sequence is no room for the packet either.
        let long = bench.decode(
            Build.ethernet(0x0800, Build.ipv4(17, Build.udp(1, 2, [1]), totalLength: 32)) + [0, 0, 0], fcs: 3)
        #expect(long.facts?.networkOctets == 29 && long.anomalies == [.networkLengthBeyondWire])
    }

    @Test func theCapturedLengthIsNeverCounted() throws {
        let packet = Build.ethernet(0x0800, Build.ipv4(17, Build.udp(1, 2, Build.zeros(1000))))
        let cut = bench.decode(packet, captured: 60)
        #expect(cut.facts?.networkOctets == 1028 && cut.facts?.wireOctets == 1042 && cut.facts?.payloadOctets == 1000)
        let lying = bench.decode(packet, wire: 60)
        #expect(lying.facts?.networkOctets == 46 && lying.facts?.wireOctets == 60)
        #expect(lying.anomalies == [.capturedBeyondWire, .networkLengthBeyondWire])
    }

    @Test func jumbogram() throws {
        let header = Build.jumboHeader(17, length: 70_000, Build.udp(1, 2, length: 0))
        let result = bench.decode(
            Build.ipv6(0, header, payloadLength: 0), linkType: 101, wire: 70_040)
        #expect(result.facts?.networkOctets == 70_040 && result.facts?.payloadOctets == 70_000 - 8 - 8)
        #expect(result.facts?.portA == 1 || result.facts?.portB == 1)
        #expect(result.anomalies == [.truncated])
        // A jumbo length that plain headers could say is a lie (RFC 2675 section 3).
        let small = Build.ipv6(0, Build.jumboHeader(17, length: 65_535, Build.udp(1, 2)), payloadLength: 0)
        #expect(bench.decode(small, linkType: 101).anomalies == [.networkLengthZero])
    }

    // Tags.

    @Test func tagsMakeSegments() throws {
        let ip = Build.ipv4(17, Build.udp(1, 2))
        let single = try facts(Build.ethernet(0x8100, Build.tag(100, priority: 7, 0x0800, ip)), linkType: 1)
        #expect(single.vlan == 100 && single.segment == 100 && single.flags == [.macs, .vlan, .segment, .ports])
        #expect(single.networkOctets == 28 && single.wireOctets == 46)
        let double = try facts(
            Build.ethernet(0x88A8, Build.tag(7, 0x8100, Build.tag(100, 0x0800, ip))), linkType: 1)
        #expect(double.vlan == 7 && double.segment == 7 << 12 | 100)
        let triple = try facts(
            Build.ethernet(0x88A8, Build.tag(7, 0x8100, Build.tag(100, 0x8100, Build.tag(9, 0x0800, ip)))), linkType: 1)
        #expect(triple.vlan == 7 && triple.segment == 7 << 12 | 100)
        let priority = try facts(Build.ethernet(0x8100, Build.tag(0, priority: 3, 0x0800, ip)), linkType: 1)
        #expect(priority.flags == [.macs, .ports] && priority.segment == 0)
        let inner = try facts(
            Build.ethernet(0x8100, Build.tag(0, priority: 3, 0x8100, Build.tag(42, 0x0800, ip))), linkType: 1)
        #expect(inner.vlan == 42 && inner.segment == 42)
    }

    @Test func theSegmentRuleNoneKeepsTheVLAN() throws {
        let packet = Build.ethernet(0x8100, Build.tag(100, 0x0800, Build.ipv4(17, Build.udp(1, 2))))
        let facts = try #require(bench.decode(packet, segmentRule: .none).facts)
        #expect(facts.segment == 0 && !facts.flags.contains(.segment))
        #expect(facts.vlan == 100 && facts.flags.contains(.vlan))
    }

    // ICMP.

    @Test(arguments: [(8, 0, 8), (13, 14, 13), (15, 16, 15), (17, 18, 17)])
    func icmpQueriesAndAnswersPair(query: Int, answer: Int, type: UInt16) throws {
        let there = try facts(Build.ipv4(1, Build.icmp(query, identifier: 0xBEEF)))
        let back = try facts(
            Build.ipv4(1, Build.icmp(answer, identifier: 0xBEEF), source: Build.highHost, destination: Build.lowHost))
        for facts in [there, back] {
            #expect(facts.portA == 0xBEEF && facts.portB == type << 8)
            #expect(facts.flags.contains(.icmp) && !facts.flags.contains(.ports))
        }
        #expect(there.icmpTypeCode == UInt16(query) << 8 && back.icmpTypeCode == UInt16(answer) << 8)
        #expect(there.sender == 0 && back.sender == 1)
    }

    @Test(arguments: [(128, 129, 128), (139, 140, 139)])
    func icmp6QueriesAndAnswersPair(query: Int, answer: Int, type: UInt16) throws {
        let there = try facts(Build.ipv6(58, Build.icmp(query, code: 1, identifier: 5)))
        let back = try facts(
            Build.ipv6(58, Build.icmp(answer, identifier: 5), source: Build.highHost6, destination: Build.lowHost6))
        for facts in [there, back] { #expect(facts.portA == 5 && facts.portB == type << 8) }
        #expect(there.icmpTypeCode == UInt16(query) << 8 | 1)
    }

    @Test func otherICMPIsToldByType() throws {
        let unreachable = try facts(
            Build.ipv4(1, Build.icmp(3, code: 3, identifier: 99, Build.ipv4(17, Build.udp(1, 2)))))
        #expect(unreachable.portA == 0 && unreachable.portB == 0x0300 && unreachable.icmpTypeCode == 0x0303)
        let neighbour = try facts(Build.ipv6(58, Build.icmp(136, identifier: 99, Build.zeros(16))))
        #expect(neighbour.portA == 0 && neighbour.portB == 136 << 8)
        // Each protocol has numbers of its own: type 8 in ICMPv6 is no echo.
        let strange = try facts(Build.ipv6(58, Build.icmp(8, identifier: 99)))
        #expect(strange.portA == 0 && strange.portB == 0x0800)
    }

    // Transport oddities.

    @Test func transportHeadersThatLieOrAreCut() throws {
        let offset = bench.decode(Build.ipv4(6, Build.tcp(1, 2, words: 4, [1])), linkType: 101)
        #expect(offset.anomalies == [.transportHeaderWrong] && offset.facts?.payloadOctets == 0)
        #expect(offset.facts?.flags == [.ports, .tcp])
        let beyond = bench.decode(Build.ipv4(6, Array(Build.tcp(1, 2, words: 8).prefix(24))), linkType: 101)
        #expect(beyond.anomalies == [.transportHeaderWrong] && beyond.facts?.payloadOctets == 0)
        let short = bench.decode(Build.ipv4(17, Build.udp(1, 2, length: 7)), linkType: 101)
        #expect(short.anomalies == [.transportHeaderWrong])
        let ports = bench.decode(Build.ipv4(6, Array(Build.tcp(1, 2).prefix(4))), linkType: 101)
        #expect(ports.anomalies == [.transportHeaderCut] && ports.facts?.flags == [.ports])
        let none = bench.decode(Build.ipv4(6, Array(Build.tcp(1, 2).prefix(3))), linkType: 101)
        #expect(none.anomalies == [.transportHeaderCut] && none.facts?.flags == [])
        #expect(none.facts?.portA == 0 && none.facts?.payloadOctets == 0)
    }

    /// Octets behind the IP packet (padding) are not its ports.
    @Test func paddingIsNotATransportHeader() throws {
        let result = bench.decode(Build.ethernet(0x0800, Build.ipv4(17, []) + Build.zeros(26)))
        #expect(result.anomalies == [.transportHeaderCut])
        #expect(result.facts?.flags.contains(.ports) == false && result.facts?.networkOctets == 20)
    }

    @Test func extensionHeadersArePassed() throws {
        let fixture = try #require(Fixture.all.first { $0.name == "every extension" })
        let facts = try facts(fixture.bytes)
        #expect(facts.protocolIdentifier == 17 && facts.portA == 5000 && facts.portB == 53)
        // 16 of UDP and, by the IP header's word, 8 behind it.
        #expect(facts.payloadOctets == 16 && facts.flags == [.ports])
        let cut = bench.decode(Build.ipv6(0, Array(Build.extensionHeader(17, units: 2).prefix(12))), linkType: 101)
        #expect(cut.anomalies == [.transportHeaderCut] && cut.facts?.protocolIdentifier == 0)
    }

    /// Mobility, HIP and Shim6 headers are passed when something follows, and are a flow's protocol when nothing does.
    @Test(arguments: [135, 139, 140]) func signallingHeaders(_ number: Int) throws {
        let payload = Build.udp(5000, 53, [1, 2, 3])
        let carrying = try facts(Build.ipv6(number, Build.extensionHeader(17, units: 3, payload)))
        #expect(carrying.protocolIdentifier == 17 && carrying.portA == 5000 && carrying.payloadOctets == 3)
        let alone = try facts(Build.ipv6(number, Build.extensionHeader(59, units: 3)))
        #expect(Int(alone.protocolIdentifier) == number && alone.portA == 0 && !alone.flags.contains(.ports))
        let cut = bench.decode(Build.ipv6(number, Array(Build.extensionHeader(17, units: 2).prefix(12))), linkType: 101)
        #expect(cut.anomalies == [.transportHeaderCut])
        let inIPv4 = try facts(Build.ipv4(number, Build.extensionHeader(17, units: 3, payload)))
        #expect(Int(inIPv4.protocolIdentifier) == number)
    }

    @Test func fragmentsSayWhichTheyAre() throws {
        let first = try facts(Build.ipv4(17, Build.udp(5, 6, [1]), identification: 0xABCD, moreFragments: true))
        #expect(first.flags == [.ports, .firstFragment] && first.fragmentIdentification == 0xABCD)
        let middle = try facts(Build.ipv4(17, Build.udp(5, 6), identification: 1, moreFragments: true, offset: 8))
        #expect(middle.flags == [.laterFragment] && middle.portA == 0 && middle.portB == 0)
        #expect(middle.payloadOctets == 8)
        let last = try facts(Build.ipv4(17, [1], identification: 1, offset: 65_528))
        #expect(last.flags == [.laterFragment])
        let whole = try facts(Build.ipv4(17, Build.udp(5, 6), identification: 7))
        #expect(whole.flags == [.ports] && whole.fragmentIdentification == 0)
        let atomic = Build.fragmentHeader(17, offset: 0, more: false, identification: 7, Build.udp(5, 6))
        #expect(try facts(Build.ipv6(44, atomic)).flags == [.ports])
        let six = Build.fragmentHeader(17, offset: 8, more: false, identification: 0xDEAD_BEEF, [1, 2])
        let later = try facts(Build.ipv6(44, six))
        #expect(later.flags == [.laterFragment] && later.fragmentIdentification == 0xDEAD_BEEF)
        #expect(later.protocolIdentifier == 17 && later.payloadOctets == 2)
    }

    @Test func factsFitTwoCacheLines() {
        #expect(MemoryLayout<PacketFacts>.stride <= 128)
    }
}
