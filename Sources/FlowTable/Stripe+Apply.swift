import NetTypes
import PacketDecode

extension Stripe {
    /// How many packets ahead of the one being counted slots are asked for; a power of two.
    private static let slotDistance = 32

    /// Counts the packets at `order` (positions in `facts`, ascending) into their flows. Records of slices that end go
    /// to `output`. `hasNotices` says that news of ICMP errors may be among them. `packets` are those that the facts are of,
    /// for labels. The index lines have been asked for when the packets were sorted by stripe.
    mutating func apply(
        _ facts: Span<PacketFacts>, _ tunnels: Span<TunnelFacts>, order: Span<UInt16>, packets: PacketBatch?,
        hasNotices: Bool, output: RecordBuffer
    ) {
        let count = order.count
        // Where the index led when a slot was asked for, kept until its packet's turn: mostly the flow is there.
        var guesses = InlineArray<32, Int>(repeating: -1)
        for position in 0..<min(count, Self.slotDistance) {
            guesses[position] = prefetchSlot(facts[Int(order[position])].hash)
        }
        for position in 0..<count {
            let packet = Int(order[position])
            let guess = guesses[position & (Self.slotDistance &- 1)]
            if position &+ Self.slotDistance < count {
                guesses[position & (Self.slotDistance &- 1)] =
                    prefetchSlot(facts[Int(order[position &+ Self.slotDistance])].hash)
            }
            // Few batches have any: the others pay for a test of a register.
            if hasNotices, facts[packet].flags.contains(.notice) {
                noteError(facts, packet)
                continue
            }
            apply(facts, tunnels, packet, guess, packets, output)
        }
        counters.packets &+= UInt64(count)
    }

    /// Asks for the slot that the index suggests for `hash`, and returns it; -1 for none.
    @inline(__always)
    private func prefetchSlot(_ hash: UInt32) -> Int {
        let slot = index.guess(hash)
        if slot >= 0 {
            hot.prefetch(slot)
            hot.prefetch(slot, offset: 64)
        }
        return slot
    }

    /// Counts one packet into its flow, which may be in the slot `guess`, beginning, cutting or ending flows as its time
    /// says.
    @inline(__always)
    private mutating func apply(
        _ facts: Span<PacketFacts>, _ tunnels: Span<TunnelFacts>, _ packet: Int, _ guess: Int,
        _ packets: PacketBatch?, _ output: RecordBuffer
    ) {
        var slot = guess
        // A slot that has been freed since matches no key, and one used again only that of its flow. -1 is beyond all.
        if UInt(bitPattern: slot) >= UInt(bitPattern: hot.count) || !FlowKey(facts, packet).matches(hot, slot) {
            slot = find(facts, packet)
        }
        if slot < 0 {
            slot = begin(facts, packet, output)
        } else {
            let time = facts[packet].timestamp
            let gap = time &- hot[slot].lastSeen
            // A negative gap (packets out of order) is never beyond a timeout.
            if gap > shortestTimeout && gap > idleTimeout(slot) || reopens(facts, packet, slot) {
                end(slot, at: facts[packet].frameNumber, output)
                slot = begin(facts, packet, output)
            } else if time &- hot[slot].sliceStart >= configuration.activeTimeout, !hot[slot].sliceIsEmpty {
                // A slice that was left out for a while lacks packets, and says so.
                cut(
                    slot, reason: cold[slot].isDeselected ? .lackOfResources : .activeTimeout,
                    at: facts[packet].frameNumber, output)
            }
        }
        if !Self.update(&hot[slot], &cold[slot], &services, facts, packet) {
            // A 32-bit counter would overflow: what there is leaves as a slice of its own.
            cut(slot, reason: .lackOfResources, at: facts[packet].frameNumber, output)
            _ = Self.update(&hot[slot], &cold[slot], &services, facts, packet)
        }
        if facts[packet].flags.contains(.tunnel), !hot[slot].sides[facts[packet].sender].marks.contains(.tunnel) {
            noteTunnel(slot, facts[packet], tunnels[packet])
        }
        // A SYN has options that are read once; what else is empty is passed over.
        if !hot[slot].state.contains(.labelled),
            facts[packet].payloadOctets != 0 || facts[packet].tcpFlags & TCPFlag.syn != 0, let packets
        {
            label(facts, tunnels, packet, slot, packets)
        }
    }

    /// The slot of the packet's flow by the index, -1 for none.
    @inline(never)
    private mutating func find(_ facts: Span<PacketFacts>, _ packet: Int) -> Int { index.find(facts, packet, hot) }
}
