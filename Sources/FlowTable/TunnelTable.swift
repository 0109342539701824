import PacketDecode

/// The tunnels around a stripe's live flows, each kept once with the number of flows that are in it. Bounded; flows that
/// find it full carry no tunnel attributes, and are counted.
///
/// A hash table with chains over memory of its own: untouched, and so free of charge, where there are no tunnels.
package struct TunnelTable: ~Copyable {
    /// Stands for "no tunnel".
    package static let none: UInt32 = 0
    /// Octets for each tunnel there is room for: the entry, and chain heads, of which there may be nearly twice as many.
    static let octetsPerTunnel = MemoryLayout<Entry>.stride + 2 * MemoryLayout<UInt32>.stride

    /// A tunnel as a flow sees it. What there is one of for each endpoint is at index 0 for A and 1 for B of the flow's
    /// canonical key, as in `HotSlot`.
    package struct Tunnel: BitwiseCopyable, Equatable {
        /// First words of the outer addresses.
        package var high = InlineArray<2, UInt64>(repeating: 0)
        /// Second words of the outer addresses.
        package var low = InlineArray<2, UInt64>(repeating: 0)
        /// Of the header that brought the endpoint's own packets; 0 before one was seen, too.
        package var identifier = InlineArray<2, UInt32>(repeating: 0)
        /// `MirrorDirection`, likewise.
        package var direction = InlineArray<2, UInt8>(repeating: 0)
        /// A `TunnelKind`.
        package var kind: UInt8 = 0
        /// How many tunnels there are, this one included.
        package var depth: UInt8 = 0

        /// No tunnel.
        package init() {}

        /// Whether everything is the same.
        package static func == (left: Tunnel, right: Tunnel) -> Bool {
            left.high[0] == right.high[0] && left.high[1] == right.high[1] && left.low[0] == right.low[0]
                && left.low[1] == right.low[1] && left.identifier[0] == right.identifier[0]
                && left.identifier[1] == right.identifier[1] && left.direction[0] == right.direction[0]
                && left.direction[1] == right.direction[1] && left.kind == right.kind && left.depth == right.depth
        }
    }

    /// A tunnel in the table, or a free place.
    struct Entry: BitwiseCopyable {
        var tunnel = Tunnel()
        /// Flows in it.
        var flows: UInt32 = 0
        /// The next entry of the chain, or of the free ones, by number.
        var next: UInt32 = TunnelTable.none
    }

    // Entry n is at n - 1.
    private var entries: MappedArray<Entry>
    // First entries of the chains, by number; as many as a power of two.
    private var heads: MappedArray<UInt32>
    private let key: UInt64
    private var used: UInt32 = 0
    private var firstFree = TunnelTable.none
    /// Flows whose tunnel found no room.
    package private(set) var overflows: UInt64 = 0

    /// An empty table with a secret word for its hash, for up to `limit` tunnels.
    package init(key: UInt64, limit: Int) {
        self.key = key | 1
        entries = MappedArray(count: limit)
        var count = 1
        while count < limit { count *= 2 }
        heads = MappedArray(count: count)
    }

    /// The tunnel with `number`, which is one that `enter` gave and nobody has left.
    package func tunnel(_ number: UInt32) -> Tunnel { entries[Int(number) - 1].tunnel }

    /// Counts one more flow in `tunnel`. Its number; `none` when the table is full.
    package mutating func enter(_ tunnel: Tunnel) -> UInt32 {
        let chain = chain(of: tunnel)
        var number = heads[chain]
        while number != Self.none {
            if entries[Int(number) - 1].tunnel == tunnel {
                entries[Int(number) - 1].flows &+= 1
                return number
            }
            number = entries[Int(number) - 1].next
        }
        if firstFree != Self.none {
            number = firstFree
            firstFree = entries[Int(number) - 1].next
        } else if Int(used) < entries.count {
            used &+= 1
            number = used
        } else {
            overflows &+= 1
            return Self.none
        }
        entries[Int(number) - 1] = Entry(tunnel: tunnel, flows: 1, next: heads[chain])
        heads[chain] = number
        return number
    }

    /// Counts one flow less in the tunnel with `number`, which is forgotten after its last flow. `none` is nobody's.
    package mutating func leave(_ number: UInt32) {
        guard number != Self.none else { return }
        let place = Int(number) - 1
        entries[place].flows &-= 1
        guard entries[place].flows == 0 else { return }
        let chain = chain(of: entries[place].tunnel)
        if heads[chain] == number {
            heads[chain] = entries[place].next
        } else {
            var before = Int(heads[chain]) - 1
            while entries[before].next != number { before = Int(entries[before].next) - 1 }
            entries[before].next = entries[place].next
        }
        entries[place].next = firstFree
        firstFree = number
    }

    private func chain(of tunnel: Tunnel) -> Int {
        var hash = key
        for endpoint in 0..<2 {
            hash = mix(hash ^ tunnel.high[endpoint])
            hash = mix(hash ^ tunnel.low[endpoint])
            hash = mix(hash ^ UInt64(tunnel.identifier[endpoint]) << 8 ^ UInt64(tunnel.direction[endpoint]))
        }
        hash = mix(hash ^ UInt64(tunnel.kind) << 8 ^ UInt64(tunnel.depth))
        return Int(truncatingIfNeeded: hash) & (heads.count - 1)
    }

    @inline(__always)
    private func mix(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: key)
        return (product.high ^ product.low) &+ word &* 0x9E37_79B9_7F4A_7C15
    }
}
