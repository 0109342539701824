import PacketDecode

extension Stripe {
    /// Looks which of the packets at `order` (positions in `facts`, ascending) are copies of earlier ones, and puts those that
    /// are to be counted into `kept`, in order. Allocates nothing.
    @inline(never)
    mutating func sift(
        _ facts: Span<PacketFacts>, _ identities: Span<PacketIdentity>, order: Span<UInt16>
    ) {
        let drops = configuration.duplicates.action == .drop
        kept.removeAll()
        for position in 0..<order.count {
            let packet = Int(order[position])
            if isToBeCounted(facts, identities, packet, drops) { kept.append(order[position]) }
        }
    }

    @inline(__always)
    private mutating func isToBeCounted(
        _ facts: Span<PacketFacts>, _ identities: Span<PacketIdentity>, _ packet: Int, _ drops: Bool
    ) -> Bool {
        guard identities[packet].kind != .none else { return true }
        let isTunnelCopy = facts[packet].flags.contains(.tunnelCopy)
        if facts[packet].flags.contains(.notice) {
            // No packet: what became of the error itself is counted where that is.
            guard duplicates.judge(identities[packet], at: facts[packet].timestamp) == .copy, drops else { return true }
            counters.errorsDropped &+= 1
            return false
        }
        switch duplicates.judge(identities[packet], at: facts[packet].timestamp) {
        case .new: return true
        case .uncertain:
            if !isTunnelCopy { counters.uncertainDuplicates &+= 1 }
            return true
        case .copy:
            if !isTunnelCopy { counters.duplicates &+= 1 }
            guard drops else { return true }
            if isTunnelCopy {
                counters.droppedTunnelCopies.add(facts[packet])
            } else {
                counters.dropped.add(facts[packet])
            }
            return false
        }
    }
}

/// Positions of packets in a batch, ascending: those of a stripe's packets that are to be counted.
// SAFETY: (@unchecked) used under the lock of the stripe that has it.
final class PacketOrder: @unchecked Sendable {
    private var positions: MappedArray<UInt16>
    /// How many there are.
    private(set) var count = 0

    /// Room for `capacity` positions, of which only what is used takes memory.
    init(capacity: Int) { positions = MappedArray(count: capacity) }

    /// Forgets the positions.
    func removeAll() { count = 0 }

    /// Adds a position; there must be room.
    func append(_ position: UInt16) {
        positions[count] = position
        count &+= 1
    }

    /// The positions.
    var span: Span<UInt16> {
        @_lifetime(borrow self)
        get {
            let span = positions.span(0..<count)
            // SAFETY: the array is this object's own, and stays where it is as long as the object does.
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }
}
