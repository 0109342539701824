import NetTypes
import PacketDecode
import Synchronization

/// The lock-striped flow table: 16 stripes, each with its own lock, flows and budget.
///
/// A flow's stripe follows from its addresses, ports and protocol, so that all its packets meet in one place whoever
/// brings them. The number of stripes is fixed: it does not depend on workers, and the output does not depend on either.
package final class FlowTable: Sendable {
    /// Fixed, since each stripe's budget and order show in the output.
    package static let stripeCount = 16

    private final class LockedStripe: Sendable {
        let state: Mutex<Stripe>
        /// `IndexLines` of the stripe, as they were when it was last unlocked.
        let indexAddress = Atomic<UInt>(0)
        let indexMask = Atomic<UInt>(0)

        init(configuration: FlowTableConfiguration) {
            state = Mutex(
                Stripe(configuration: configuration, octets: configuration.memoryOctets / FlowTable.stripeCount))
        }
    }

    private let stripes: [LockedStripe]
    private let hash: FlowHash
    private let looksForCopies: Bool

    /// A table that keeps to `configuration.memoryOctets`, of which it only touches what it needs.
    package init(configuration: FlowTableConfiguration) {
        stripes = (0..<Self.stripeCount).map { _ in LockedStripe(configuration: configuration) }
        looksForCopies = configuration.duplicates.action != .off
        hash = FlowHash(
            slotKeys: configuration.slotKeys, stripeKey: configuration.stripeKey,
            selectionKeys: configuration.selectionKeys)
    }

    /// Sorts a batch's packets by stripe, hashing their keys. Fragments must have been resolved. Packets of flows that
    /// `selector` does not choose are added up in `partition.leftOut`, and not looked for in the table.
    package func partition(
        _ batch: FactsBatch, into partition: inout Partition, selector: FlowSelector = .all
    ) {
        for stripe in 0..<Self.stripeCount {
            partition.lines[stripe] = IndexLines(
                address: stripes[stripe].indexAddress.load(ordering: .relaxed),
                mask: stripes[stripe].indexMask.load(ordering: .relaxed))
        }
        partition.fill(batch, hash, selector)
    }

    /// Counts the packets of one stripe, in packet order; records of slices that end go to `output` in order.
    ///
    /// `range` chooses a part of the stripe's packets, of which there are `partition.count(stripe)`; nil means all.
    /// Where copies are looked for, the decoder must have been told to (`FlowTableConfiguration.identityKeys`).
    /// For the same result on every run, batches must come to each stripe in input order. `packets` holds the packets that
    /// the facts are of; without it flows get no labels.
    package func apply(
        _ batch: FactsBatch, _ partition: borrowing Partition, stripe: Int, range: Range<Int>? = nil,
        packets: PacketBatch? = nil, output: RecordBuffer
    ) {
        let locked = stripes[stripe]
        let hasNotices = batch.notices > 0
        locked.state.withLock { state in
            let whole = partition.order(of: stripe)
            let order = whole.extracting(range ?? 0..<whole.count)
            if looksForCopies {
                state.sift(batch.facts, batch.identities, order: order)
                let kept = state.kept
                state.apply(
                    batch.facts, batch.tunnels, order: kept.span, packets: packets,
                    hasNotices: hasNotices, output: output)
            } else {
                state.apply(
                    batch.facts, batch.tunnels, order: order, packets: packets,
                    hasNotices: hasNotices, output: output)
            }
            let lines = state.index.lines
            locked.indexAddress.store(lines.address, ordering: .relaxed)
            locked.indexMask.store(lines.mask, ordering: .relaxed)
        }
    }

    /// Lets out what is due in one stripe; see `Stripe.sweep`.
    package func sweep(
        stripe: Int, now: Nanoseconds, at frame: UInt64, all: Bool, atLeast: Int = 0, output: RecordBuffer
    ) {
        stripes[stripe].state.withLock {
            $0.sweep(now: now, at: frame, all: all, atLeast: atLeast, output: output)
        }
    }

    /// Says what `selector` is now in force for the observation domain with the index `domain` (id less 1): flows that begin
    /// name it, and flows alive that it does not choose are marked as cut. Say it before packets are left out, and once more
    /// when every worker goes by it: a flow may have begun in between. Reads every slot, a stripe at a time; nothing is
    /// allocated for a flow.
    package func select(_ selector: FlowSelector, domain: UInt16) {
        for stripe in stripes { stripe.state.withLock { $0.select(selector, domain: Int(domain), hash) } }
    }

    /// Flows that ended because their place was needed, and flows alive: whether the budget is too small for the traffic.
    package var pressure: (evicted: UInt64, live: UInt64) {
        var sums: (evicted: UInt64, live: UInt64) = (0, 0)
        for stripe in stripes {
            let part = stripe.state.withLock { ($0.counters.flowsEvicted, UInt64($0.liveFlows)) }
            sums.evicted &+= part.0
            sums.live &+= part.1
        }
        return sums
    }

    /// Takes over the timeouts of `configuration` for all flows, those alive included.
    package func setTimeouts(_ configuration: FlowTableConfiguration) {
        for stripe in stripes { stripe.state.withLock { $0.setTimeouts(configuration) } }
    }

    /// Ends the flows of one stripe that were last seen after `now`, which a clock that was set back leaves behind.
    package func endAhead(stripe: Int, of now: Nanoseconds, at frame: UInt64, output: RecordBuffer) {
        stripes[stripe].state.withLock { $0.endAhead(of: now, at: frame, output: output) }
    }

    /// Reports every live flow, in the order of their first packets over all stripes, in batches of up to `batchSize`
    /// records. Ends the table: nothing may be applied afterwards. `now` is the packet clock at the end of input.
    package func flush<Failure: Error>(
        now: Nanoseconds, at frame: UInt64, batchSize: Int = 1024, _ body: (RecordBuffer) throws(Failure) -> Void
    ) throws(Failure) {
        let parts = stripes.map { stripe in FlushPart(stripe.state.withLock { $0.flushOrder() }) }
        let output = RecordBuffer(capacity: batchSize)
        var positions = InlineArray<16, Int>(repeating: 0)
        var heads = HeadTree()
        for stripe in 0..<Self.stripeCount { heads.set(stripe, refill(parts[stripe], stripe, now, frame)) }
        // The next flow is the one whose first packet came earliest.
        while heads.smallest != .max {
            let next = heads.first
            let buffer = parts[next].buffer
            output.append(from: buffer, at: positions[next])
            positions[next] += 1
            if positions[next] < buffer.count {
                heads.set(next, buffer.records[positions[next]].firstFrameNumber)
            } else {
                positions[next] = 0
                heads.set(next, refill(parts[next], next, now, frame))
            }
            if output.count >= batchSize {
                try body(output)
                output.removeAll()
            }
        }
        if output.count > 0 { try body(output) }
    }

    /// One stripe's part in a flush: its flows in order, and the next few records made.
    private final class FlushPart {
        /// Records made under one taking of the stripe's lock.
        static let batchSize = 64
        let order: SlotOrder
        let buffer = RecordBuffer(capacity: batchSize * 2)
        var nextFlow = 0

        init(_ order: SlotOrder) { self.order = order }
    }

    /// Makes the stripe's next records. Returns the first frame of the first of them, the largest number at the end.
    private func refill(_ part: FlushPart, _ stripe: Int, _ now: Nanoseconds, _ frame: UInt64) -> UInt64 {
        part.buffer.removeAll()
        // A flow that has nothing left to report makes no record: go on until there is one.
        while part.buffer.count == 0, part.nextFlow < part.order.count {
            let flows = part.nextFlow..<min(part.order.count, part.nextFlow + FlushPart.batchSize)
            part.nextFlow = flows.upperBound
            stripes[stripe].state.withLock { state in
                state.flush(part.order, flows, now: now, at: frame, output: part.buffer)
            }
        }
        let buffer = part.buffer
        return buffer.count > 0 ? buffer.records[0].firstFrameNumber : .max
    }

    /// What the table has done so far, over all stripes.
    package var counters: FlowTableCounters {
        var sum = FlowTableCounters()
        for stripe in stripes {
            sum.add(
                stripe.state.withLock { stripe in
                    var counters = stripe.counters
                    counters.macTableOverflows = stripe.macs.overflows
                    counters.tunnelTableOverflows = stripe.tunnels.overflows
                    counters.labelRefusals = stripe.labels.refusals
                    counters.fingerprintRefusals = stripe.labels.fingerprintRefusals
                    counters.attributeRefusals = stripe.labels.attributeRefusals
                    counters.damagedHeaders = stripe.labels.transport.damaged
                    counters.duplicatesForgotten = stripe.duplicates.forgotten
                    return counters
                })
        }
        return sum
    }

    /// Flows alive, and octets of the budget that have been touched.
    package var occupancy: (flows: UInt64, octets: UInt64) {
        var (flows, octets): (UInt64, UInt64) = (0, 0)
        for stripe in stripes {
            let part = stripe.state.withLock { ($0.liveFlows, $0.slotsUsed * Stripe.octetsPerFlow) }
            flows += UInt64(part.0)
            octets += UInt64(part.1)
        }
        return (flows, octets)
    }

    /// Flows alive and packets in their slices: with the counters, the balance.
    package var live: (flows: UInt64, packets: UInt64) {
        var flows: UInt64 = 0
        var packets: UInt64 = 0
        for stripe in stripes {
            let part = stripe.state.withLock { ($0.liveFlows, $0.livePackets) }
            flows += UInt64(part.0)
            packets += part.1
        }
        return (flows, packets)
    }
}
