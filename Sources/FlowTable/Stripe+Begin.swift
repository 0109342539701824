import NetTypes
import PacketDecode

extension Stripe {
    /// Makes a new flow for `facts`, evicting one when the budget is used up, and returns its slot. Nothing is counted
    /// into it yet.
    @inline(never)
    mutating func begin(_ facts: PacketFacts, _ output: RecordBuffer) -> Int {
        let slot = takeSlot(at: facts.frameNumber, output)
        var entry = HotSlot()
        entry.addressAHigh = facts.addressAHigh
        entry.addressALow = facts.addressALow
        entry.addressBHigh = facts.addressBHigh
        entry.addressBLow = facts.addressBLow
        entry.keyWord = facts.keyWord
        entry.segment = facts.segment
        entry.hash = facts.hash
        entry.state = facts.flags.contains(.ports) ? [.live, .ports] : .live

        var rest = ColdSlot()
        rest.firstFrame = facts.frameNumber
        rest.observationPoint = facts.observationPoint
        if facts.flags.contains(.segment) { rest.marks.insert(.segment) }
        if facts.flags.contains(.macs) {
            let fromA = facts.sender == 0
            rest.macPair = macs.number(
                a: fromA ? facts.sourceMAC : facts.destinationMAC, b: fromA ? facts.destinationMAC : facts.sourceMAC)
        }
        let (initiator, evidence) = initiator(of: facts)
        rest.evidence = evidence
        if initiator == 1 { entry.state.insert(.initiatorB) }
        if facts.flags.contains(.tcp) { entry.tcpState = Self.initialState(facts.tcpFlags) }

        hot[slot] = entry
        cold[slot] = rest
        index.insert(facts.hash, slot, slotCount: slotsUsed, hot: hot)
        liveFlows &+= 1
        counters.flowsBegun &+= 1
        counters.peakFlows = max(counters.peakFlows, UInt64(liveFlows))
        return slot
    }

    /// A free slot: the last one freed (it is warm), else untouched memory, else an evicted flow's.
    private mutating func takeSlot(at frame: UInt64, _ output: RecordBuffer) -> Int {
        if firstFree == Self.noSlot {
            if slotsUsed < hot.count {
                slotsUsed &+= 1
                return slotsUsed &- 1
            }
            evict(at: frame, output)
        }
        let slot = Int(firstFree)
        firstFree = hot[slot].hash
        return slot
    }

    /// Who began the flow of which `facts` is the first packet seen, and what tells so (design semantics 8).
    private func initiator(of facts: PacketFacts) -> (endpoint: Int, evidence: FlowRecord.InitiatorEvidence) {
        let from = facts.sender
        if facts.flags.contains(.tcp), facts.tcpFlags & TCPFlag.syn != 0 {
            return facts.tcpFlags & TCPFlag.ack == 0 ? (from, .syn) : (1 - from, .synAck)
        }
        if facts.flags.contains(.ports) {
            let (knowsA, knowsB) = (services.knows(facts, isA: true), services.knows(facts, isA: false))
            if knowsA != knowsB { return (knowsA ? 1 : 0, .learnedService) }
            let (roleA, roleB) = (PortRole(facts.portA), PortRole(facts.portB))
            if roleA != roleB { return (roleA.rawValue < roleB.rawValue ? 1 : 0, .portRole) }
        } else if facts.flags.contains(.icmp), facts.portB != 0, facts.portB != facts.icmpTypeCode & 0xFF00 {
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
