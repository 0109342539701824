/// Which flows of an observation domain are counted: all of them, or one of 2, 4, … 64, chosen by a keyed hash of the flow's
/// addresses, ports and protocol (RFC 7014 section 5.1, flow filtering by a hash; RFC 5475 section 6.2.2).
///
/// The hash leaves out domain and segment: a flow that is seen at several points is chosen at all of them or at none. What a
/// stricter selector chooses, every laxer one chooses too.
package struct FlowSelector: BitwiseCopyable, Sendable, Equatable, Comparable {
    /// One of 2 to the power of this many flows is chosen; 0 to 6.
    package let exponent: UInt8

    /// Takes every flow.
    package static let all = FlowSelector(exponent: 0)
    /// Takes one of 64.
    package static let strictest = FlowSelector(exponent: 6)

    /// One of 2 to the power of `exponent`, of 64 at most.
    package init(exponent: UInt8) { self.exponent = min(exponent, 6) }

    /// IE 302: 1 for all, 2 for one of 2, … 7 for one of 64. Frozen: records keep it.
    package var id: UInt8 { exponent + 1 }
    /// One of so many flows is chosen: what a count of flows, packets or octets is to be multiplied by.
    package var factor: UInt64 { 1 << UInt64(exponent) }
    /// The bits of the hash that are 0 in chosen flows.
    @inline(__always)
    var mask: UInt32 { 1 << UInt32(exponent) &- 1 }

    /// The selector with this id; nil where there is none.
    package init?(id: UInt8) {
        guard (1...7).contains(id) else { return nil }
        exponent = id - 1
    }

    /// Every selector, the laxest first.
    package static var allSelectors: [FlowSelector] { (0...strictest.exponent).map(FlowSelector.init(exponent:)) }

    /// Whether `left` chooses more flows.
    package static func < (left: FlowSelector, right: FlowSelector) -> Bool { left.exponent < right.exponent }
}

/// What flow selection left out: packets of flows that were not chosen.
package struct SelectionSums: Sendable, Equatable {
    /// Packets, each of which would else have been in a flow.
    package var packets = PacketSums()
    /// Packets that would have been counted a second time, in a tunnel's flow.
    package var tunnelCopies = PacketSums()
    /// ICMP errors about flows that were not chosen; the errors themselves are packets like others.
    package var notices: UInt64 = 0

    /// All zero.
    package init() {}

    /// Adds other sums.
    package mutating func add(_ other: SelectionSums) {
        packets.add(other.packets)
        tunnelCopies.add(other.tunnelCopies)
        notices &+= other.notices
    }
}
