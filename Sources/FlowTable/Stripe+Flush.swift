import NetTypes

extension Stripe {
    /// The live flows in the order of their first packets. The index is given back first, so that this takes no memory
    /// that the budget does not have.
    mutating func flushOrder() -> SlotOrder {
        index.removeAll()
        var base = UInt64.max
        for slot in 0..<slotsUsed where hot[slot].state.contains(.live) { base = min(base, cold[slot].firstFrame) }
        var order = SlotOrder()
        order.reset(base: base, capacity: liveFlows)
        for slot in 0..<slotsUsed where hot[slot].state.contains(.live) {
            order.append(firstFrame: cold[slot].firstFrame, slot: slot)
        }
        order.sort(keepScratch: false)
        return order
    }

    /// Reports the flows of `order` at `positions` at the end of input, each of which ends idle, cut or forced by what
    /// `now` says. The slots stay: the table is not used again.
    mutating func flush(
        _ order: SlotOrder, _ positions: Range<Int>, now: Nanoseconds, at frame: UInt64, output: RecordBuffer
    ) {
        for position in positions {
            if position &+ Self.prefetchDistance < order.count {
                let ahead = order[position &+ Self.prefetchDistance]
                hot.prefetch(ahead)
                hot.prefetch(ahead, offset: 64)
                cold.prefetch(ahead)
            }
            let slot = order[position]
            if isOver(slot, now) {
                report(slot, reason: nil, at: frame, output)
            } else {
                if isDueForCut(slot, now), !cold[slot].isDeselected {
                    cut(slot, reason: .activeTimeout, at: frame, output)
                }
                report(slot, reason: .forcedEnd, at: frame, output)
            }
        }
    }
}
