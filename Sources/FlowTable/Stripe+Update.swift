import NetTypes
import PacketDecode

extension Stripe {
    /// Counts a packet into a live flow. False, and nothing counted, when a counter would overflow.
    @inline(__always)
    static func update(
        _ hot: inout HotSlot, _ cold: inout ColdSlot, _ services: inout ServiceMemory, _ facts: Span<PacketFacts>,
        _ packet: Int
    ) -> Bool {
        let from = facts[packet].sender
        let (overhead, overflow) = hot.sides[from].overhead
            .addingReportingOverflow(facts[packet].wireOctets &- facts[packet].networkOctets)
        let packets = hot.sides[from].packets
        if overflow || packets == .max { return false }
        let length = UInt16(truncatingIfNeeded: min(facts[packet].networkOctets, 0xFFFF))
        let timeToLive = facts[packet].timeToLive
        if packets == 0 {
            beginSide(&hot, &cold, facts, packet)
            hot.sides[from].minimumLength = length
            hot.sides[from].maximumLength = length
            hot.sides[from].minimumTTL = timeToLive
            hot.sides[from].maximumTTL = timeToLive
        } else {
            hot.sides[from].minimumLength = min(hot.sides[from].minimumLength, length)
            hot.sides[from].maximumLength = max(hot.sides[from].maximumLength, length)
            hot.sides[from].minimumTTL = min(hot.sides[from].minimumTTL, timeToLive)
            hot.sides[from].maximumTTL = max(hot.sides[from].maximumTTL, timeToLive)
        }
        hot.sides[from].packets = packets &+ 1
        hot.sides[from].overhead = overhead
        hot.octets[from] &+= UInt64(facts[packet].networkOctets)
        if facts[packet].flags.contains(.tcp) { updateTCP(&hot, &cold, &services, facts, packet) }
        if facts[packet].payloadOctets != 0 { hot.sides[from].marks.insert(.payload) }
        hot.last[from] = max(hot.last[from], facts[packet].timestamp)
        return true
    }

    /// Notes what is kept of an endpoint's first packet in a slice, and in the flow.
    @inline(never)
    private static func beginSide(
        _ hot: inout HotSlot, _ cold: inout ColdSlot, _ facts: Span<PacketFacts>, _ packet: Int
    ) {
        let from = facts[packet].sender
        if hot.sliceIsEmpty {
            hot.sliceStart = facts[packet].timestamp
            if from == 0 { hot.state.remove(.sliceFromB) } else { hot.state.insert(.sliceFromB) }
        } else {
            cold.firstOther = facts[packet].timestamp
        }
        guard !hot.sides[from].marks.contains(.seen) else { return }
        hot.sides[from].marks.insert(.seen)
        cold.classOfService[from] = facts[packet].classOfService
        if facts[packet].flags.contains(.vlan) {
            cold.vlan[from] = facts[packet].vlan
            cold.marks.insert(ColdSlot.Marks.vlan(from))
        }
        if facts[packet].flags.contains(.icmp) {
            cold.icmp[from] = facts[packet].icmpTypeCode
            cold.marks.insert(ColdSlot.Marks.icmp(from))
        }
    }
}
