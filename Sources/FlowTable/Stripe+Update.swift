import NetTypes
import PacketDecode

extension Stripe {
    /// Counts a packet into a live flow. False, and nothing counted, when a counter would overflow.
    @inline(__always)
    static func update(
        _ hot: inout HotSlot, _ cold: inout ColdSlot, _ services: inout ServiceMemory, _ facts: PacketFacts
    ) -> Bool {
        let from = facts.sender
        let (overhead, overflow) = hot.sides[from].overhead
            .addingReportingOverflow(facts.wireOctets &- facts.networkOctets)
        let packets = hot.sides[from].packets
        if overflow || packets == .max { return false }
        let length = UInt16(truncatingIfNeeded: min(facts.networkOctets, 0xFFFF))
        let timeToLive = facts.timeToLive
        if packets == 0 {
            beginSide(&hot, &cold, facts)
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
        hot.octets[from] &+= UInt64(facts.networkOctets)
        if facts.flags.contains(.tcp) { updateTCP(&hot, &cold, &services, facts) }
        if facts.payloadOctets != 0 { hot.sides[from].marks.insert(.payload) }
        hot.last[from] = max(hot.last[from], facts.timestamp)
        return true
    }

    /// Notes what is kept of an endpoint's first packet in a slice, and in the flow.
    @inline(never)
    private static func beginSide(_ hot: inout HotSlot, _ cold: inout ColdSlot, _ facts: PacketFacts) {
        let from = facts.sender
        if hot.sliceIsEmpty {
            hot.sliceStart = facts.timestamp
            if from == 0 { hot.state.remove(.sliceFromB) } else { hot.state.insert(.sliceFromB) }
        } else {
            cold.firstOther = facts.timestamp
        }
        guard !hot.sides[from].marks.contains(.seen) else { return }
        hot.sides[from].marks.insert(.seen)
        cold.classOfService[from] = facts.classOfService
        if facts.flags.contains(.vlan) {
            cold.vlan[from] = facts.vlan
            cold.marks.insert(ColdSlot.Marks.vlan(from))
        }
        if facts.flags.contains(.icmp) {
            cold.icmp[from] = facts.icmpTypeCode
            cold.marks.insert(ColdSlot.Marks.icmp(from))
        }
    }
}
