/// Pairs of Ethernet addresses, numbered as they are first seen: a stripe's flows share few, and 2 octets are less
/// than 12. Bounded; once full, flows of further pairs carry no addresses, and are counted.
package struct MACTable {
    /// Stands for "no pair".
    package static let none: UInt16 = 0
    /// Never more pairs than this, whatever the limit.
    private static let largestLimit = 16_384

    // Pair n is at n - 1; endpoint A's address first.
    private var pairs: [(a: UInt64, b: UInt64)] = []
    private var places: [UInt16] = Array(repeating: 0, count: 64)
    private let key: UInt64
    private let limit: Int
    /// Flows whose pair found no room.
    package private(set) var overflows: UInt64 = 0

    /// An empty table with a secret word for its hash, for up to `limit` pairs, and never more than 16,384.
    package init(key: UInt64, limit: Int) {
        self.key = key | 1
        self.limit = min(limit, Self.largestLimit)
    }

    /// The number of the pair, `none` when the table is full.
    package mutating func number(a: UInt64, b: UInt64) -> UInt16 {
        if let last = pairs.last, last == (a, b) { return UInt16(truncatingIfNeeded: pairs.count) }
        var place = start(a, b)
        while places[place] != 0 {
            let number = places[place]
            if pairs[Int(number) - 1] == (a, b) { return number }
            place = (place + 1) & (places.count - 1)
        }
        guard pairs.count < limit else {
            overflows &+= 1
            return Self.none
        }
        pairs.append((a, b))
        let number = UInt16(truncatingIfNeeded: pairs.count)
        places[place] = number
        if pairs.count * 2 > places.count { grow() }
        return number
    }

    /// The pair with `number`, nil for `none`.
    package func pair(_ number: UInt16) -> (a: UInt64, b: UInt64)? {
        number == Self.none ? nil : pairs[Int(number) - 1]
    }

    private func start(_ a: UInt64, _ b: UInt64) -> Int {
        let product = (a ^ key).multipliedFullWidth(by: (b << 8) ^ key)
        return Int(truncatingIfNeeded: product.high ^ product.low ^ (product.low >> 32)) & (places.count - 1)
    }

    /// Doubles the places: at most 64 KiB in all.
    private mutating func grow() {
        places = Array(repeating: 0, count: places.count * 2)
        for (index, pair) in pairs.enumerated() {
            var place = start(pair.a, pair.b)
            while places[place] != 0 { place = (place + 1) & (places.count - 1) }
            places[place] = UInt16(truncatingIfNeeded: index + 1)
        }
    }
}
