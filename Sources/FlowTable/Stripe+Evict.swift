import NetTypes

extension Stripe {
    /// One scan chooses this part of the flows, longest idle first: a sixteenth, well inside the oldest tenth.
    private static let evictionPart = 16

    /// Ends the flow that has been idle longest, or nearly (end reason 5), so that its slot is free.
    ///
    /// The oldest sixteenth of the stripe is chosen in one scan and then used up, passing over flows that have had a
    /// packet since: constant cost per eviction on average, and every victim is among the oldest tenth.
    @inline(never)
    mutating func evict(now: Nanoseconds, at frame: UInt64, _ output: RecordBuffer) {
        while true {
            while nextVictim < victims.count {
                let victim = victims[nextVictim]
                nextVictim &+= 1
                guard hot[victim.slot].state.contains(.live), hot[victim.slot].lastSeen == victim.last,
                    cold[victim.slot].firstFrame == victim.firstFrame
                else { continue }
                // One whose time was up anyway does not count as lost to the budget.
                let isOver = isOver(victim.slot, now)
                if !isOver { counters.flowsEvicted &+= 1 }
                end(victim.slot, reason: isOver ? nil : .lackOfResources, at: frame, output)
                return
            }
            chooseVictims()
        }
    }

    /// Fills `victims` with the longest idle flows, in the order of their last packet, then of their first.
    private mutating func chooseVictims() {
        victims.removeAll(keepingCapacity: true)
        nextVictim = 0
        let wanted = max(1, liveFlows / Self.evictionPart)
        let limit = lastSeen(rank: wanted)
        for slot in 0..<slotsUsed where hot[slot].state.contains(.live) && hot[slot].lastSeen <= limit {
            victims.append(Victim(slot: slot, last: hot[slot].lastSeen, firstFrame: cold[slot].firstFrame))
        }
        victims.sort { ($0.last, $0.firstFrame) < ($1.last, $1.firstFrame) }
        if victims.count > wanted { victims.removeLast(victims.count - wanted) }
    }

    /// The `rank`-th smallest last-packet time among the live flows (1 is the smallest), by histograms that narrow the
    /// range: each pass reads every slot once and divides the range by 1024.
    private func lastSeen(rank: Int) -> Nanoseconds {
        var low = Nanoseconds.max
        var high = Nanoseconds.min
        for slot in 0..<slotsUsed where hot[slot].state.contains(.live) {
            low = min(low, hot[slot].lastSeen)
            high = max(high, hot[slot].lastSeen)
        }
        var rank = rank
        while low < high {
            let width = (high - low) / 1024 + 1
            var histogram = [Int](repeating: 0, count: 1024)
            for slot in 0..<slotsUsed where hot[slot].state.contains(.live) {
                let last = hot[slot].lastSeen
                if last >= low, last <= high { histogram[Int((last - low) / width)] += 1 }
            }
            var bucket = 0
            while rank > histogram[bucket] {
                rank -= histogram[bucket]
                bucket += 1
            }
            low += Nanoseconds(bucket) * width
            high = min(high, low + width - 1)
        }
        return low
    }
}
