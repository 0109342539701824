import FlowTable
import MirrorHealth
import NetTypes
import PacketDecode
import Testing

@Suite struct ObserverTests {
    private static let (fin, syn, rst, psh, ack) = (UInt16(1), UInt16(2), UInt16(4), UInt16(8), UInt16(16))

    private func record(forward: UInt64, reverse: UInt64, bits: UInt16 = 0, tcp: Bool = true) -> FlowRecord {
        var record = FlowRecord()
        record.packetsForward = forward
        record.packetsReverse = reverse
        record.octetsForward = forward * 100
        record.octetsReverse = reverse * 100
        record.protocolIdentifier = tcp ? 6 : 17
        record.tcpState = tcp ? .midstream : .none
        if forward > 0 { record.tcpControlBitsForward = bits } else { record.tcpControlBitsReverse = bits }
        return record
    }

    private func evidence(_ records: [FlowRecord], mtu: UInt32? = 1500) -> FlowEvidence {
        let buffer = RecordBuffer()
        for record in records { buffer.append(record) }
        let observer = MirrorObserver(mtu: mtu)
        observer.observe(buffer.records)
        observer.observe(RecordBuffer().records)
        return observer.take()
    }

    @Test func halvesOfConnections() throws {
        typealias Case = (packets: UInt64, bits: UInt16, isHalf: Bool, what: String)
        let cases: [Case] = [
            (5, Self.syn, false, "unanswered SYNs"),
            (1, Self.ack, false, "an ACK scan"),
            (2, Self.ack, false, "two bare ACKs"),
            (1, Self.fin | Self.ack, false, "a Maimon scan"),
            (5, Self.syn | Self.ack, false, "SYN-ACKs to forged SYNs"),
            (9, Self.fin | Self.psh, false, "a Xmas scan"),
            (9, Self.rst | Self.ack | Self.psh, false, "a refusal"),
            (2, Self.ack | Self.psh, true, "data"),
            (2, Self.ack | Self.fin, true, "an end"),
            (4, Self.syn | Self.ack | Self.psh | Self.fin, true, "a client's whole half"),
            (3, Self.ack, true, "a download's acknowledgements"),
        ]
        for one in cases {
            for forward in [true, false] {
                let (there, back) = forward ? (one.packets, 0) : (0, one.packets)
                let record = record(forward: there, reverse: back, bits: one.bits)
                let evidence = evidence([record])
                #expect(evidence.tcpOneWay == (one.isHalf ? 1 : 0), "\(one.what)")
                #expect(evidence.tcpBothWays == 0 && evidence.flows == 1)
            }
        }
        #expect(evidence([record(forward: 9, reverse: 0, bits: 24, tcp: false)]).tcpOneWay == 0)
        let whole = evidence([record(forward: 1, reverse: 1), record(forward: 1, reverse: 1, tcp: false)])
        #expect(whole.tcpBothWays == 1 && whole.bothWays == 2 && whole.tcpOneWay == 0)
    }

    @Test func virtualLANs() throws {
        func differs(_ forward: UInt16?, _ reverse: UInt16?) throws -> UInt64 {
            var record = record(forward: 1, reverse: 1)
            if let forward {
                record.vlanForward = forward
                record.presence.insert(.vlanForward)
            }
            if let reverse {
                record.vlanReverse = reverse
                record.presence.insert(.vlanReverse)
            }
            return evidence([record]).vlanDiffers
        }
        #expect(try differs(nil, nil) == 0)
        #expect(try differs(5, 5) == 0)
        #expect(try differs(5, 6) == 1)
        #expect(try differs(5, nil) == 1)
        #expect(try differs(nil, 5) == 1)
    }

    @Test func onlyFirstSlicesAreFlows() throws {
        var later = record(forward: 3, reverse: 0, bits: Self.ack)
        later.sliceIndex = 1
        later.ipVersion = 6
        let evidence = evidence([record(forward: 1, reverse: 1), later])
        #expect(evidence.flows == 1 && evidence.tcpOneWay == 0 && evidence.tcpBothWays == 1)
        #expect(evidence.ipv4Packets == 2 && evidence.ipv6Packets == 3 && evidence.tcpOctets == 500)
    }

    @Test(arguments: [(1499, false), (1500, false), (1501, true), (65535, true)] as [(UInt16, Bool)])
    func longPackets(_ length: UInt16, _ isBeyond: Bool) throws {
        var record = record(forward: 1, reverse: 1)
        record.maximumLengthReverse = length
        #expect(evidence([record]).beyondMTU == (isBeyond ? 1 : 0))
        #expect(evidence([record]).longestPacket == length)
        #expect(evidence([record], mtu: nil).beyondMTU == 0)
    }

    @Test func takingStartsAnew() throws {
        let buffer = RecordBuffer()
        buffer.append(record(forward: 1, reverse: 1))
        let observer = MirrorObserver()
        observer.observe(buffer.records)
        observer.observe(buffer.records)
        #expect(observer.take().flows == 2)
        #expect(observer.take() == FlowEvidence())
    }

    @Test func domainsAreKeptApart() {
        let buffer = RecordBuffer()
        for domain in [3, 3, 7, 9] as [UInt32] {
            var record = record(forward: 1, reverse: 1)
            record.observationDomainId = domain
            record.maximumLengthForward = 2000
            buffer.append(record)
        }
        let observer = MirrorObserver(domains: [(3, 1500), (7, 9000)])
        observer.observe(buffer.records)
        #expect(observer.take(domain: 9) == FlowEvidence())
        let (three, seven) = (observer.take(domain: 3), observer.take(domain: 7))
        #expect(three.flows == 2 && three.beyondMTU == 2 && seven.flows == 1 && seven.beyondMTU == 0)
    }
}
