import NetTypes
import PacketDecode

/// One part of the flow table, with its own flows, budget and counters. A lock in `FlowTable` guards it.
///
/// Split by operation: Stripe+Apply (packets in), +Begin (new flows), +TCP (connection state), +End (cuts, ends and the
/// records they make), +Sweep (timeouts), +Evict (budget), +Flush (end of input), +Tunnel (what is around a flow), +Error
/// (what ICMP says of it), +Duplicates (packets that come again), +Select (flows that are left out).
struct Stripe: ~Copyable {
    var hot: MappedArray<HotSlot>
    var cold: MappedArray<ColdSlot>
    var index: SlotIndex
    var macs: MACTable
    var tunnels: TunnelTable
    var services = ServiceMemory()
    var labels: LabelTable
    /// Of flows about which an ICMP error came, by slot; untouched memory where there are none.
    var errors: MappedArray<FlowErrors>
    var duplicates: DuplicateWindow
    /// The packets of a batch that are no copies of earlier ones, when somebody looks.
    let kept: PacketOrder
    /// The selector in force for each observation domain, by index; every flow where there is none. Empty until flows are
    /// selected.
    private(set) var selectors: [FlowSelector] = []
    /// By what they choose; nil until flows are selected.
    var selectionHash: FlowHash?
    var counters = FlowTableCounters()
    private(set) var configuration: FlowTableConfiguration
    /// No flow is silent for too long before this: told without looking which timeout holds for it.
    private(set) var shortestTimeout: Nanoseconds

    /// Slots ever used: those at and beyond this number are untouched memory.
    var slotsUsed = 0
    /// Flows alive.
    var liveFlows = 0
    /// Head of the list of freed slots, last freed first, linked through `HotSlot.hash`; `noSlot` ends it.
    var firstFree = Stripe.noSlot
    /// Where the next part of the sweep begins.
    var sweepPosition = 0
    /// What a sweep found, kept for its memory.
    var due = SlotOrder()
    /// Slots to evict, longest idle first, from the last scan; those touched since are passed over.
    var victims: [Victim] = []
    var nextVictim = 0

    static let noSlot: UInt32 = .max
    /// Octets that one flow takes: both slots, the index at its emptiest while it grows, what ICMP errors say of it, and a
    /// share of the Ethernet addresses and of the tunnels.
    static let octetsPerFlow =
        MemoryLayout<HotSlot>.stride + MemoryLayout<ColdSlot>.stride + SlotIndex.largestOctetsPerSlot
        + MemoryLayout<FlowErrors>.stride + 3
        + TunnelTable.octetsPerTunnel / flowsPerTunnel
    /// Flows for each pair of Ethernet addresses that there is room for: a pair takes up to 24 octets.
    private static let flowsPerMACPair = 8
    /// Flows for each tunnel that there is room for.
    private static let flowsPerTunnel = 8
    /// Slot numbers must leave the index at least eight bits of tag.
    static let largestSlotCount = (1 << 24) - 1
    static let smallestSlotCount = 64

    /// A slot to evict, if its flow has had no packet since.
    struct Victim {
        var slot: Int
        var last: Nanoseconds
        var firstFrame: UInt64
    }

    /// A stripe that keeps to `octets` of memory.
    init(configuration: FlowTableConfiguration, octets: Int) {
        self.configuration = configuration
        shortestTimeout = configuration.shortestIdleTimeout
        let slots = min(Self.largestSlotCount, max(Self.smallestSlotCount, octets / Self.octetsPerFlow))
        hot = MappedArray(count: slots)
        cold = MappedArray(count: slots)
        index = SlotIndex(slotCount: slots)
        errors = MappedArray(count: slots)
        labels = LabelTable(configuration.labels, slots: slots, octets: octets)
        let looksForCopies = configuration.duplicates.action != .off
        duplicates = DuplicateWindow(span: configuration.duplicates.window, isUsed: looksForCopies)
        kept = PacketOrder(capacity: looksForCopies ? Partition.largestCapacity : 1)
        macs = MACTable(
            key: configuration.slotKeys.0 &* 0x9E37_79B9_7F4A_7C15, limit: max(16, slots / Self.flowsPerMACPair))
        tunnels = TunnelTable(key: configuration.slotKeys.1, limit: max(16, slots / Self.flowsPerTunnel))
    }

    /// Takes over the timeouts of `configuration`, and nothing else of it: they hold from the next packet on.
    mutating func setTimeouts(_ configuration: FlowTableConfiguration) {
        self.configuration.setTimeouts(from: configuration)
        shortestTimeout = configuration.shortestIdleTimeout
    }

    /// Says which selector holds for a domain from now on.
    mutating func setSelector(_ selector: FlowSelector, domain: Int) {
        while selectors.count <= domain { selectors.append(.all) }
        selectors[domain] = selector
    }

    /// Packets in the slices of live flows. Reads every slot.
    var livePackets: UInt64 {
        (0..<slotsUsed).reduce(0) { sum, slot in
            guard hot[slot].state.contains(.live) else { return sum }
            return sum + UInt64(hot[slot].sides[0].packets) + UInt64(hot[slot].sides[1].packets)
        }
    }

    /// How long the flow in `slot` may be silent.
    @inline(__always)
    func idleTimeout(_ slot: Int) -> Nanoseconds {
        // Read by field: a slot passed by value would be copied.
        switch hot[slot].protocolIdentifier {
        case 6: hot[slot].isClosed ? configuration.closedLinger : configuration.idleTimeoutTCP
        case 17: configuration.idleTimeoutUDP
        case 1, 58: configuration.idleTimeoutICMP
        default: configuration.idleTimeoutOther
        }
    }
}
