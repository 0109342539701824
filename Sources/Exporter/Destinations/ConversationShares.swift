import FlowTable

/// Who of several collectors gets the records of a conversation: both directions and all slices go to the same one.
///
/// Highest random weight (rendezvous) hashing: each member has a weight for each conversation, and the heaviest gets it. The
/// order of the members does not matter, and one that comes or goes moves only the conversations that it gets or had. The
/// hash is keyed, so that nobody outside can aim at one collector.
package struct ConversationShares: Sendable, Equatable {
    /// The members' names.
    package let members: [String]
    private let key0: UInt64
    private let key1: UInt64
    private let seeds: [UInt64]

    /// Among `members`; `key` is the secret: two words.
    package init(among members: [String], key: (UInt64, UInt64)) {
        self.members = members
        key0 = key.0 | 1
        key1 = key.1 | 1
        let (first, second) = (key0, key1)
        seeds = members.map { name in
            name.utf8.reduce(second) { Self.fold($0 ^ UInt64($1), first) &+ 0x9E37_79B9_7F4A_7C15 }
        }
    }

    /// A key that no other process has.
    package static func randomKey() -> (UInt64, UInt64) {
        (.random(in: .min ... .max), .random(in: .min ... .max))
    }

    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// The place among `members` of who gets a record: by addresses, ports and protocol, whichever side they are on.
    package func owner(of record: FlowRecord) -> Int {
        let source = (record.sourceHigh, record.sourceLow, record.sourcePort)
        let destination = (record.destinationHigh, record.destinationLow, record.destinationPort)
        let (low, high) = source <= destination ? (source, destination) : (destination, source)
        let ports = UInt64(low.2) << 24 | UInt64(high.2) << 8 | UInt64(record.protocolIdentifier)
        // Every word meets a secret one, as in the hash of the flow table.
        var hash = Self.fold(low.1 ^ key0, high.1 ^ key1)
        hash ^= Self.fold(low.0 ^ key1 ^ hash, high.0 ^ key0)
        hash = Self.fold(hash ^ key1, ports ^ key0)
        var (best, weight) = (0, UInt64(0))
        for (place, seed) in seeds.enumerated() {
            let own = Self.mix(hash ^ seed)
            if own >= weight { (best, weight) = (place, own) }
        }
        return best
    }

    /// The finaliser of splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
