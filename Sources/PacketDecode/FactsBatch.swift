/// The facts of a batch's packets that belong to flows, in packet order. Made once per worker and refilled.
///
/// There may be more of them than packets: a packet in a tunnel may count twice, an ICMP error is news for another flow,
/// and fragments that an earlier batch held back are let go.
// SAFETY: (@safe, @unchecked) owns its memory from init to deinit, checks every index, and is handed from thread to
// thread under the pipeline's lock, never shared while written.
@safe package final class FactsBatch: @unchecked Sendable {
    /// How many packets it is for: facts that the decoder makes of so many packets fit, of half as many when packets in
    /// tunnels count twice.
    package let capacity: Int
    /// How many facts fit.
    package let room: Int
    /// How many there are.
    package private(set) var count = 0
    private let base: UnsafeMutablePointer<PacketFacts>
    /// Beside the facts: the tunnels of those whose flags say that there is one. Nothing else touches them.
    private let tunnelBase: UnsafeMutablePointer<TunnelFacts>
    /// Beside the facts: what tells the packets from others, where the decoder looks for that. Nothing else touches it.
    private let identityBase: UnsafeMutablePointer<PacketIdentity>
    /// How many of them are fragments, which need the fragment table before they have a flow.
    package var fragments = 0
    /// How many of them are no packets but news of ICMP errors.
    package private(set) var notices = 0

    /// A batch for up to `capacity` facts.
    package init(capacity: Int) {
        self.capacity = capacity
        room = Self.room(for: capacity)
        // SAFETY: initialised at once, freed in deinit.
        unsafe base = UnsafeMutablePointer<PacketFacts>.allocate(capacity: room)
        unsafe base.initialize(repeating: PacketFacts(), count: room)
        // SAFETY: as above.
        unsafe tunnelBase = UnsafeMutablePointer<TunnelFacts>.allocate(capacity: room)
        unsafe tunnelBase.initialize(repeating: TunnelFacts(), count: room)
        // SAFETY: as above.
        unsafe identityBase = UnsafeMutablePointer<PacketIdentity>.allocate(capacity: room)
        unsafe identityBase.initialize(repeating: PacketIdentity(), count: room)
    }

    /// Facts that a batch with this capacity has room for: each packet's own and its news for another flow, and fragments
    /// that were held back.
    package static func room(for capacity: Int) -> Int { 2 * capacity + HeldFragments.limit }

    deinit {
        // SAFETY: allocated in init; nobody keeps a pointer into a batch that is gone.
        unsafe base.deallocate()
        unsafe tunnelBase.deallocate()
        unsafe identityBase.deallocate()
    }

    /// Forgets all facts.
    package func removeAll() {
        count = 0
        fragments = 0
        notices = 0
    }

    /// The `room` places, all initialised, for the decoder to write into before it says how many count.
    // SAFETY: handing out the pointer reads nothing.
    var places: UnsafeMutablePointer<PacketFacts> { unsafe base }

    /// As `places`, for what is known of the tunnels.
    // SAFETY: handing out the pointer reads nothing.
    var tunnelPlaces: UnsafeMutablePointer<TunnelFacts> { unsafe tunnelBase }

    /// As `places`, for what tells packets apart.
    // SAFETY: handing out the pointer reads nothing.
    var identityPlaces: UnsafeMutablePointer<PacketIdentity> { unsafe identityBase }

    /// Makes the first `count` places the batch's facts; `fragments` of them are fragments, `notices` news of ICMP errors.
    func setCount(_ count: Int, fragments: Int, notices: Int) {
        precondition(count >= 0 && count <= room)
        self.count = count
        self.fragments = fragments
        self.notices = notices
    }

    /// Makes the batch what `other` is.
    func replace(with other: FactsBatch) {
        precondition(other.count <= room)
        // SAFETY: both have room for other.count facts, all initialised, and are different objects.
        unsafe base.update(from: other.base, count: other.count)
        unsafe tunnelBase.update(from: other.tunnelBase, count: other.count)
        unsafe identityBase.update(from: other.identityBase, count: other.count)
        count = other.count
        fragments = other.fragments
        notices = other.notices
    }

    /// Adds facts that come from elsewhere than the decoder (fragments let go, benchmarks, tests). The batch must not be
    /// full.
    package func append(
        _ facts: PacketFacts, tunnel: TunnelFacts = TunnelFacts(), identity: PacketIdentity = PacketIdentity()
    ) {
        precondition(count < room)
        // SAFETY: count < room.
        unsafe base[count] = facts
        unsafe tunnelBase[count] = tunnel
        unsafe identityBase[count] = identity
        count &+= 1
        if facts.flags.contains(.firstFragment) || facts.flags.contains(.laterFragment) { fragments &+= 1 }
        if facts.flags.contains(.notice) { notices &+= 1 }
    }

    /// Adds what `other` has at `index`.
    func append(_ other: FactsBatch, _ index: Int) {
        append(other.facts[index], tunnel: other.tunnels[index], identity: other.identities[index])
    }

    /// A batch of those facts that are of the observation domain with this index.
    package func only(domain: UInt16) -> FactsBatch {
        let part = FactsBatch(capacity: 0)
        for index in 0..<min(count, part.room) where facts[index].domain == domain { part.append(self, index) }
        return part
    }

    /// The facts, for reading.
    package var facts: Span<PacketFacts> {
        @_lifetime(borrow self)
        get {
            // SAFETY: count facts are initialised; the span borrows this batch, which owns them.
            let span = unsafe Span(_unsafeStart: base, count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// What is known of the tunnels, for reading; holds where a packet's flags say `.tunnel`.
    package var tunnels: Span<TunnelFacts> {
        @_lifetime(borrow self)
        get {
            // SAFETY: as many are initialised as there is room for; the span borrows this batch, which owns them.
            let span = unsafe Span(_unsafeStart: tunnelBase, count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// What tells the packets from others, for reading; holds when the decoder was told to look for it.
    package var identities: Span<PacketIdentity> {
        @_lifetime(borrow self)
        get {
            // SAFETY: as many are initialised as there is room for; the span borrows this batch, which owns them.
            let span = unsafe Span(_unsafeStart: identityBase, count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Calls `body` with the facts, to be changed in place.
    package func withMutableFacts<Result>(_ body: (inout MutableSpan<PacketFacts>) -> Result) -> Result {
        // SAFETY: count facts are initialised; the span does not outlive this call.
        var span = unsafe MutableSpan(_unsafeStart: base, count: count)
        return body(&span)
    }
}
