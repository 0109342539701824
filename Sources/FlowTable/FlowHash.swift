import PacketDecode

/// Keyed hashes of flow keys: each folds the key's words with secret constants by 64x64 to 128-bit multiplication.
///
/// The *slot* hash is keyed at random in every run, so that nobody outside can aim at one chain. The *stripe* hash leaves
/// out segment and domain and has a fixed key in replay, since the stripe decides budgets and thereby output.
struct FlowHash {
    private let key0: UInt64
    private let key1: UInt64
    private let key2: UInt64
    private let stripeKey: UInt64
    private let stripeKey2: UInt64
    private let selectionKey: UInt64
    private let selectionKey2: UInt64

    /// A hash with secret words for slots, one for stripes, and two for flow selection. Zero words would cancel input, so
    /// that they are made odd.
    init(slotKeys: (UInt64, UInt64, UInt64), stripeKey: UInt64, selectionKeys: (UInt64, UInt64)) {
        key0 = slotKeys.0 | 1
        key1 = slotKeys.1 | 1
        key2 = slotKeys.2 | 1
        self.stripeKey = stripeKey | 1
        stripeKey2 = (stripeKey ^ 0xD6E8_FEB8_6659_FD93) &* 0x9E37_79B9_7F4A_7C15 | 1
        selectionKey = selectionKeys.0 | 1
        selectionKey2 = selectionKeys.1 | 1
    }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// Hash of the whole key.
    @inline(__always)
    func slot(_ facts: borrowing MutableSpan<PacketFacts>, _ packet: Int) -> UInt32 {
        let low = Self.fold(facts[packet].addressALow ^ key0, facts[packet].addressBLow ^ key1)
        // IPv4 has zeros here. A multiplication is cheaper than a branch that a mix of versions keeps missing.
        let high = Self.fold(facts[packet].addressAHigh ^ key2, facts[packet].addressBHigh ^ key0)
        // Both factors are secret: what multiplies the ports follows from the addresses and the keys.
        let mixed = Self.fold(facts[packet].keyWord ^ key1 ^ low, UInt64(facts[packet].segment) ^ key2 ^ high)
        return UInt32(truncatingIfNeeded: mixed ^ mixed >> 32)
    }

    /// Hash of addresses, ports and protocol.
    @inline(__always)
    func stripe(_ facts: borrowing MutableSpan<PacketFacts>, _ packet: Int) -> UInt32 {
        Self.hash(
            (facts[packet].addressALow, facts[packet].addressBLow),
            (facts[packet].addressAHigh, facts[packet].addressBHigh), facts[packet].keyWord, stripeKey, stripeKey2)
    }

    /// Hash of addresses, ports and protocol by which flows are selected.
    @inline(__always)
    func selection(_ facts: borrowing MutableSpan<PacketFacts>, _ packet: Int) -> UInt32 {
        Self.hash(
            (facts[packet].addressALow, facts[packet].addressBLow),
            (facts[packet].addressAHigh, facts[packet].addressBHigh), facts[packet].keyWord, selectionKey,
            selectionKey2)
    }

    /// The same of the flow in a slot.
    func selection(_ hot: borrowing MappedArray<HotSlot>, _ slot: Int) -> UInt32 {
        Self.hash(
            (hot[slot].addressALow, hot[slot].addressBLow), (hot[slot].addressAHigh, hot[slot].addressBHigh),
            hot[slot].keyWord, selectionKey, selectionKey2)
    }

    /// Every word meets a secret one in a multiplication: a sum of the addresses alone would let a sender of made-up
    /// addresses keep the sum, and with it the hash.
    @inline(__always)
    private static func hash(
        _ low: (a: UInt64, b: UInt64), _ high: (a: UInt64, b: UInt64), _ keyWord: UInt64, _ key: UInt64,
        _ key2: UInt64
    ) -> UInt32 {
        let ports = keyWord & 0xFF_FFFF_FFFF
        var mixed = fold(low.a ^ key, low.b ^ key2)
        mixed ^= fold(high.a ^ key2 ^ mixed, high.b ^ key)
        mixed = fold(mixed ^ key2, ports ^ key)
        return UInt32(truncatingIfNeeded: mixed ^ mixed >> 32)
    }
}
