import Labels
import PacketDecode

extension Stripe {
    /// Looks at the payload, and at the transport header, of a packet that has been counted into the flow in `slot`, which
    /// has no label yet.
    ///
    /// Out of the way of packets whose flows are decided: those are told by one bit of the slot.
    @inline(never)
    mutating func label(
        _ facts: Span<PacketFacts>, _ tunnels: Span<TunnelFacts>, _ packet: Int, _ slot: Int, _ packets: PacketBatch
    ) {
        // One that was held back is counted at its first fragment, whose payload is another one.
        if facts[packet].flags.contains(.laterFragment) { return }
        let depth = facts[packet].flags.contains(.tunnel) ? tunnels[packet].depth : 0
        guard let index = packets.index(ofFrame: facts[packet].frameNumber) else { return }
        if labels.transport.isOn, readsHeader(facts, packet, slot),
            let header = labels.decoder.transportHeader(of: packets, index, depth: depth)
        {
            labels.note(slot, Int(facts[packet].sender), header)
        }
        guard facts[packet].payloadOctets != 0,
            let range = labels.decoder.payload(of: packets, index, depth: depth)
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

    /// Whether the packet's transport header is one of those that are read: the first SYN each way, and with SCTP, whose
    /// packets have payload from the first on, the first few.
    private func readsHeader(_ facts: Span<PacketFacts>, _ packet: Int, _ slot: Int) -> Bool {
        let sender = Int(facts[packet].sender)
        switch facts[packet].protocolIdentifier {
        case 6: return facts[packet].tcpFlags & TCPFlag.syn != 0 && !labels.transport.knows(slot, sender)
        case 132: return hot[slot].sides[sender].packets <= TransportMarks.packetLimit
        default: return false
        }
    }
}
