import NetTypes
import PacketDecode

extension Stripe {
    /// How many packets ahead of the one being counted slots are asked for.
    private static let slotDistance = 32

    /// Counts the packets at `order` (positions in `facts`, ascending) into their flows. Records of slices that end go
    /// to `output`. `hasNotices` says that news of ICMP errors may be among them. `packets` are those that the facts are of, for labels. The index lines have been asked for when the packets
    /// were sorted by stripe.
    mutating func apply(
        _ facts: Span<PacketFacts>, _ tunnels: Span<TunnelFacts>, order: Span<UInt16>, packets: PacketBatch?,
        hasNotices: Bool, output: RecordBuffer
    ) {
        let count = order.count
        for position in 0..<min(count, Self.slotDistance) { prefetchSlot(facts[Int(order[position])].hash) }
        for position in 0..<count {
            if position &+ Self.slotDistance < count {
                prefetchSlot(facts[Int(order[position &+ Self.slotDistance])].hash)
            }
            // Few batches have any: the others pay for a test of a register.
            if hasNotices, facts[Int(order[position])].flags.contains(.notice) {
                noteError(facts, Int(order[position]))
                continue
            }
            apply(facts, tunnels, Int(order[position]), packets, output)
        }
        counters.packets &+= UInt64(count)
    }

    @inline(__always)
    private func prefetchSlot(_ hash: UInt32) {
        let slot = index.guess(hash)
        if slot >= 0 {
            hot.prefetch(slot)
            hot.prefetch(slot, offset: 64)
        }
    }

    /// Counts one packet into its flow, beginning, cutting or ending flows as its time says.
    @inline(__always)
    private mutating func apply(
        _ facts: Span<PacketFacts>, _ tunnels: Span<TunnelFacts>, _ packet: Int, _ packets: PacketBatch?,
        _ output: RecordBuffer
    ) {
        var slot = index.find(facts, packet, hot)
        if slot < 0 {
            slot = begin(facts, packet, output)
        } else {
            let time = facts[packet].timestamp
            // A negative gap (packets out of order) is never beyond a timeout.
            if time &- hot[slot].lastSeen > idleTimeout(slot) || reopens(facts, packet, slot) {
                end(slot, at: facts[packet].frameNumber, output)
                slot = begin(facts, packet, output)
            } else if time &- hot[slot].sliceStart >= configuration.activeTimeout, !hot[slot].sliceIsEmpty {
                cut(slot, reason: .activeTimeout, at: facts[packet].frameNumber, output)
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
}
