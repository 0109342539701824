import FlowTable
import NetTypes
import PacketDecode
import Synchronization

/// Keeps what flow records tell of the mirrors they come from. Costs a few comparisons for each record, and nothing on the
/// packets' way.
///
/// A TCP flow with packets one way is a one-sided connection when those packets acknowledge something, are two or more, no
/// RST, and either carry data or an end (PSH, FIN) or are three or more without SYN. An unanswered SYN, a scan of any kind
/// and the SYN-ACKs that answer forged SYNs are none.
package final class MirrorObserver: Sendable {
    /// An observation domain, whose ports share their flows.
    private struct Domain {
        let id: UInt32
        let mtu: UInt32
    }

    private let domains: [Domain]
    private let state: Mutex<[FlowEvidence]>

    /// Watches the observation domains with these ids; packets longer than a domain's MTU are noticed, where it is known.
    package init(domains: [(id: UInt32, mtu: UInt32?)]) {
        self.domains = domains.map { Domain(id: $0.id, mtu: $0.mtu ?? .max) }
        state = Mutex(domains.map { _ in FlowEvidence() })
    }

    /// Watches observation domain 1.
    package convenience init(mtu: UInt32? = nil) {
        self.init(domains: [(1, mtu)])
    }

    /// What a domain's records have told since it was last taken; that counts from zero from now on.
    package func take(domain: UInt32 = 1) -> FlowEvidence {
        guard let place = domains.firstIndex(where: { $0.id == domain }) else { return FlowEvidence() }
        return state.withLock { evidence in
            defer { evidence[place] = FlowEvidence() }
            return evidence[place]
        }
    }

    /// Takes records of any order; those of other domains are passed over.
    package func observe(_ records: Span<FlowRecord>) {
        state.withLock { evidence in
            for index in records.indices {
                let id = records[index].observationDomainId
                guard let place = domains.firstIndex(where: { $0.id == id }) else { continue }
                add(records[index], mtu: domains[place].mtu, to: &evidence[place])
            }
        }
    }

    private func add(_ record: borrowing FlowRecord, mtu: UInt32, to sum: inout FlowEvidence) {
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
        guard record.sliceIndex == 0 else { return }
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

    private func isHalf(_ record: borrowing FlowRecord, packets: UInt64) -> Bool {
        let bits = UInt8(truncatingIfNeeded: record.tcpControlBitsForward | record.tcpControlBitsReverse)
        guard packets >= 2, bits & TCPFlag.ack != 0, bits & TCPFlag.rst == 0 else { return false }
        return bits & (TCPFlag.psh | TCPFlag.fin) != 0 || packets >= 3 && bits & TCPFlag.syn == 0
    }
}
