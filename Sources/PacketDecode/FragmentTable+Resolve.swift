import NetTypes

// Later fragments that come before their first one are taken out of their batch and held back, as facts, until the first
// one comes; then they are counted right before it, in its flow. Those whose first one does not come in time go into a flow
// without ports.
//
// Where that happens depends on the packets alone, so that it is the same in every run: at a first fragment, at a later
// fragment that finds the list full, and where the flow table is swept. None waits longer than sweeps stay behind the
// packet clock, so that the flow it belongs to has not been let out meanwhile: to the flow table it is a packet that comes
// a little out of order.
extension FragmentTable {
    /// A place in the input at which those are let go that have waited too long.
    package struct Expiry {
        /// The last packet before it.
        package var frame: UInt64
        /// The packet clock there.
        package var clock: Nanoseconds

        /// The place behind packet `frame`, where the clock shows `clock`.
        package init(frame: UInt64, clock: Nanoseconds) {
            self.frame = frame
            self.clock = clock
        }
    }

    /// Gives later fragments among the facts of `batch` the ports and protocol of their first one, or holds them back; lets
    /// go of those whose first one is in `batch`, or whose time is up at `expiry`. Call in packet order, for each batch with
    /// fragments and each with an expiry.
    package mutating func resolve(_ batch: FactsBatch, expiry: Expiry? = nil) {
        if batch.fragments > 0 { prepare() }
        var expiry = expiry
        for index in 0..<batch.count {
            if let due = expiry, batch.facts[index].frameNumber > due.frame {
                expire(due, batch, index)
                expiry = nil
            }
            let flags = batch.facts[index].flags
            if flags.contains(.firstFragment) {
                let place = remember(batch.facts[index])
                if held.count > 0 { reunite(batch, index, place) }
            } else if flags.contains(.laterFragment) {
                let isKnown = batch.withMutableFacts { facts in join(&facts[index]) }
                if !isKnown, !flags.contains(.notice) {
                    hold(batch, index)
                    continue
                }
            }
            if isChanging { changed?.append(batch, index) }
        }
        if let expiry { expire(expiry, batch, batch.count) }
        guard isChanging, let changed else { return }
        batch.replace(with: changed)
        isChanging = false
    }

    /// Adds all that still wait to `batch`, as counted at packet `frame`, which is the last one.
    package mutating func letGoOfAll(into batch: FactsBatch, at frame: UInt64) {
        while let waiting = held.removeOldest() {
            noteWithoutFirst()
            batch.append(Self.letGo(waiting, at: frame), tunnel: waiting.tunnel, identity: waiting.identity)
        }
    }

    private static func letGo(_ waiting: HeldFragments.Waiting, at frame: UInt64) -> PacketFacts {
        var facts = waiting.facts
        facts.letGo(at: frame)
        return facts
    }

    /// From here on the batch is put together anew: its first `index` facts stay as they are.
    private mutating func beginChange(_ batch: FactsBatch, _ index: Int) -> FactsBatch {
        if isChanging, let changed { return changed }
        let changed = changed.flatMap { $0.room >= batch.room ? $0 : nil } ?? FactsBatch(capacity: batch.capacity)
        self.changed = changed
        isChanging = true
        changed.removeAll()
        for place in 0..<index { changed.append(batch, place) }
        return changed
    }

    /// Takes the fragment at `index` out of the batch.
    private mutating func hold(_ batch: FactsBatch, _ index: Int) {
        let changed = beginChange(batch, index)
        let facts = batch.facts[index]
        if held.isFull, let oldest = held.removeOldest() {
            noteWithoutFirst()
            changed.append(Self.letGo(oldest, at: facts.frameNumber), tunnel: oldest.tunnel, identity: oldest.identity)
        }
        let waiting = HeldFragments.Waiting(
            facts: facts, tunnel: batch.tunnels[index], identity: batch.identities[index])
        held.append(waiting, tag: tag(of: facts))
    }

    /// Lets go of what waited for the first fragment at `index`, whose entry is at `place`.
    private mutating func reunite(_ batch: FactsBatch, _ index: Int, _ place: Int) {
        let first = batch.facts[index]
        let (entry, patience) = (entry(place), patience)
        withHeld { table, held in
            held.remove(
                tag: table.tag(of: first),
                where: {
                    ($0.facts.timestamp - first.timestamp).magnitude <= patience.magnitude
                        && Self.matches(entry, $0.facts)
                },
                { waiting in
                    var facts = Self.letGo(waiting, at: first.frameNumber)
                    table.join(&facts, place)
                    table.beginChange(batch, index).append(facts, tunnel: waiting.tunnel, identity: waiting.identity)
                })
        }
    }

    /// Lets go of those that have waited too long, before the fact at `index`. A clock that was set back is no reason to
    /// wait longer.
    private mutating func expire(_ expiry: Expiry, _ batch: FactsBatch, _ index: Int) {
        guard held.count > 0 else { return }
        let patience = patience
        withHeld { table, held in
            held.remove(
                tag: nil, where: { ($0.facts.timestamp - expiry.clock).magnitude > patience.magnitude },
                { waiting in
                    table.noteWithoutFirst()
                    let facts = Self.letGo(waiting, at: expiry.frame)
                    table.beginChange(batch, index).append(facts, tunnel: waiting.tunnel, identity: waiting.identity)
                })
        }
    }

    /// Calls `body` with the table and, apart from it, its list of those that wait: without a copy of the list.
    private mutating func withHeld(_ body: (inout FragmentTable, inout HeldFragments) -> Void) {
        var held = HeldFragments()
        swap(&held, &self.held)
        body(&self, &held)
        swap(&held, &self.held)
    }
}
