import NetTypes

extension Stripe {
    /// The live flows in the order of their first packets: `(firstFrame - base) << 24 | slot`. The index is given back
    /// first, so that this takes no memory the budget does not have.
    mutating func flushOrder() -> FlushOrder {
        index.removeAll()
        var base = UInt64.max
        for slot in 0..<slotsUsed where hot[slot].state.contains(.live) { base = min(base, cold[slot].firstFrame) }
        var keys: [UInt64] = []
        keys.reserveCapacity(liveFlows)
        var sorted = true
        for slot in 0..<slotsUsed where hot[slot].state.contains(.live) {
            // Frames 2^40 apart are live's affair; there the order of a last flush is not promised.
            let frame = min(cold[slot].firstFrame &- base, (1 << 40) - 1)
            let key = frame << 24 | UInt64(slot)
            if let last = keys.last, last > key { sorted = false }
            keys.append(key)
        }
        if !sorted { keys.sort() }
        return FlushOrder(base: base, keys: keys)
    }

    /// Reports the flow in `slot` at the end of input, whose end is idle, cut or forced by what `now` says. The slot
    /// stays: the table is not used again.
    mutating func flush(_ slot: Int, now: Nanoseconds, at frame: UInt64, output: RecordBuffer) {
        if isOver(slot, now) {
            report(slot, reason: nil, at: frame, output)
        } else {
            if isDueForCut(slot, now) { cut(slot, reason: .activeTimeout, at: frame, output) }
            report(slot, reason: .forcedEnd, at: frame, output)
        }
    }
}

/// A stripe's live flows in output order.
struct FlushOrder {
    var base: UInt64
    var keys: [UInt64]
    var position = 0

    /// First frame of the next flow; nil at the end.
    var nextFrame: UInt64? { position < keys.count ? base &+ keys[position] >> 24 : nil }

    /// Slot of the next flow, and moves on.
    mutating func takeSlot() -> Int {
        defer { position += 1 }
        return Int(keys[position] & 0xFF_FFFF)
    }
}
