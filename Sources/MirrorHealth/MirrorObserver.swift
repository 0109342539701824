import Exporter
import FlowTable
import NetTypes
import PacketDecode
import Synchronization

/// A destination of flow records that keeps what they tell of the mirror. Costs a few comparisons for each record, and
/// nothing on the packets' way.
///
/// A TCP flow with packets one way is a one-sided connection when those packets acknowledge something, are two or more, no
/// RST, and either carry data or an end (PSH, FIN) or are three or more without SYN. An unanswered SYN, a scan of any kind
/// and the SYN-ACKs that answer forged SYNs are none.
package final class MirrorObserver: RecordSink, Sendable {
    private let state = Mutex(FlowEvidence())
    private let mtu: UInt32

    /// Watches for packets longer than `mtu`; nil when that is not known.
    package init(mtu: UInt32? = nil) {
        self.mtu = mtu ?? .max
    }

    /// What records have told since the start, or since it was last taken.
    package var evidence: FlowEvidence { state.withLock { $0 } }

    /// The evidence so far; what comes from now on counts from zero.
    package func take() -> FlowEvidence {
        state.withLock { evidence in
            defer { evidence = FlowEvidence() }
            return evidence
        }
    }

    /// Takes records of any order.
    package func consume(_ records: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError) {
        var sum = evidenceOf(records)
        state.withLock { evidence in
            sum.add(evidence)
            evidence = sum
        }
    }

    /// Nothing is left to do.
    package func finish(packetClock: Nanoseconds) throws(ExportError) {}

    private func evidenceOf(_ records: Span<FlowRecord>) -> FlowEvidence {
        var sum = FlowEvidence()
        for index in records.indices {
            let record = records[index]
            let packets = record.packetsForward + record.packetsReverse
            if record.ipVersion == 6 { sum.ipv6Packets += packets } else { sum.ipv4Packets += packets }
            let longest = max(record.maximumLengthForward, record.maximumLengthReverse)
            sum.longestPacket = max(sum.longestPacket, longest)
            if UInt32(longest) > mtu { sum.beyondMTU += 1 }
            let isTCP = record.tcpState != .none
            if isTCP {
                sum.tcpOctets += record.octetsForward + record.octetsReverse
                sum.retransmittedOctets += record.retransmittedOctetsForward + record.retransmittedOctetsReverse
            }
            guard record.sliceIndex == 0 else { continue }
            sum.flows += 1
            if record.service == .answered { sum.answeredFlows += 1 }
            if record.packetsForward > 0, record.packetsReverse > 0 {
                sum.bothWays += 1
                if isTCP { sum.tcpBothWays += 1 }
                let (forward, reverse) = (
                    record.presence.contains(.vlanForward) ? record.vlanForward : 0,
                    record.presence.contains(.vlanReverse) ? record.vlanReverse : 0
                )
                if forward != reverse { sum.vlanDiffers += 1 }
            } else if isTCP, isHalf(record, packets: packets) {
                sum.tcpOneWay += 1
            }
        }
        return sum
    }

    private func isHalf(_ record: FlowRecord, packets: UInt64) -> Bool {
        let bits = UInt8(truncatingIfNeeded: record.tcpControlBitsForward | record.tcpControlBitsReverse)
        guard packets >= 2, bits & TCPFlag.ack != 0, bits & TCPFlag.rst == 0 else { return false }
        return bits & (TCPFlag.psh | TCPFlag.fin) != 0 || packets >= 3 && bits & TCPFlag.syn == 0
    }
}

extension FlowEvidence {
    /// Adds what other records told.
    package mutating func add(_ other: FlowEvidence) {
        flows += other.flows
        answeredFlows += other.answeredFlows
        tcpBothWays += other.tcpBothWays
        tcpOneWay += other.tcpOneWay
        bothWays += other.bothWays
        vlanDiffers += other.vlanDiffers
        beyondMTU += other.beyondMTU
        longestPacket = max(longestPacket, other.longestPacket)
        ipv4Packets += other.ipv4Packets
        ipv6Packets += other.ipv6Packets
        tcpOctets += other.tcpOctets
        retransmittedOctets += other.retransmittedOctets
    }
}
