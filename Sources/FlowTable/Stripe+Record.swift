import NetTypes

extension Stripe {
    /// Set in the flowId of a tunnel's own flow whose packets are counted in other flows too: no count of packets gets there.
    private static let tunnelCopyBit: UInt64 = 1 << 62

    /// Makes `record` that of the slice in `slot`, oriented initiator to responder.
    @inline(__always)
    mutating func fill(
        _ record: inout FlowRecord, _ slot: Int, reason: FlowRecord.FlowEndReason, isLast: Bool, at frame: UInt64
    ) {
        let forward = hot[slot].initiator
        let reverse = 1 - forward
        record = FlowRecord()
        record.flowId = cold[slot].firstFrame &+ configuration.flowIdBase
        // The flows inside and outside of a tunnel may begin with the same packet.
        if cold[slot].isTunnelCopy { record.flowId |= Self.tunnelCopyBit }
        record.firstFrameNumber = cold[slot].firstFrame
        record.sliceIndex = cold[slot].sliceIndex
        record.selectorId = cold[slot].selector.id
        let keyWord = hot[slot].keyWord
        record.observationDomainId = UInt32(truncatingIfNeeded: keyWord >> 41) + 1
        record.observationPointId = UInt32(cold[slot].observationPoint) + 1
        record.ipVersion = keyWord >> 40 & 1 == 0 ? 4 : 6
        record.protocolIdentifier = hot[slot].protocolIdentifier
        record.segment = hot[slot].segment
        let (portA, portB) = (UInt16(truncatingIfNeeded: keyWord), UInt16(truncatingIfNeeded: keyWord >> 16))
        let hasPorts = hot[slot].state.contains(.ports)
        if forward == 0 {
            record.sourceHigh = hot[slot].addressAHigh
            record.sourceLow = hot[slot].addressALow
            record.destinationHigh = hot[slot].addressBHigh
            record.destinationLow = hot[slot].addressBLow
        } else {
            record.sourceHigh = hot[slot].addressBHigh
            record.sourceLow = hot[slot].addressBLow
            record.destinationHigh = hot[slot].addressAHigh
            record.destinationLow = hot[slot].addressALow
        }
        var presence: FlowRecord.Presence = []
        if hasPorts {
            presence.insert(.ports)
            record.sourcePort = forward == 0 ? portA : portB
            record.destinationPort = forward == 0 ? portB : portA
        }
        record.octetsForward = hot[slot].octets[forward]
        record.octetsReverse = hot[slot].octets[reverse]
        let (sideF, sideR) = (hot[slot].sides[forward], hot[slot].sides[reverse])
        record.layer2OctetsForward = record.octetsForward &+ UInt64(sideF.overhead)
        record.layer2OctetsReverse = record.octetsReverse &+ UInt64(sideR.overhead)
        record.packetsForward = UInt64(sideF.packets)
        record.packetsReverse = UInt64(sideR.packets)
        let sliceFrom = hot[slot].state.contains(.sliceFromB) ? 1 : 0
        if sideF.packets != 0 {
            record.firstForward = sliceFrom == forward ? hot[slot].sliceStart : cold[slot].firstOther
            record.lastForward = hot[slot].last[forward]
            record.minimumLengthForward = sideF.minimumLength
            record.maximumLengthForward = sideF.maximumLength
            record.minimumTTLForward = sideF.minimumTTL
            record.maximumTTLForward = sideF.maximumTTL
            record.tcpControlBitsForward = UInt16(sideF.tcpFlags)
        }
        if sideR.packets != 0 {
            record.firstReverse = sliceFrom == reverse ? hot[slot].sliceStart : cold[slot].firstOther
            record.lastReverse = hot[slot].last[reverse]
            record.minimumLengthReverse = sideR.minimumLength
            record.maximumLengthReverse = sideR.maximumLength
            record.minimumTTLReverse = sideR.minimumTTL
            record.maximumTTLReverse = sideR.maximumTTL
            record.tcpControlBitsReverse = UInt16(sideR.tcpFlags)
        }
        fillEvidence(&record, slot, forward: forward, &presence)
        if cold[slot].tunnel != TunnelTable.none { fillTunnel(&record, slot, forward: forward, &presence) }
        if hasErrors(slot) { fillErrors(&record, slot, forward: forward, &presence) }
        if isLast { presence.insert(.lastSlice) }
        record.presence = presence
        record.endReason = reason
        record.endFrameNumber = frame
    }

    /// The part of a record that comes from the cold slot.
    @inline(__always)
    private func fillEvidence(
        _ record: inout FlowRecord, _ slot: Int, forward: Int, _ presence: inout FlowRecord.Presence
    ) {
        let reverse = 1 - forward
        let marks = cold[slot].marks
        record.retransmittedOctetsForward = UInt64(cold[slot].retransmitted[forward])
        record.retransmittedOctetsReverse = UInt64(cold[slot].retransmitted[reverse])
        record.classOfServiceForward = cold[slot].classOfService[forward]
        record.classOfServiceReverse = cold[slot].classOfService[reverse]
        record.tcpState = hot[slot].tcpState
        record.initiator = cold[slot].evidence
        let answered = marks.contains(.synAck) || hot[slot].sides[reverse].marks.contains(.payload)
        record.service = answered ? .answered : marks.contains(.refused) ? .refused : .silent
        if marks.contains(.handshake) {
            record.handshakeRoundTrip = Nanoseconds(cold[slot].handshake)
            presence.insert(.handshakeRoundTrip)
        }
        if marks.contains(.segment) { presence.insert(.segment) }
        if marks.contains(ColdSlot.Marks.vlan(forward)) {
            record.vlanForward = cold[slot].vlan[forward]
            presence.insert(.vlanForward)
        }
        if marks.contains(ColdSlot.Marks.vlan(reverse)) {
            record.vlanReverse = cold[slot].vlan[reverse]
            presence.insert(.vlanReverse)
        }
        if marks.contains(ColdSlot.Marks.icmp(forward)) {
            record.icmpTypeCodeForward = cold[slot].icmp[forward]
            presence.insert(.icmpForward)
        }
        if marks.contains(ColdSlot.Marks.icmp(reverse)) {
            record.icmpTypeCodeReverse = cold[slot].icmp[reverse]
            presence.insert(.icmpReverse)
        }
        if let pair = macs.pair(cold[slot].macPair) {
            record.sourceMAC = forward == 0 ? pair.a : pair.b
            record.destinationMAC = forward == 0 ? pair.b : pair.a
            presence.insert(.macs)
        }
    }
}
