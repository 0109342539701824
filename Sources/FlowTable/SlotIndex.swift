import PacketDecode

/// From a key's hash to the slot that may hold it: open addressing with linear probing, four octets an entry.
///
/// An entry is a tag from the hash and a slot number; after a tag hit the caller compares the whole key. Growing, and
/// clearing out tombstones, moves a few entries with each insertion from the old array to the new one: nothing is ever
/// rebuilt in one step (design semantics 10).
package struct SlotIndex: ~Copyable {
    private static let empty: UInt32 = 0
    private static let tombstone: UInt32 = 1
    private static let initialCapacity = 1024
    /// Slots looked at for each insertion while entries are being moved.
    private static let slotsPerStep = 16

    /// The most the arrays take for each slot: tombstones make an index grow when 5/16 of N entries are live, to 2 N,
    /// with the N old ones beside them until all have moved. 3 N * 4 octets / (5/16 N) = 38.4.
    package static let largestOctetsPerSlot = 39

    private var entries: MappedArray<UInt32>
    private var mask: Int
    private var used = 0  // Entries that are not empty, tombstones included.
    private var live = 0
    // While moving: the old array, and the next slot to move.
    private var previous = MappedArray<UInt32>(count: 1)
    private var isMoving = false
    private var previousMask = 0
    private var nextSlotToMove = 0
    private var slotsToMove = 0
    private let slotBits: UInt32
    private let slotMask: UInt32

    /// An index for slots `0..<slotCount`.
    package init(slotCount: Int) {
        slotBits = UInt32(max(1, UInt(slotCount).bitWidth - UInt(slotCount).leadingZeroBitCount))
        slotMask = (1 << slotBits) - 1
        entries = MappedArray(count: Self.initialCapacity)
        mask = Self.initialCapacity - 1
    }

    /// Octets held by the index's arrays.
    package var octets: Int { (entries.count + previous.count) * 4 }

    /// The entry for `slot` under `hash`. Tags are never 0, so that no entry looks empty or like a tombstone.
    @inline(__always)
    private func entry(_ hash: UInt32, _ slot: Int) -> UInt32 {
        let tag = (hash &>> slotBits) | 1
        return tag &<< slotBits | UInt32(truncatingIfNeeded: slot)
    }

    /// Asks for the line where `hash` begins.
    @inline(__always)
    func prefetch(_ hash: UInt32) { entries.prefetch(Int(hash) & mask) }

    /// Where lines are, for prefetching before the stripe's lock is taken. May be out of date by the time it is used, which
    /// costs speed only.
    var lines: IndexLines { IndexLines(address: entries.address, mask: UInt(bitPattern: mask)) }

    /// The first slot whose tag fits `hash`, or -1: a guess for prefetching, not an answer.
    @inline(__always)
    func guess(_ hash: UInt32) -> Int {
        let wanted = entry(hash, 0)
        var place = Int(hash) & mask
        for _ in 0..<8 {
            let found = entries[place]
            if found == Self.empty { return -1 }
            if found & ~slotMask == wanted { return Int(found & slotMask) }
            place = (place &+ 1) & mask
        }
        return -1
    }

    /// The slot that holds the flow of packet `packet` of `facts`, or -1. After a tag hit the whole key is compared.
    ///
    /// Takes the slots as an argument, and `self` as inout: a closure over the stripe, or a borrowed `self`, would copy
    /// one or the other for every packet.
    @inline(__always)
    package mutating func find(
        _ facts: Span<PacketFacts>, _ packet: Int, _ hot: borrowing MappedArray<HotSlot>
    ) -> Int {
        let hash = facts[packet].hash
        let key = FlowKey(facts, packet)
        let wanted = entry(hash, 0)
        var place = Int(hash) & mask
        while true {
            let found = entries[place]
            if found == Self.empty { break }
            if found & ~slotMask == wanted, key.matches(hot, Int(found & slotMask)) { return Int(found & slotMask) }
            place = (place &+ 1) & mask
        }
        return isMoving ? findInPrevious(facts, packet, hot) : -1
    }

    /// Entries of slots that have been moved, freed or used again since are still here; they do no harm, since a slot
    /// that is free matches no key.
    @inline(never)
    private mutating func findInPrevious(
        _ facts: Span<PacketFacts>, _ packet: Int, _ hot: borrowing MappedArray<HotSlot>
    ) -> Int {
        let hash = facts[packet].hash
        let key = FlowKey(facts, packet)
        let wanted = entry(hash, 0)
        var place = Int(hash) & previousMask
        while true {
            let found = previous[place]
            if found == Self.empty { return -1 }
            if found & ~slotMask == wanted, key.matches(hot, Int(found & slotMask)) { return Int(found & slotMask) }
            place = (place &+ 1) & previousMask
        }
    }

    /// Enters `slot` under `hash`. `slotCount` slots of `hot` have been used so far.
    @inline(__always)
    package mutating func insert(_ hash: UInt32, _ slot: Int, slotCount: Int, hot: borrowing MappedArray<HotSlot>) {
        if isMoving { move(hot) }
        if used &* 8 > entries.count &* 5 { startMoving(slotCount, hot) }
        place(hash, slot)
        live &+= 1
    }

    @inline(__always)
    private mutating func place(_ hash: UInt32, _ slot: Int) {
        var place = Int(hash) & mask
        while entries[place] > Self.tombstone { place = (place &+ 1) & mask }
        if entries[place] == Self.empty { used &+= 1 }
        entries[place] = entry(hash, slot)
    }

    /// As `place`, for a slot that may have been used again since the move began, and is in the new array then.
    private mutating func placeIfAbsent(_ hash: UInt32, _ slot: Int) {
        let wanted = entry(hash, slot)
        var place = Int(hash) & mask
        var free = -1
        while entries[place] != Self.empty {
            if entries[place] == wanted { return }
            if entries[place] == Self.tombstone, free < 0 { free = place }
            place = (place &+ 1) & mask
        }
        if free < 0 {
            free = place
            used &+= 1
        }
        entries[free] = wanted
    }

    /// Takes out the entry of `slot` under `hash`. From now on no key may match the slot until it is entered again.
    @inline(__always)
    package mutating func remove(_ hash: UInt32, _ slot: Int) {
        live &-= 1
        let wanted = entry(hash, slot)
        var place = Int(hash) & mask
        while entries[place] != wanted {
            // Not moved yet: the old array goes as a whole.
            if entries[place] == Self.empty { return }
            place = (place &+ 1) & mask
        }
        // Nothing probes past an empty successor: the entry, and tombstones before it, can become empty at once.
        if entries[(place &+ 1) & mask] == Self.empty {
            entries[place] = Self.empty
            used &-= 1
            place = (place &- 1) & mask
            while entries[place] == Self.tombstone {
                entries[place] = Self.empty
                used &-= 1
                place = (place &- 1) & mask
            }
        } else {
            entries[place] = Self.tombstone
        }
    }

    /// Begins to move all entries to a new array, twice as large when the old one is full of live entries.
    @inline(never)
    private mutating func startMoving(_ slotCount: Int, _ hot: borrowing MappedArray<HotSlot>) {
        while isMoving { move(hot) }
        let capacity = live &* 16 > entries.count &* 5 ? entries.count &* 2 : entries.count
        var old = MappedArray<UInt32>(count: capacity, populated: true)
        swap(&old, &entries)
        previous = old
        isMoving = true
        previousMask = mask
        mask = capacity &- 1
        used = 0
        nextSlotToMove = 0
        slotsToMove = slotCount
    }

    private mutating func stopMoving() {
        previous = MappedArray(count: 1)
        isMoving = false
    }

    /// Moves the entries of the next few slots.
    @inline(never)
    private mutating func move(_ hot: borrowing MappedArray<HotSlot>) {
        let end = min(slotsToMove, nextSlotToMove &+ Self.slotsPerStep)
        while nextSlotToMove < end {
            if hot[nextSlotToMove].state.contains(.live) { placeIfAbsent(hot[nextSlotToMove].hash, nextSlotToMove) }
            nextSlotToMove &+= 1
        }
        if nextSlotToMove >= slotsToMove { stopMoving() }
    }

    /// Gives the memory back. The index must not be used any more but by `insert` and `find` on no entries.
    mutating func removeAll() {
        entries = MappedArray(count: Self.initialCapacity)
        mask = Self.initialCapacity - 1
        stopMoving()
        used = 0
        live = 0
    }
}
