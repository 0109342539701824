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
        let isCutOff = cold[slot].isDeselected
        let reason = isCutOff ? .lackOfResources : reason ?? (closed ? .endOfFlow : .idleTimeout)
        if isCutOff { counters.flowsDeselected &+= 1 }
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
        tunnels.leave(cold[slot].tunnel)
        if labels.isOn { labels.release(slot) }
        hot[slot].markFree()
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
        cutErrors(slot)
        if !selectors.isEmpty { renewSelector(slot) }
    }

    /// Writes a slice's record out.
    private mutating func emit(
        _ slot: Int, reason: FlowRecord.FlowEndReason, isLast: Bool, at frame: UInt64, _ output: RecordBuffer
    ) {
        // In place: a record is nearly 300 octets, and three copies of it cost more than making it.
        fill(&output.next, slot, reason: reason, isLast: isLast, at: frame)
        if labels.isOn {
            labels.fill(&output.next, slot)
            labels.addAttributes(slot, initiator: hot[slot].initiator, to: output)
        }
        output.commit()
        let octets = hot[slot].octets[0] &+ hot[slot].octets[1]
        counters.records &+= 1
        counters.recordPackets &+= UInt64(hot[slot].sides[0].packets) &+ UInt64(hot[slot].sides[1].packets)
        counters.recordNetworkOctets &+= octets
        counters.recordWireOctets &+=
            octets &+ UInt64(hot[slot].sides[0].overhead)
            &+ UInt64(hot[slot].sides[1].overhead)
    }
}
