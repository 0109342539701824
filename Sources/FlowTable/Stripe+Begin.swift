import NetTypes
import PacketDecode

extension Stripe {
    /// Makes a new flow for `facts`, evicting one when the budget is used up, and returns its slot. Nothing is counted
    /// into it yet.
    @inline(never)
    mutating func begin(_ facts: Span<PacketFacts>, _ packet: Int, _ output: RecordBuffer) -> Int {
        let slot = takeSlot(now: facts[packet].timestamp, at: facts[packet].frameNumber, output)
        var entry = HotSlot()
        entry.addressAHigh = facts[packet].addressAHigh
        entry.addressALow = facts[packet].addressALow
        entry.addressBHigh = facts[packet].addressBHigh
        entry.addressBLow = facts[packet].addressBLow
        entry.keyWord = facts[packet].keyWord
        entry.segment = facts[packet].segment
        entry.hash = facts[packet].hash
        entry.state = facts[packet].flags.contains(.ports) ? [.live, .ports] : .live

        if labels.isOn { labels.clear(slot) } else { entry.state.insert(.labelled) }

        var rest = ColdSlot()
        // As `ownFrameNumber` says, which would copy the facts.
        rest.firstFrame =
            facts[packet].flags.contains(.held)
            ? UInt64(facts[packet].tcpSequence) << 32 | UInt64(facts[packet].tcpAcknowledgement)
            : facts[packet].frameNumber
        rest.observationPoint = facts[packet].observationPoint
        if facts[packet].flags.contains(.segment) { rest.marks.insert(.segment) }
        if facts[packet].flags.contains(.macs) {
            let fromA = facts[packet].sender == 0
            rest.macPair = macs.number(
                a: fromA ? facts[packet].sourceMAC : facts[packet].destinationMAC,
                b: fromA ? facts[packet].destinationMAC : facts[packet].sourceMAC)
        }
        if !selectors.isEmpty {
            let domain = Int(facts[packet].domain)
            if domain < selectors.count { rest.selector = selectors[domain] }
        }
        let (initiator, evidence) = initiator(of: facts, packet)
        rest.evidence = evidence
        if initiator == 1 { entry.state.insert(.initiatorB) }
        // A cut TCP header, or a fragment, leaves the flags 0: seen from the middle.
        if facts[packet].protocolIdentifier == 6 { entry.tcpState = Self.initialState(facts[packet].tcpFlags) }

        hot[slot] = entry
        cold[slot] = rest
        index.insert(facts[packet].hash, slot, slotCount: slotsUsed, hot: hot)
        liveFlows &+= 1
        counters.flowsBegun &+= 1
        counters.peakFlows = max(counters.peakFlows, UInt64(liveFlows))
        return slot
    }

    /// A free slot: the last one freed (it is warm), else untouched memory, else an evicted flow's.
    private mutating func takeSlot(now: Nanoseconds, at frame: UInt64, _ output: RecordBuffer) -> Int {
        if firstFree == Self.noSlot {
            if slotsUsed < hot.count {
                slotsUsed &+= 1
                return slotsUsed &- 1
            }
            evict(now: now, at: frame, output)
        }
        let slot = Int(firstFree)
        firstFree = hot[slot].hash
        // The next flow will want the next free slot.
        if firstFree != Self.noSlot { hot.prefetch(Int(firstFree)) }
        return slot
    }

    /// Who began the flow of which `facts` is the first packet seen, and what tells so (design semantics 8).
    @inline(__always)
    private func initiator(
        of facts: Span<PacketFacts>, _ packet: Int
    ) -> (endpoint: Int, evidence: FlowRecord.InitiatorEvidence) {
        let from = facts[packet].sender
        if facts[packet].flags.contains(.tcp), facts[packet].tcpFlags & TCPFlag.syn != 0 {
            return facts[packet].tcpFlags & TCPFlag.ack == 0 ? (from, .syn) : (1 - from, .synAck)
        }
        if facts[packet].flags.contains(.ports) {
            // Only TCP services are ever learned.
            if facts[packet].protocolIdentifier == 6 {
                let knowsA = services.knows(facts, packet, isA: true)
                if knowsA != services.knows(facts, packet, isA: false) { return (knowsA ? 1 : 0, .learnedService) }
            }
            let (roleA, roleB) = (PortRole(facts[packet].portA), PortRole(facts[packet].portB))
            if roleA != roleB { return (roleA.rawValue < roleB.rawValue ? 1 : 0, .portRole) }
        } else if facts[packet].flags.contains(.icmp), facts[packet].portB != 0,
            facts[packet].portB != facts[packet].icmpTypeCode & 0xFF00
        {
            // An answer (its type is not the query's, which is in the key): who was answered asked.
            return (1 - from, .portRole)
        }
        return (from, .firstSeen)
    }

    /// State of a connection whose first packet has these flags.
    private static func initialState(_ flags: UInt8) -> FlowRecord.TCPState {
        // The packet itself is applied right after: it makes SYN-ACK, FIN and RST of what this says.
        flags & TCPFlag.syn != 0 ? .synSent : .midstream
    }
}

/// What a port number suggests about who uses it: services sit low, clients high (RFC 6335 section 6).
private enum PortRole: Int {
    case system
    case user
    /// Linux takes client ports from 32768 on, others from 49152 on.
    case dynamic

    init(_ port: UInt16) {
        self = port < 1024 ? .system : port < 32_768 ? .user : .dynamic
    }
}
