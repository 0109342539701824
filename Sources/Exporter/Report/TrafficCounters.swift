/// What a list adds up per key.
package protocol SummaryTally: BitwiseCopyable, Sendable {
    /// Nothing counted.
    init()
    /// Adds another count to this one. Wraps rather than traps: a hostile store may hold any number.
    mutating func add(_ other: Self)
}

/// Flows, packets and octets (layer 3), both directions together.
package struct TrafficCounters: SummaryTally, Equatable {
    /// Flows: each counts once, however many slices it had.
    package var flows: UInt64 = 0
    /// Packets, both directions.
    package var packets: UInt64 = 0
    /// Layer 3 octets, both directions.
    package var octets: UInt64 = 0

    /// Nothing counted.
    package init() {}

    /// Counters with these values.
    package init(flows: UInt64, packets: UInt64, octets: UInt64) {
        self.flows = flows
        self.packets = packets
        self.octets = octets
    }

    /// Adds another count to this one, wrapping.
    @inline(__always)
    package mutating func add(_ other: TrafficCounters) {
        flows &+= other.flows
        packets &+= other.packets
        octets &+= other.octets
    }

    /// Takes a part of these counters away.
    package mutating func subtract(_ part: TrafficCounters) {
        flows &-= part.flows
        packets &-= part.packets
        octets &-= part.octets
    }
}

/// A conversation's flows, and what each endpoint of its key sent.
package struct ConversationTally: SummaryTally, Equatable {
    /// Flows: each counts once.
    package var flows: UInt64 = 0
    /// What the smaller endpoint of the key sent.
    package var packetsFromLow: UInt64 = 0
    /// Layer 3 octets that the smaller endpoint sent.
    package var octetsFromLow: UInt64 = 0
    /// What the greater endpoint of the key sent.
    package var packetsFromHigh: UInt64 = 0
    /// Layer 3 octets that the greater endpoint sent.
    package var octetsFromHigh: UInt64 = 0
    /// Flows that the greater endpoint began.
    package var flowsFromHigh: UInt64 = 0

    /// Nothing counted.
    package init() {}

    /// Adds another count to this one, wrapping.
    @inline(__always)
    package mutating func add(_ other: ConversationTally) {
        flows &+= other.flows
        packetsFromLow &+= other.packetsFromLow
        octetsFromLow &+= other.octetsFromLow
        packetsFromHigh &+= other.packetsFromHigh
        octetsFromHigh &+= other.octetsFromHigh
        flowsFromHigh &+= other.flowsFromHigh
    }

    /// Octets of both sides.
    package var octets: UInt64 { octetsFromLow &+ octetsFromHigh }
    /// Packets of both sides.
    package var packets: UInt64 { packetsFromLow &+ packetsFromHigh }
}
