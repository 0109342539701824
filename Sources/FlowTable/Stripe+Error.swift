import PacketDecode

extension Stripe {
    /// Notes the news in `packet` that an ICMP error came about a packet of the flow with its key. Made-up errors are news of flows, too, if they guess the key: of TCP only those count whose sequence number
    /// the flow may have sent (RFC 5927 section 4.1).
    @inline(never)
    mutating func noteError(_ facts: Span<PacketFacts>, _ packet: Int) {
        let slot = index.find(facts, packet, hot)
        // Whoever counts a batch's facts takes it for a packet.
        counters.packets &-= 1
        guard slot >= 0, facts[packet].timestamp &- hot[slot].lastSeen <= idleTimeout(slot),
            mayHaveSent(facts, packet, slot)
        else {
            counters.errorsWithoutFlow &+= 1
            return
        }
        counters.errorsLinked &+= 1
        let from = facts[packet].sender
        if !hasErrors(slot) { errors[slot] = FlowErrors(first: facts[packet].icmpTypeCode) }
        errors[slot].count[from] &+= errors[slot].count[from] == .max ? 0 : 1
        hot[slot].sides[from].marks.insert(.error)
        // What the responder's packets meet says nothing of the service.
        if facts[packet].isRefusal, from == hot[slot].initiator, !hot[slot].sides[1 - from].marks.contains(.seen) {
            cold[slot].marks.insert(.refused)
        }
    }

    /// Whether the quoted packet is not plainly made up; changes nothing, as `fillTunnel`.
    private mutating func mayHaveSent(_ facts: Span<PacketFacts>, _ packet: Int, _ slot: Int) -> Bool {
        let from = facts[packet].sender
        guard facts[packet].flags.contains(.tcp), hot[slot].sides[from].marks.contains(.sequence) else { return true }
        // The largest window there is (RFC 7323 section 2.3) before what is expected next.
        return hot[slot].sides[from].nextSequence &- facts[packet].tcpSequence <= 1 << 30
    }

    /// Whether an error came about the flow in `slot`.
    @inline(__always)
    func hasErrors(_ slot: Int) -> Bool {
        (hot[slot].sides[0].marks.rawValue | hot[slot].sides[1].marks.rawValue) & HotSlot.Marks.error.rawValue != 0
    }

    /// The part of a record that tells of errors; changes nothing, as `fillTunnel`.
    @inline(never)
    mutating func fillErrors(
        _ record: inout FlowRecord, _ slot: Int, forward: Int, _ presence: inout FlowRecord.Presence
    ) {
        record.icmpErrorsForward = errors[slot].count[forward]
        record.icmpErrorsReverse = errors[slot].count[1 - forward]
        record.icmpErrorTypeCode = errors[slot].first
        presence.insert(.icmpError)
    }

    /// Begins to count the errors of the next slice.
    mutating func cutErrors(_ slot: Int) {
        if hasErrors(slot) { errors[slot].count = InlineArray(repeating: 0) }
    }
}

/// What ICMP errors have said of a flow.
struct FlowErrors: BitwiseCopyable {
    /// How many came about packets of each endpoint, in this slice; `.max` for that or more.
    var count = InlineArray<2, UInt16>(repeating: 0)
    /// Type and code of the flow's first one.
    var first: UInt16
    /// Keeps an entry a power of two.
    private var padding: UInt16 = 0

    init(first: UInt16) { self.first = first }
}
