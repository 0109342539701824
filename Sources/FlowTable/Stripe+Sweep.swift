import NetTypes

extension Stripe {
    /// A sweep looks at this part of the slots at a time.
    static let sweepParts = 8

    /// Looks at the next eighth of the slots, but at no fewer than `atLeast`, or at all of them, and lets out what is due at `now` (the packet clock less
    /// the slack): ended flows, and slices whose active timeout has passed in silence.
    ///
    /// Records leave in the order of their flows' first packets. `frame` is the last packet before the sweep.
    mutating func sweep(now: Nanoseconds, at frame: UInt64, all: Bool, atLeast: Int, output: RecordBuffer) {
        guard slotsUsed > 0 else { return }
        let part = (slotsUsed + Self.sweepParts - 1) / Self.sweepParts
        let length = all ? slotsUsed : min(slotsUsed, max(part, atLeast))
        due.reset(base: 0)
        for _ in 0..<length {
            if sweepPosition >= slotsUsed { sweepPosition = 0 }
            let slot = sweepPosition
            sweepPosition &+= 1
            guard hot[slot].state.contains(.live) else { continue }
            if isOver(slot, now) || isDueForCut(slot, now) { due.append(firstFrame: cold[slot].firstFrame, slot: slot) }
        }
        due.sort(keepScratch: true)
        for position in 0..<due.count {
            if position &+ Self.prefetchDistance < due.count { prefetch(due[position &+ Self.prefetchDistance]) }
            let slot = due[position]
            // What flow selection leaves out has no slice to come.
            if isOver(slot, now) || cold[slot].isDeselected {
                end(slot, at: frame, output)
            } else {
                cut(slot, reason: .activeTimeout, at: frame, output)
            }
        }
    }

    /// Ends every flow that was last seen more than a minute after `now`: the clock was set back, and by the new time such
    /// a flow would not be over for as long as the step was. Live only.
    mutating func endAhead(of now: Nanoseconds, at frame: UInt64, output: RecordBuffer) {
        for slot in 0..<slotsUsed
        where hot[slot].state.contains(.live) && hot[slot].lastSeen > now &+ 60 &* nanosecondsPerSecond {
            end(slot, reason: .forcedEnd, at: frame, output)
        }
    }

    /// How many slots ahead memory is asked for when slots are visited out of order.
    static let prefetchDistance = 8

    /// Asks for all that ending the flow in `slot` will touch. Its hot line is read: it was seen a moment ago.
    @inline(__always)
    func prefetch(_ slot: Int) {
        hot.prefetch(slot)
        hot.prefetch(slot, offset: 64)
        cold.prefetch(slot)
        index.prefetch(hot[slot].hash)
    }

    /// Whether the flow has been silent beyond its idle timeout.
    @inline(__always)
    func isOver(_ slot: Int, _ now: Nanoseconds) -> Bool {
        now &- hot[slot].lastSeen > idleTimeout(slot)
    }

    /// Whether the slice's active timeout has passed. A closed flow ends soon enough by itself.
    @inline(__always)
    func isDueForCut(_ slot: Int, _ now: Nanoseconds) -> Bool {
        now &- hot[slot].sliceStart >= configuration.activeTimeout && !hot[slot].sliceIsEmpty && !hot[slot].isClosed
    }
}
