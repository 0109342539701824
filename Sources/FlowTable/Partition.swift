import PacketDecode

/// A batch's packets by stripe, each stripe's in packet order: a counting sort. One per worker and refilled.
package struct Partition: ~Copyable {
    /// Packets in a batch at most: positions are 16 bits.
    static let largestCapacity = 1 << 16

    // Not arrays: those would check for every element whether they are shared.
    private var order: MappedArray<UInt16>
    private var stripes: MappedArray<UInt8>
    // An `InlineArray` would be copied whole for every question.
    private var starts = MappedArray<Int>(count: FlowTable.stripeCount + 1)
    /// Where each stripe's index lies. An `InlineArray` would be copied whole for every packet.
    var lines = MappedArray<IndexLines>(count: FlowTable.stripeCount)
    /// What was left out of all batches since the partition was made.
    package private(set) var leftOut = SelectionSums()

    /// Room for a batch made for `capacity` packets. At most 65,536 facts.
    package init(capacity: Int) {
        let room = FactsBatch.room(for: capacity)
        precondition(room <= Self.largestCapacity)
        order = MappedArray(count: room)
        stripes = MappedArray(count: room)
    }

    /// Hashes the packets' keys, asks for their index lines, and sorts the packets by stripe. Those that `selector` does not
    /// choose are added up and are in no stripe.
    mutating func fill(_ batch: FactsBatch, _ hash: FlowHash, _ selector: FlowSelector) {
        // The last place is that of packets in no stripe.
        var counts = InlineArray<17, Int>(repeating: 0)
        let count = batch.count
        precondition(count <= order.count)
        batch.withMutableFacts { facts in
            if selector == .all {
                for index in 0..<count {
                    let stripe = enter(&facts, index, hash)
                    counts[stripe] &+= 1
                }
            } else {
                let mask = selector.mask
                for index in 0..<count {
                    guard hash.selection(facts, index) & mask == 0 else {
                        leaveOut(facts[index])
                        stripes[index] = UInt8(FlowTable.stripeCount)
                        continue
                    }
                    let stripe = enter(&facts, index, hash)
                    counts[stripe] &+= 1
                }
            }
        }
        var start = 0
        for stripe in 0..<FlowTable.stripeCount {
            starts[stripe] = start
            start &+= counts[stripe]
            counts[stripe] = starts[stripe]
        }
        starts[FlowTable.stripeCount] = start
        // Behind all others, where nobody looks.
        counts[FlowTable.stripeCount] = start
        for index in 0..<count {
            let stripe = Int(stripes[index])
            order[counts[stripe]] = UInt16(truncatingIfNeeded: index)
            counts[stripe] &+= 1
        }
    }

    /// Hashes a packet's key and finds its stripe.
    @inline(__always)
    private mutating func enter(_ facts: inout MutableSpan<PacketFacts>, _ index: Int, _ hash: FlowHash) -> Int {
        let slotHash = hash.slot(facts, index)
        facts[index].hash = slotHash
        let stripe = Int(truncatingIfNeeded: hash.stripe(facts, index)) & (FlowTable.stripeCount - 1)
        lines[stripe].prefetch(slotHash)
        stripes[index] = UInt8(truncatingIfNeeded: stripe)
        return stripe
    }

    /// Adds up a packet, or what stands for one, that was not chosen.
    @inline(__always)
    private mutating func leaveOut(_ facts: PacketFacts) {
        if facts.flags.contains(.notice) {
            leftOut.notices &+= 1
        } else if facts.flags.contains(.tunnelCopy) {
            leftOut.tunnelCopies.add(facts)
        } else {
            leftOut.packets.add(facts)
        }
    }

    /// Positions of the packets of `stripe` in the batch, ascending.
    @_lifetime(borrow self)
    func order(of stripe: Int) -> Span<UInt16> {
        order.span(starts[stripe]..<starts[stripe + 1])
    }

    /// How many packets `stripe` has in the batch.
    package func count(_ stripe: Int) -> Int { starts[stripe + 1] - starts[stripe] }

    /// How many of the packets of `stripe` in `batch` have frame numbers up to `frame`.
    package func count(_ stripe: Int, of batch: FactsBatch, upTo frame: UInt64) -> Int {
        let (facts, order) = (batch.facts, order(of: stripe))
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            if facts[Int(order[middle])].frameNumber <= frame { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether `stripe` has no packet in the batch.
    package func isEmpty(_ stripe: Int) -> Bool { starts[stripe] == starts[stripe + 1] }
}
