import FlowTable
import NetTypes
import PacketDecode
import Testing

/// One statement of the design's semantics each, on packets few enough to read.
@Suite struct SemanticsTests {
    private static let second = Packet.second
    private static let base: Nanoseconds = 1_700_000_000 * second

    private func only(_ packets: [Packet]) throws -> FlowRecord {
        let records = TableBench.records(packets)
        try #require(records.count == 1)
        return records[0]
    }

    private static func at(_ seconds: Double) -> Nanoseconds { base + Nanoseconds(seconds * 1e9) }

    // Initiator (semantics 8).

    @Test func initiatorEvidenceInItsOrder() throws {
        let client: UInt16 = 40_000
        let t = Self.base
        // From the client's side, and the same from the server's: the evidence tells, not who came first.
        let cases: [([Packet], FlowRecord.InitiatorEvidence, UInt16)] = [
            ([.tcp(t, client, 80, F.syn)], .syn, client),
            ([.tcp(t, 80, client, F.syn)], .syn, 80),
            ([.tcp(t, 80, client, F.synAck)], .synAck, client),
            ([.tcp(t, client, 80, F.synAck)], .synAck, 80),
            ([.tcp(t, 80, client, F.ack)], .portRole, client),
            ([.tcp(t, client, 80, F.ack)], .portRole, client),
            ([.tcp(t, 5000, 80, F.ack)], .portRole, 5000),
            ([.tcp(t, 5000, 40_000, F.ack)], .portRole, 40_000),
            ([.tcp(t, 5000, 6000, F.ack)], .firstSeen, 5000),
            ([.tcp(t, 6000, 5000, F.ack)], .firstSeen, 6000),
            ([.udp(t, 53, 33_000)], .portRole, 33_000),
            ([.udp(t, 123, 123)], .firstSeen, 123),
            // Stronger evidence later in the first slice turns the flow.
            ([.tcp(t, 80, client, F.ack), .tcp(t + 1, 80, client, F.syn)], .syn, 80),
            ([.tcp(t, client, 80, F.ack), .tcp(t + 1, client, 80, F.synAck)], .synAck, 80),
            ([.tcp(t, client, 80, F.synAck), .tcp(t + 1, client, 80, F.syn)], .syn, client),
            // Weaker evidence later does not.
            ([.tcp(t, client, 80, F.syn), .tcp(t + 1, client, 80, F.synAck)], .syn, client),
        ]
        for (packets, evidence, port) in cases {
            let record = try only(packets)
            #expect(record.initiator == evidence && record.sourcePort == port, "\(packets.map { $0.tcp?.flags ?? 0 })")
            #expect(record.initiator.biflowDirection == (evidence.rawValue >= 3 ? 1 : 0))
        }
    }

    @Test func aServiceThatAnsweredIsLearned() throws {
        // The same stripe by chance: many clients' connections teach the stripes their service on a dynamic port.
        var packets: [Packet] = []
        for client in 0..<400 as Range<UInt16> { packets.append(.tcp(Self.base, 45_000, 50_000 + client, F.synAck)) }
        packets.append(.tcp(Self.at(1), 45_000, 49_000, F.ack))
        let record = try #require(TableBench.records(packets).last)
        #expect(record.initiator == .learnedService && record.sourcePort == 49_000)
    }

    @Test func onlyTheFirstSliceMayTurn() throws {
        let packets: [Packet] = [
            .tcp(Self.base, 5000, 6000, F.ack), .tcp(Self.at(70), 6000, 5000, F.syn, sequence: 9),
        ]
        let records = TableBench.records(packets)
        #expect(records.map(\.sourcePort) == [5000, 5000] && records.map(\.initiator) == [.firstSeen, .firstSeen])
    }

    @Test func icmpAnswerFirstSeenTurns() throws {
        var reply = Packet(time: Self.base, protocolIdentifier: 1)
        reply.icmp = (0, 0, 7)
        let record = try only([reply])
        #expect(record.sourceAddress == reply.destination && record.packetsForward == 0 && record.packetsReverse == 1)
        var request = reply.reversed
        request.icmp = (8, 0, 7)
        request.time += 5
        let both = try only([reply, request])
        #expect(both.packetsForward == 1 && both.packetsReverse == 1)
        #expect(both.icmpTypeCodeForward == 0x0800 && both.icmpTypeCodeReverse == 0)
        #expect(both.presence.contains(.icmpForward) && both.presence.contains(.icmpReverse))
    }

    /// A flip swaps every counter: the flow is the same told from the first packet, or from the second.
    @Test func aFlipSwapsEveryCounter() throws {
        var there = Packet.tcp(Self.base, 5000, 6000, F.ack, sequence: 100, payload: 10)
        (there.vlan, there.macs, there.timeToLive, there.classOfService) = (11, (1, 2), 33, 0x20)
        var again = there
        (again.time, again.timeToLive) = (Self.at(0.5), 31)
        var back = Packet.tcp(Self.at(1), 6000, 5000, F.syn, sequence: 200)
        (back.vlan, back.macs, back.timeToLive, back.classOfService, back.overhead) = (22, (2, 1), 44, 0x40, 18)
        let record = try only([there, again, back])
        #expect(record.initiator == .syn && record.sourcePort == 6000)
        #expect((record.packetsForward, record.packetsReverse) == (1, 2))
        #expect((record.octetsForward, record.octetsReverse) == (40, 100))
        #expect((record.layer2OctetsForward, record.layer2OctetsReverse) == (58, 128))
        #expect((record.firstForward, record.lastForward) == (Self.at(1), Self.at(1)))
        #expect((record.firstReverse, record.lastReverse) == (Self.base, Self.at(0.5)))
        #expect((record.retransmittedOctetsForward, record.retransmittedOctetsReverse) == (0, 10))
        #expect((record.tcpControlBitsForward, record.tcpControlBitsReverse) == (0x02, 0x10))
        #expect((record.vlanForward, record.vlanReverse) == (22, 11))
        #expect((record.sourceMAC, record.destinationMAC) == (2, 1))
        #expect((record.minimumTTLForward, record.maximumTTLForward) == (44, 44))
        #expect((record.minimumTTLReverse, record.maximumTTLReverse) == (31, 33))
        #expect((record.classOfServiceForward, record.classOfServiceReverse) == (0x40, 0x20))
        #expect((record.minimumLengthForward, record.maximumLengthReverse) == (40, 50))
        #expect(record.service == .answered && record.start == Self.base && record.end == Self.at(1))
    }

    // TCP.

    @Test func handshakeRoundTrip() throws {
        let t = Self.base
        let record = try only([
            .tcp(t, 40_000, 80, F.syn), .tcp(t + 1_000_000, 40_000, 80, F.syn),
            .tcp(t + 4_000_007, 80, 40_000, F.synAck), .tcp(t + 9_000_010, 40_000, 80, F.ack),
            .tcp(t + 99_000_000, 40_000, 80, F.ack),
        ])
        // From the last SYN, so that the lost one does not count: 3,000,007 + 5,000,003.
        #expect(record.handshakeRoundTrip == 8_000_010 && record.presence.contains(.handshakeRoundTrip))
        #expect(record.tcpState == .established && record.service == .answered && record.initiator == .syn)
        let long = try only([
            .tcp(t, 40_000, 80, F.syn), .tcp(t + 20 * Self.second, 80, 40_000, F.synAck),
            .tcp(t + 21 * Self.second, 40_000, 80, F.ack),
        ])
        #expect(long.handshakeRoundTrip == Nanoseconds(UInt32.max))
        let half = try only([.tcp(t, 80, 40_000, F.synAck), .tcp(t + 1, 40_000, 80, F.ack)])
        #expect(half.handshakeRoundTrip == 0 && !half.presence.contains(.handshakeRoundTrip))
        #expect(half.tcpState == .established)
        let open = try only([.tcp(t, 40_000, 80, F.syn), .tcp(t + 5, 80, 40_000, F.synAck)])
        #expect(open.tcpState == .synReceived && !open.presence.contains(.handshakeRoundTrip))
    }

    @Test(arguments: [1000, UInt32.max - 700]) func retransmittedOctets(start: UInt32) throws {
        func data(_ offset: UInt32, _ payload: UInt32) -> Packet {
            .tcp(Self.base, 40_000, 80, F.ack, sequence: start &+ offset, payload: payload)
        }
        let cases: [([Packet], UInt64)] = [
            ([data(0, 500), data(500, 500), data(1000, 500)], 0),
            ([data(0, 500), data(0, 500)], 500),
            ([data(0, 500), data(500, 500), data(0, 500), data(1000, 1)], 500),
            ([data(0, 500), data(400, 500)], 100),  // Half seen before.
            ([data(0, 500), data(499, 1)], 0),  // Keep-alive with one octet of garbage.
            ([data(0, 500), data(499, 0)], 0),  // And without.
            ([data(0, 500), data(499, 1), data(499, 1), data(500, 500)], 0),
            ([data(0, 500), data(498, 1)], 1),
            ([data(0, 500), data(2000, 500), data(500, 500)], 500),  // A gap, then what was lost on the way here.
            ([data(0, 500), data(0x8000_0000, 500)], 0),  // Another stream of numbers.
        ]
        for (index, entry) in cases.enumerated() {
            #expect(try only(entry.0).retransmittedOctetsForward == entry.1, "\(index)")
        }
    }

    @Test func answeredRefusedSilent() throws {
        let t = Self.base
        let syn = Packet.tcp(t, 40_000, 80, F.syn)
        let cases: [([Packet], FlowRecord.ServiceEvidence, FlowRecord.TCPState)] = [
            ([syn], .silent, .synSent),
            ([syn, .tcp(t + 1, 80, 40_000, F.rst | F.ack)], .refused, .reset),
            ([syn, .tcp(t + 1, 40_000, 80, F.rst)], .silent, .reset),
            ([syn, .tcp(t + 1, 80, 40_000, F.synAck)], .answered, .synReceived),
            ([syn, .tcp(t + 1, 80, 40_000, F.synAck), .tcp(t + 2, 80, 40_000, F.rst)], .answered, .reset),
            ([.tcp(t, 40_000, 80, F.ack, payload: 9)], .silent, .midstream),
            ([.tcp(t, 40_000, 80, F.ack), .tcp(t, 80, 40_000, F.ack, payload: 9)], .answered, .midstream),
            ([.tcp(t, 40_000, 80, F.ack), .tcp(t, 80, 40_000, F.rst)], .silent, .reset),
            ([.udp(t, 40_000, 53, payload: 9)], .silent, .none),
            ([.udp(t, 40_000, 53, payload: 9), .udp(t, 53, 40_000, payload: 9)], .answered, .none),
            (
                [syn, .tcp(t + 1, 40_000, 80, F.ack, payload: 1), .tcp(t + 2, 80, 40_000, F.ack, payload: 1)],
                .answered, .established
            ),
            ([.tcp(t, 40_000, 80, F.finAck)], .silent, .closing),
            ([.tcp(t, 40_000, 80, F.finAck), .tcp(t, 80, 40_000, F.finAck)], .silent, .closed),
        ]
        for (index, entry) in cases.enumerated() {
            let record = try only(entry.0)
            #expect(record.service == entry.1 && record.tcpState == entry.2, "\(index)")
        }
    }

    // Slices and ends (semantics 3 and 4).

    @Test func boundariesAreExact() {
        func reasons(_ gap: Nanoseconds, _ make: (Nanoseconds) -> Packet) -> [FlowRecord.FlowEndReason] {
            TableBench.records([make(Self.base), make(Self.base + gap)]).map(\.endReason)
        }
        let udp = { (time: Nanoseconds) in Packet.udp(time, 40_000, 53) }
        #expect(reasons(15 * Self.second, udp) == [.forcedEnd])
        #expect(reasons(15 * Self.second + 1, udp) == [.idleTimeout, .forcedEnd])
        let tcp = { (time: Nanoseconds) in Packet.tcp(time, 40_000, 80, F.ack) }
        #expect(reasons(60 * Self.second - 1, tcp) == [.forcedEnd])
        #expect(reasons(60 * Self.second, tcp) == [.activeTimeout, .forcedEnd])
        #expect(reasons(300 * Self.second, tcp) == [.activeTimeout, .forcedEnd])
        // The slice ended at its active timeout, before the silence had lasted long enough: two flows, no empty record.
        #expect(reasons(300 * Self.second + 1, tcp) == [.activeTimeout, .forcedEnd])
        #expect(reasons(-300 * Self.second, tcp) == [.forcedEnd], "A negative gap is none.")
    }

    @Test func slicesKeepTheFlow() throws {
        let t = Self.base
        var packets: [Packet] = [
            .udp(t, 9, 9), .tcp(t, 40_000, 80, F.syn, sequence: 0), .tcp(t + 5, 80, 40_000, F.synAck, sequence: 7),
            .tcp(t + 9, 40_000, 80, F.ack, sequence: 1, payload: 100),
        ]
        for step in 1...13 {
            packets.append(.tcp(Self.at(Double(step) * 10), 80, 40_000, F.ack, sequence: 8, payload: 50))
        }
        let records = TableBench.records(packets).filter { $0.protocolIdentifier == 6 }
        #expect(records.map(\.sliceIndex) == [0, 1, 2])
        #expect(records.map(\.endReason) == [.activeTimeout, .activeTimeout, .forcedEnd])
        #expect(records.map(\.flowId) == [2, 2, 2] && records.map(\.firstFrameNumber) == [2, 2, 2])
        #expect(records.map { $0.presence.contains(.lastSlice) } == [false, false, true])
        #expect(records.map(\.packetsForward) == [2, 0, 0], "A slice may have no forward packet.")
        #expect(records.map(\.packetsReverse) == [6, 6, 2])
        #expect(records.map(\.octetsReverse) == [490, 540, 180])
        #expect(records.map(\.retransmittedOctetsReverse) == [200, 300, 100])
        #expect(records.map(\.tcpControlBitsReverse) == [0x12, 0x10, 0x10])
        let (firstForward, lastForward): ([Nanoseconds], [Nanoseconds]) = ([t, 0, 0], [t + 9, 0, 0])
        #expect(records.map(\.firstForward) == firstForward && records.map(\.lastForward) == lastForward)
        let firstReverse: [Nanoseconds] = [t + 5, Self.at(60), Self.at(120)]
        #expect(records.map(\.firstReverse) == firstReverse)
        #expect(records.map(\.lastReverse) == [Self.at(50), Self.at(110), Self.at(130)])
        for record in records {
            #expect(record.initiator == .syn && record.tcpState == .established && record.sourcePort == 40_000)
            #expect(record.handshakeRoundTrip == 9 && record.service == .answered)
        }
    }

    private static let closing: [Packet] = [
        .tcp(base, 40_000, 80, F.syn, sequence: 0), .tcp(base + 1, 80, 40_000, F.synAck, sequence: 100),
        .tcp(base + 2, 40_000, 80, F.finAck, sequence: 1), .tcp(base + 3, 80, 40_000, F.finAck, sequence: 101),
    ]

    @Test func theLateLastAckStartsNoFlow() throws {
        let linger = Self.base + 3 + 2 * Self.second
        let late = TableBench.records(Self.closing + [.tcp(linger, 40_000, 80, F.ack), .udp(Self.at(10), 9, 9)])
        #expect(late.map(\.endReason) == [.endOfFlow, .forcedEnd])
        #expect(late[0].packetsForward == 3 && late[0].tcpState == .closed)
        let tooLate = TableBench.records(Self.closing + [.tcp(linger + 1, 40_000, 80, F.ack)])
        #expect(tooLate.map(\.endReason) == [.endOfFlow, .forcedEnd])
        #expect(tooLate.map(\.packetsForward) == [2, 1] && tooLate[1].flowId == 5)
    }

    @Test func aSYNOnAClosedKeyStartsAFlow() {
        let again = Packet.tcp(Self.base + 4, 40_000, 80, F.syn, sequence: 90_000)
        let records = TableBench.records(Self.closing + [again])
        #expect(records.map(\.endReason) == [.endOfFlow, .forcedEnd] && records.map(\.flowId) == [1, 5])
        // A SYN-ACK, or a SYN on a connection that is not closed, does not.
        #expect(TableBench.records(Self.closing + [.tcp(Self.base + 4, 80, 40_000, F.synAck, sequence: 5)]).count == 1)
        #expect(TableBench.records(Self.closing.dropLast() + [again]).count == 1)
        // The refused SYN, sent again as it was, is the same attempt.
        let refused: [Packet] = [
            .tcp(Self.base, 40_000, 80, F.syn, sequence: 5), .tcp(Self.base, 80, 40_000, F.rst | F.ack, sequence: 0),
        ]
        #expect(TableBench.records(refused + [.tcp(Self.base + 9, 40_000, 80, F.syn, sequence: 5)]).count == 1)
        #expect(TableBench.records(refused + [.tcp(Self.base + 9, 40_000, 80, F.syn, sequence: 6)]).count == 2)
        // The other side opens.
        #expect(TableBench.records(refused + [.tcp(Self.base + 9, 80, 40_000, F.syn, sequence: 6)]).count == 2)
    }

    // Key (semantics 2).

    @Test func everyPartOfTheKeyTellsFlowsApart() {
        var packets: [Packet] = [.udp(0, 40_000, 53)]
        func vary(_ change: (inout Packet) -> Void) {
            var packet = packets[0]
            change(&packet)
            packets.append(packet)
        }
        vary { $0.protocolIdentifier = 136 }
        vary { $0.ports = (40_001, 53) }
        vary { $0.ports = (40_000, 54) }
        vary { $0.ports = (53, 40_000) }
        vary { $0.source = IPAddress(v4: 1) }
        vary { $0.destination = IPAddress(v4: 1) }
        vary { $0.segment = 5 }
        vary { $0.segment = 6 }
        vary {
            $0.source = IPAddress(high: 0, low: 0xC000_0201, version: 6)
            $0.destination = IPAddress(high: 0, low: 0xC000_0202, version: 6)
        }
        vary {
            $0.source = IPAddress(high: 1, low: 0xC000_0201, version: 6)
            $0.destination = IPAddress(high: 0, low: 0xC000_0202, version: 6)
        }
        let count = packets.count
        let records = TableBench.records(packets + packets.map(\.reversed))
        #expect(records.count == count)
        #expect(records.allSatisfy { $0.packetsForward == 1 && $0.packetsReverse == 1 })
        #expect(records.filter { $0.presence.contains(.segment) }.map(\.segment).sorted() == [5, 6])
        // VLANs, MACs and the rest are no key.
        var other = packets[0]
        (other.vlan, other.macs, other.timeToLive) = (7, (1, 2), 1)
        #expect(TableBench.records([packets[0], other]).count == 1)
    }

    @Test func lengthsAndTimesToLiveEachWay() throws {
        var packets: [Packet] = []
        for (payload, timeToLive) in [(100, 64), (0, 60), (70_000, 62)] as [(UInt32, UInt8)] {
            var packet = Packet.udp(Self.base, 40_000, 53, payload: payload)
            packet.timeToLive = timeToLive
            packets.append(packet)
        }
        let record = try only(packets)
        #expect((record.minimumLengthForward, record.maximumLengthForward) == (40, 65_535))
        #expect((record.minimumTTLForward, record.maximumTTLForward) == (60, 64))
        #expect((record.minimumLengthReverse, record.maximumLengthReverse) == (0, 0))
        #expect((record.minimumTTLReverse, record.maximumTTLReverse) == (0, 0))
        #expect(record.octetsForward == 140 + 40 + 70_040)
    }

    @Test func flushGoesInTheOrderOfFirstPackets() {
        let bench = TableBench()
        let packets = (0..<500 as Range<UInt16>).map { Packet.udp(Self.base, 40_000 + $0, 53) }
        bench.apply(TableBench.numbered(packets))
        bench.flush(now: Self.base)
        #expect(bench.records.map(\.flowId) == Array(1...500))
        #expect(bench.records.allSatisfy { $0.endReason == .forcedEnd && $0.presence.contains(.lastSlice) })
    }

    /// An eighth at a time in a full table; all at once in a small one, where a live run asks for that.
    @Test func aSweepLooksAtNoFewerSlotsThanAskedFor() {
        for (atLeast, expected) in [(0, 0..<80), (40, 200..<321), (4096, 320..<321)] {
            let bench = TableBench()
            bench.apply((0..<320).map { .udp(Self.base, UInt16(1024 + $0), 53) })
            bench.sweep(now: Self.at(60), all: false, atLeast: atLeast)
            #expect(expected.contains(bench.records.count), "\(atLeast): \(bench.records.count)")
        }
    }

    @Test func sweepsGoInTheOrderOfFirstPacketsWithinAStripe() {
        let bench = TableBench()
        var packets: [Packet] = []
        for segment in 0..<300 as Range<UInt32> {
            var packet = Packet.udp(Self.base, 9, 9)
            packet.segment = segment
            packets.append(packet)
        }
        bench.apply(TableBench.numbered(packets))
        bench.sweep(now: Self.at(15))
        #expect(bench.records.isEmpty)
        bench.sweep(now: Self.at(15) + 1)
        #expect(bench.records.map(\.flowId) == Array(1...300))
        #expect(bench.records.allSatisfy { $0.endReason == .idleTimeout } && bench.table.live.flows == 0)
    }
}
