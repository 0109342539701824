import FlowTable

/// Puts the slices of a flow together again: one record a flow, at its last slice.
///
/// Holds at most `capacity` unfinished flows of several slices. When they are used up, the flow whose last slice is
/// longest ago leaves unfinished (without `.lastSlice`), and its later slices form a record of their own whose
/// `sliceIndex` is not 0: nothing is lost or counted twice, but that flow then has several records. What leaves when
/// depends on the order of records alone.
package struct FlowStitcher: Sendable {
    /// An unfinished flow in a list ordered by the time of its last slice.
    private struct Open: Sendable {
        var record: FlowRecord
        var older: Int32
        var newer: Int32
    }

    private static let none: Int32 = -1

    /// Most unfinished flows held at once.
    package let capacity: Int
    /// Flows that had to leave unfinished because `capacity` was used up.
    package private(set) var evicted: UInt64 = 0
    private var open: [Open] = []
    private var slotOf: [UInt64: Int32] = [:]
    private var freeSlots: [Int32] = []
    private var oldest = none
    private var newest = none

    /// A stitcher for at most `capacity` (at least 1) unfinished flows, about 400 octets each.
    package init(capacity: Int) {
        self.capacity = min(max(1, capacity), 1 << 28)
    }

    /// Whether a record is a whole flow by itself, as nearly all are: it need not pass through the stitcher.
    @inline(__always)
    package static func isWhole(_ record: FlowRecord) -> Bool {
        record.sliceIndex == 0 && record.presence.contains(.lastSlice)
    }

    /// Takes a slice. Returns the flow that is done by it, or that had to leave for it.
    package mutating func add(_ record: FlowRecord) -> FlowRecord? {
        let isLast = record.presence.contains(.lastSlice)
        if let slot = slotOf[record.flowId] {
            open[Int(slot)].record.merge(record)
            if isLast { return remove(slot) }
            unlink(slot)
            linkNewest(slot)
            return nil
        }
        if isLast { return record }
        var leaving: FlowRecord?
        if slotOf.count >= capacity, oldest != Self.none {
            leaving = remove(oldest)
            evicted += 1
        }
        let entry = Open(record: record, older: Self.none, newer: Self.none)
        let slot: Int32
        if let free = freeSlots.popLast() {
            slot = free
            open[Int(slot)] = entry
        } else {
            slot = Int32(open.count)
            open.append(entry)
        }
        slotOf[record.flowId] = slot
        linkNewest(slot)
        return leaving
    }

    /// At the end of input: the unfinished flow whose last slice is longest ago, until there are none.
    package mutating func popOldest() -> FlowRecord? {
        oldest == Self.none ? nil : remove(oldest)
    }

    private mutating func remove(_ slot: Int32) -> FlowRecord {
        unlink(slot)
        let record = open[Int(slot)].record
        slotOf[record.flowId] = nil
        freeSlots.append(slot)
        return record
    }

    private mutating func unlink(_ slot: Int32) {
        let (older, newer) = (open[Int(slot)].older, open[Int(slot)].newer)
        if older == Self.none { oldest = newer } else { open[Int(older)].newer = newer }
        if newer == Self.none { newest = older } else { open[Int(newer)].older = older }
    }

    private mutating func linkNewest(_ slot: Int32) {
        open[Int(slot)].older = newest
        open[Int(slot)].newer = Self.none
        if newest == Self.none { oldest = slot } else { open[Int(newest)].newer = slot }
        newest = slot
    }
}
