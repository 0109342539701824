import FlowTable
import NetTypes

/// Keys of a 128-bit to 64-bit multiply-and-fold hash.
package struct HashKeys: Sendable {
    /// Mixed into the left word.
    package var first: UInt64
    /// Mixed into the right word.
    package var second: UInt64

    /// For what reaches output (distinct counts): the same in every run.
    package static let fixed = HashKeys(first: 0x9E37_79B9_7F4A_7C15, second: 0xD1B5_4A32_D192_ED03)

    /// For slots, on which no output depends: different in every run, so that nobody can aim at one chain.
    package static func random() -> HashKeys {
        HashKeys(first: .random(in: .min ... .max) | 1, second: .random(in: .min ... .max) | 1)
    }

    /// Both halves of the product of the two keyed words, folded together; then once more, because one product alone
    /// leaves a word times a small number too regular.
    @inline(__always)
    package func hash(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let once = (left ^ first).multipliedFullWidth(by: right ^ second)
        let twice = (once.high ^ once.low ^ second).multipliedFullWidth(by: 0x9FB2_1C65_1E98_DF25)
        return twice.high ^ twice.low
    }
}

/// What a supervision list counts by. The order settles ties, so that lists print alike in every run.
package protocol SummaryKey: BitwiseCopyable, Comparable, Sendable {
    /// 64 well-mixed bits.
    func hash(_ keys: HashKeys) -> UInt64
}

/// An address in a list.
package struct AddressKey: SummaryKey {
    /// As `IPAddress.high`.
    package var high: UInt64
    /// As `IPAddress.low`.
    package var low: UInt64
    /// As `IPAddress.version`: 4 or 6.
    package var version: UInt8

    /// A key from an address's words.
    package init(high: UInt64, low: UInt64, version: UInt8) {
        self.high = high
        self.low = low
        self.version = version
    }

    /// The address.
    package var address: IPAddress { IPAddress(high: high, low: low, version: version) }

    /// 64 well-mixed bits.
    @inline(__always)
    package func hash(_ keys: HashKeys) -> UInt64 { keys.hash(high, low ^ UInt64(version) << 56) }

    /// Equal in every word.
    @inline(__always)
    package static func == (left: Self, right: Self) -> Bool {
        left.low == right.low && left.high == right.high && left.version == right.version
    }

    /// By protocol or version, then by number.
    package static func < (left: Self, right: Self) -> Bool { left.address < right.address }
}

/// A service: protocol and the responder's port.
package struct ServiceKey: SummaryKey {
    /// IE 4 protocolIdentifier.
    package var protocolIdentifier: UInt8
    /// The responder's port.
    package var port: UInt16

    /// 64 well-mixed bits.
    @inline(__always)
    package func hash(_ keys: HashKeys) -> UInt64 { keys.hash(UInt64(port), UInt64(protocolIdentifier)) }

    /// By protocol or version, then by number.
    package static func < (left: Self, right: Self) -> Bool {
        (left.protocolIdentifier, left.port) < (right.protocolIdentifier, right.port)
    }
}

/// A conversation: protocol and both endpoints, the smaller (address, port) first, whoever began it.
package struct ConversationKey: SummaryKey {
    /// `IPAddress.high` of the smaller endpoint.
    package var lowHigh: UInt64
    /// `IPAddress.low` of the smaller endpoint.
    package var lowLow: UInt64
    /// `IPAddress.high` of the greater endpoint.
    package var highHigh: UInt64
    /// `IPAddress.low` of the greater endpoint.
    package var highLow: UInt64
    /// Ports (smaller endpoint's in the upper half), protocol, IP version, and whether the ports mean something.
    package var rest: UInt64

    /// The key of a flow, and whether its initiator is the greater endpoint.
    @inline(__always)
    static func of(
        source: AddressKey, sourcePort: UInt16, destination: AddressKey, destinationPort: UInt16,
        protocolIdentifier: UInt8, hasPorts: Bool
    ) -> (key: ConversationKey, swapped: Bool) {
        let swapped: Bool
        if source.high != destination.high {
            swapped = source.high > destination.high
        } else if source.low != destination.low {
            swapped = source.low > destination.low
        } else {
            swapped = sourcePort > destinationPort
        }
        let (low, high) = swapped ? (destination, source) : (source, destination)
        let (lowPort, highPort) = swapped ? (destinationPort, sourcePort) : (sourcePort, destinationPort)
        let rest =
            UInt64(lowPort) << 48 | UInt64(highPort) << 32 | UInt64(protocolIdentifier) << 16
            | UInt64(source.version) << 8 | (hasPorts ? 1 : 0)
        let key = ConversationKey(
            lowHigh: low.high, lowLow: low.low, highHigh: high.high, highLow: high.low, rest: rest)
        return (key, swapped)
    }

    /// Port of the smaller endpoint.
    package var lowPort: UInt16 { UInt16(truncatingIfNeeded: rest >> 48) }
    /// Port of the greater endpoint.
    package var highPort: UInt16 { UInt16(truncatingIfNeeded: rest >> 32) }
    /// IE 4 protocolIdentifier.
    package var protocolIdentifier: UInt8 { UInt8(truncatingIfNeeded: rest >> 16) }
    /// 4 or 6.
    package var version: UInt8 { UInt8(truncatingIfNeeded: rest >> 8) }
    /// Whether the ports mean something.
    package var hasPorts: Bool { rest & 1 != 0 }
    /// Address of the smaller endpoint.
    package var lowAddress: IPAddress { IPAddress(high: lowHigh, low: lowLow, version: version) }
    /// Address of the greater endpoint.
    package var highAddress: IPAddress { IPAddress(high: highHigh, low: highLow, version: version) }

    /// 64 well-mixed bits.
    @inline(__always)
    package func hash(_ keys: HashKeys) -> UInt64 {
        let left = keys.hash(lowHigh ^ rest, lowLow)
        return keys.hash(left ^ highHigh, highLow)
    }

    /// Equal in every word.
    @inline(__always)
    package static func == (left: Self, right: Self) -> Bool {
        left.lowLow == right.lowLow && left.highLow == right.highLow && left.rest == right.rest
            && left.lowHigh == right.lowHigh && left.highHigh == right.highHigh
    }

    /// By protocol or version, then by number.
    package static func < (left: Self, right: Self) -> Bool {
        if left.lowAddress != right.lowAddress { return left.lowAddress < right.lowAddress }
        if left.highAddress != right.highAddress { return left.highAddress < right.highAddress }
        return left.rest < right.rest
    }
}
