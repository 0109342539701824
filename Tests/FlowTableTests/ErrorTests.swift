import FlowTable
import NetTypes
import PacketDecode
import Testing

/// What ICMP errors do to the flows that they are about (design semantics 9).
@Suite struct ErrorTests {
    private static let portUnreachable: UInt16 = 0x0303
    private static let netUnreachable: UInt16 = 0x0300
    private static let ask = Packet.udp(1, 50_000, 53, payload: 40)
    private static let answer = Packet.udp(2, 53, 50_000, payload: 90)

    private static func bench(_ packets: [Packet]) -> TableBench {
        let bench = TableBench()
        bench.apply(TableBench.numbered(packets))
        bench.flush(now: packets.map(\.time).max() ?? 0)
        return bench
    }

    @Test func anErrorIsCountedInTheFlowItIsAbout() throws {
        let bench = Self.bench([
            Self.ask, Self.ask.failing(Self.netUnreachable, at: 2), Self.ask.failing(0x0301, at: 3),
        ])
        let record = try #require(bench.records.first)
        #expect(bench.records.count == 1 && record.packetsForward == 1 && record.packetsReverse == 0)
        #expect(record.icmpErrorsForward == 2 && record.icmpErrorsReverse == 0)
        // The first one stays; any of them may say that nobody is there.
        #expect(record.icmpErrorTypeCode == Self.netUnreachable && record.presence.contains(.icmpError))
        #expect(record.service == .refused)
        let counters = bench.table.counters
        #expect(counters.errorsLinked == 2 && counters.errorsWithoutFlow == 0)
        #expect(counters.packets == 1 && counters.recordPackets == 1)
    }

    @Test func onlyARefusalThatMetTheInitiatorRefuses() {
        func service(_ packets: [Packet]) -> FlowRecord.ServiceEvidence? { Self.bench(packets).records.first?.service }
        #expect(service([Self.ask, Self.ask.failing(Self.portUnreachable, at: 2)]) == .refused)
        for other in [Self.netUnreachable, 0x0304, 0x0400, 0x0500, 0x0B00, 0x0C00] as [UInt16] {
            #expect(service([Self.ask, Self.ask.failing(other, at: 2)]) == .silent)
        }
        // An answer that came too late for the client: the service is there all the same.
        #expect(
            service([Self.ask, Self.answer, Self.answer.failing(Self.portUnreachable, at: 3)]) == .answered)
        // So it is when the answer comes after the error.
        #expect(
            service([Self.ask, Self.ask.failing(Self.portUnreachable, at: 2), Self.answer]) == .answered)
        // Something came back before, though it was no payload: what fails now is not the service.
        let bare = Packet.udp(2, 53, 50_000)
        #expect(service([Self.ask, bare, Self.ask.failing(Self.portUnreachable, at: 3)]) == .silent)
    }

    @Test func eachDirectionHasItsOwnCount() throws {
        for serverFirst in [false, true] {
            let packets = serverFirst ? [Self.answer, Self.ask] : [Self.ask, Self.answer]
            let errors = [
                Self.answer.failing(Self.portUnreachable, at: 3), Self.answer.failing(Self.portUnreachable, at: 4),
                Self.ask.failing(0x0B00, at: 5),
            ]
            let record = try #require(Self.bench(packets + errors).records.first)
            #expect(record.destinationPort == 53)
            #expect(record.icmpErrorsForward == 1 && record.icmpErrorsReverse == 2)
            #expect(record.icmpErrorTypeCode == Self.portUnreachable)
        }
    }

    /// Nobody asked: no flow begins, nothing is counted but the error itself.
    @Test func aboutNoFlow() {
        let other = Packet.udp(1, 50_001, 53)
        var elsewhere = Self.ask
        elsewhere.segment = 7
        var late = Self.ask
        late.time = 16 * Packet.second + 2
        let bench = Self.bench([
            Self.ask, other.failing(Self.portUnreachable, at: 2), elsewhere.failing(Self.portUnreachable, at: 3),
            late.failing(Self.portUnreachable, at: late.time),
        ])
        #expect(bench.records.count == 1 && bench.records.first?.presence.contains(.icmpError) == false)
        #expect(bench.records.first?.service == .silent && bench.records.first?.icmpErrorTypeCode == 0)
        #expect(bench.table.counters.errorsWithoutFlow == 3 && bench.table.counters.errorsLinked == 0)
        #expect(bench.table.counters.flowsBegun == 1)
        let empty = Self.bench([Self.ask.failing(Self.portUnreachable, at: 1)])
        #expect(empty.records.isEmpty && empty.table.counters.flowsBegun == 0 && empty.table.counters.packets == 0)
    }

    /// RFC 5927 section 4.1: who makes an error up has to guess a sequence number, too.
    @Test func madeUpErrorsAboutTCP() {
        func linked(_ sequence: UInt32) -> UInt64 {
            let packets: [Packet] = [
                .tcp(0, 40_000, 443, F.syn, sequence: 1000), .tcp(1, 443, 40_000, F.synAck, sequence: 5000),
                .tcp(2, 40_000, 443, F.ack, sequence: 1001, payload: 100),
                Packet.tcp(3, 40_000, 443, F.ack, sequence: sequence).failing(0x0301, at: 3),
            ]
            return Self.bench(packets).table.counters.errorsLinked
        }
        for sequence in [1001, 1100, 1101, 1000] as [UInt32] { #expect(linked(sequence) == 1) }
        for sequence in [1102, 2000, 0x8000_0000, 1101 &- 1 << 30 &- 1] as [UInt32] { #expect(linked(sequence) == 0) }
    }

    @Test func aRefusedConnection() throws {
        let syn = Packet.tcp(0, 40_000, 443, F.syn)
        let record = try #require(Self.bench([syn, syn.failing(0x030D, at: 5)]).records.first)
        #expect(record.service == .refused && record.tcpState == .synSent && record.icmpErrorTypeCode == 0x030D)
        // A packet too big says nothing of the service, and does not end anything.
        let big = try #require(
            Self.bench([
                syn, .tcp(1, 443, 40_000, F.synAck), .tcp(2, 40_000, 443, F.ack, sequence: 1001, payload: 1000),
                Packet.tcp(3, 40_000, 443, F.ack, sequence: 1001).failing(0x0304, at: 3),
            ]).records.first)
        #expect(big.service == .answered && big.tcpState == .established && big.icmpErrorsForward == 1)
        #expect(big.handshakeRoundTrip == 2)
    }

    /// Counts are the slice's, the first error is the flow's.
    @Test func slices() {
        var packets: [Packet] = []
        for index in 0..<14 {
            let packet = Packet.udp(Nanoseconds(index) * 10 * Packet.second, 50_000, 53, payload: 1)
            packets.append(packet)
            if index < 2 || index > 12 { packets.append(packet.failing(0x0300 + UInt16(index), at: packet.time + 1)) }
        }
        let records = Self.bench(packets).records
        #expect(records.map(\.icmpErrorsForward) == [2, 0, 1])
        #expect(records.allSatisfy { $0.icmpErrorTypeCode == 0x0300 && $0.presence.contains(.icmpError) })
        // A slot that is used again tells nothing of the flow before.
        let bench = TableBench()
        bench.apply(TableBench.numbered([Self.ask, Self.ask.failing(0x0303, at: 2)]))
        bench.sweep(now: 100 * Packet.second)
        bench.apply([Packet.udp(200 * Packet.second, 50_000, 53)])
        bench.flush(now: 200 * Packet.second)
        #expect(bench.records.map { $0.presence.contains(.icmpError) } == [true, false])
        #expect(bench.records.map(\.service) == [.refused, .silent])
    }

    @Test func countsStopAtTheTop() throws {
        let flood = Array(repeating: Self.ask.failing(Self.portUnreachable, at: 2), count: 70_000)
        let bench = Self.bench([Self.ask] + flood)
        let record = try #require(bench.records.first)
        #expect(record.icmpErrorsForward == 65_535 && record.icmpErrorsReverse == 0)
        #expect(bench.table.counters.errorsLinked == 70_000 && bench.table.counters.packets == 1)
    }

    /// A copy of an error, as a mirror port makes it, is dropped, and is no second error.
    @Test func aCopyOfAnErrorIsNoNews() {
        var configuration = FlowTableConfiguration()
        configuration.duplicates.action = .drop
        let table = FlowTable(configuration: configuration)
        let batch = FactsBatch(capacity: 3)
        var partition = Partition(capacity: 3)
        batch.append(Self.ask.facts)
        let identity = PacketIdentity(fingerprint: 5, place: 1, path: 1, kind: .identified)
        for _ in 0..<2 { batch.append(Self.ask.failing(Self.portUnreachable, at: 2).facts, identity: identity) }
        table.partition(batch, into: &partition)
        let output = RecordBuffer()
        for stripe in 0..<FlowTable.stripeCount { table.apply(batch, partition, stripe: stripe, output: output) }
        let counters = table.counters
        #expect(counters.errorsLinked == 1 && counters.errorsDropped == 1 && counters.errorsWithoutFlow == 0)
        #expect(counters.packets == 1 && counters.duplicates == 0 && counters.dropped.packets == 0)
    }

    /// A fragment that was held back begins a flow by its own number, and ends one by that of the packet it is counted at.
    @Test func fragmentsThatWaited() throws {
        var held = Packet.udp(5, 50_000, 53)
        held.time = 100 * Packet.second
        var facts = held.facts
        facts.tcpAcknowledgement = 3
        facts.frameNumber = 8
        facts.flags.insert(.laterFragment)
        facts.flags.insert(.held)
        #expect(facts.ownFrameNumber == 3)
        let batch = FactsBatch(capacity: 2)
        var partition = Partition(capacity: 2)
        let table = FlowTable(configuration: FlowTableConfiguration())
        batch.append(Packet.udp(1, 50_000, 53).facts)
        batch.append(facts)
        table.partition(batch, into: &partition)
        let output = RecordBuffer()
        for stripe in 0..<FlowTable.stripeCount { table.apply(batch, partition, stripe: stripe, output: output) }
        #expect(output.count == 1 && output.records[0].endFrameNumber == 8 && output.records[0].firstFrameNumber == 1)
        var last: [UInt64] = []
        table.flush(now: held.time, at: 9) { last.append($0.records[0].firstFrameNumber) }
        #expect(last == [3])
    }
}
