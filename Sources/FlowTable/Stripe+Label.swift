import Labels
import PacketDecode

extension Stripe {
    /// Looks at the payload of a packet that has been counted into the flow in `slot`, which has no label yet.
    ///
    /// Out of the way of packets whose flows are decided: those are told by one bit of the slot.
    @inline(never)
    mutating func label(
        _ facts: Span<PacketFacts>, _ tunnels: Span<TunnelFacts>, _ packet: Int, _ slot: Int, _ packets: PacketBatch
    ) {
        // One that was held back is counted at its first fragment, whose payload is another one.
        if facts[packet].flags.contains(.laterFragment) { return }
        let depth = facts[packet].flags.contains(.tunnel) ? tunnels[packet].depth : 0
        guard let index = packets.index(ofFrame: facts[packet].frameNumber),
            let range = PacketDecoder.payload(of: packets, index, depth: depth)
        else { return }
        if !labels.hasInspector(slot) {
            guard hot[slot].state.contains(.ports),
                let transport = LabelTransport(protocolIdentifier: hot[slot].protocolIdentifier)
            else {
                hot[slot].state.insert(.labelled)
                return
            }
            let word = hot[slot].keyWord >> (hot[slot].initiator == 0 ? 0 : 16)
            let other = hot[slot].keyWord >> (hot[slot].initiator == 0 ? 16 : 0)
            let given = labels.begin(
                slot, transport, initiatorPort: UInt16(truncatingIfNeeded: word),
                responderPort: UInt16(truncatingIfNeeded: other))
            if given >= 0 {
                hot[given].state.insert(.labelled)
                counters.labelsCutShort &+= 1
            }
        }
        let origin = LabelPacket(
            isFromInitiator: facts[packet].sender == hot[slot].initiator, sequence: facts[packet].tcpSequence,
            time: facts[packet].timestamp)
        if labels.inspect(slot, packets.octets(index).extracting(range), origin) { hot[slot].state.insert(.labelled) }
    }
}
