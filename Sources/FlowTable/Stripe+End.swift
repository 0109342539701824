import NetTypes

extension Stripe {
    /// Ends the flow in `slot`, whose time is up or whose place is needed, and frees the slot.
    ///
    /// `frame` is the packet that shows it. Whatever the moment it is called at, the records are the same: a slice whose
    /// active timeout fell before the flow's end leaves as a cut, and then nothing is left to report.
    @inline(never)
    mutating func end(
        _ slot: Int, reason: FlowRecord.FlowEndReason? = nil, at frame: UInt64, _ output: RecordBuffer
    ) {
        report(slot, reason: reason, at: frame, output)
        index.remove(hot[slot].hash, slot)
        free(slot)
    }

    /// The records of a flow's end, without freeing anything.
    mutating func report(
        _ slot: Int, reason: FlowRecord.FlowEndReason?, at frame: UInt64, _ output: RecordBuffer
    ) {
        let closed = hot[slot].isClosed
        let reason = reason ?? (closed ? .endOfFlow : .idleTimeout)
        if !closed, reason == .idleTimeout, !hot[slot].sliceIsEmpty,
            hot[slot].sliceStart &+ configuration.activeTimeout <= hot[slot].lastSeen &+ idleTimeout(slot)
        {
            cut(slot, reason: .activeTimeout, at: frame, output)
        }
        counters.flowsEnded[Int(reason.rawValue)] &+= 1
        if hot[slot].sliceIsEmpty {
            counters.endsWithoutRecord &+= 1
        } else {
            emit(slot, reason: reason, isLast: true, at: frame, output)
        }
    }

    /// Puts `slot` on the list of free slots. Its index entry is gone already.
    private mutating func free(_ slot: Int) {
        hot[slot].state = []
        hot[slot].hash = firstFree
        firstFree = UInt32(truncatingIfNeeded: slot)
        liveFlows &-= 1
    }

    /// Ends the slice but not the flow: deltas become zero; identity, initiator, evidence and TCP state stay.
    @inline(never)
    mutating func cut(_ slot: Int, reason: FlowRecord.FlowEndReason, at frame: UInt64, _ output: RecordBuffer) {
        emit(slot, reason: reason, isLast: false, at: frame, output)
        counters.slicesCut[Int(reason.rawValue)] &+= 1
        hot[slot].octets = InlineArray(repeating: 0)
        for endpoint in 0..<2 {
            hot[slot].sides[endpoint].packets = 0
            hot[slot].sides[endpoint].overhead = 0
            hot[slot].sides[endpoint].tcpFlags = 0
        }
        cold[slot].firstOther = 0
        cold[slot].retransmitted = InlineArray(repeating: 0)
        cold[slot].sliceIndex &+= 1
    }

    /// The record of the slice in `slot`, oriented initiator to responder.
    func record(
        _ slot: Int, reason: FlowRecord.FlowEndReason, isLast: Bool, at frame: UInt64
    ) -> FlowRecord {
        let forward = hot[slot].initiator
        let reverse = 1 - forward
        var record = FlowRecord()
        record.flowId = cold[slot].firstFrame
        record.firstFrameNumber = cold[slot].firstFrame
        record.sliceIndex = cold[slot].sliceIndex
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
        if isLast { presence.insert(.lastSlice) }
        record.presence = presence
        record.endReason = reason
        record.endFrameNumber = frame
        return record
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

    /// Writes a slice's record out.
    private mutating func emit(
        _ slot: Int, reason: FlowRecord.FlowEndReason, isLast: Bool, at frame: UInt64, _ output: RecordBuffer
    ) {
        let record = record(slot, reason: reason, isLast: isLast, at: frame)
        counters.records &+= 1
        counters.recordPackets &+= record.packetsForward &+ record.packetsReverse
        counters.recordNetworkOctets &+= record.octetsForward &+ record.octetsReverse
        counters.recordWireOctets &+= record.layer2OctetsForward &+ record.layer2OctetsReverse
        output.append(record)
    }
}
