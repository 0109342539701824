/// Slots in the order of their flows' first packets.
///
/// A key is `(firstFrame - base) << 24 | slot`. First packets 2^40 apart are live's affair; the order of a last flush is
/// not promised there.
struct SlotOrder {
    private static let slotBits: UInt64 = 24
    private static let slotMask: UInt64 = (1 << 24) - 1
    private static let largestFrame: UInt64 = (1 << 40) - 1

    private var keys: [UInt64] = []
    private var scratch: [UInt64] = []
    private var base: UInt64 = 0

    /// Number of slots.
    var count: Int { keys.count }

    /// Begins anew. First frames are counted from `base`, below which there is none; room for `capacity` is made.
    mutating func reset(base: UInt64, capacity: Int = 0) {
        keys.removeAll(keepingCapacity: true)
        keys.reserveCapacity(capacity)
        self.base = base
    }

    /// Adds a slot, anywhere in the order.
    mutating func append(firstFrame: UInt64, slot: Int) {
        keys.append(min(firstFrame &- base, Self.largestFrame) << Self.slotBits | UInt64(slot))
    }

    /// Sorts. With `keepScratch` the memory for it stays, for the next time.
    mutating func sort(keepScratch: Bool) {
        RadixSort.sort(&keys, scratch: &scratch)
        if !keepScratch { scratch = [] }
    }

    /// The slot at `position`, which is less than `count`.
    subscript(position: Int) -> Int { Int(keys[position] & Self.slotMask) }
}
