import FlowTable
import NetTypes

/// Seeded pseudo-random numbers (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

/// What kind of record to make.
struct Recipe {
    var seed: UInt64 = 1
    /// Chance in percent that a record is IPv6, has a VLAN, lacks its forward direction, lacks its reverse direction.
    var ipv6 = 20
    var vlan = 30
    var noForward = 3
    var noReverse = 10
    /// Percent of records without MAC addresses.
    var noMACs = 10
    /// Percent of records in a tunnel.
    var tunnel = 15
    /// Percent of records whose VLAN or ICMP type is known in one direction only.
    var uneven = 2
    /// Protocols to choose from.
    var protocols: [UInt8] = [6, 6, 6, 17, 17, 1, 47]
}

/// 2026-11-22T10:13:20Z.
let syntheticEpoch: Nanoseconds = 1_795_342_400 * nanosecondsPerSecond

/// Plausible records of every shape, the same for the same recipe.
func syntheticRecords(_ count: Int, _ recipe: Recipe = Recipe()) -> [FlowRecord] {
    var random = Seeded(state: recipe.seed)
    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    return (0..<count).map { number in
        var record = FlowRecord()
        record.flowId = UInt64(number + 1)
        record.firstFrameNumber = UInt64(number * 3 + 1)
        record.ipVersion = chance(recipe.ipv6) ? 6 : 4
        let isIPv6 = record.ipVersion == 6
        record.sourceHigh = isIPv6 ? 0x2001_0db8_0000_0001 : 0
        record.destinationHigh = isIPv6 ? 0x2001_0db8_0000_0002 : 0
        record.sourceLow = isIPv6 ? random.next() : 0xC000_0200 | random.next() & 0xFF
        record.destinationLow = isIPv6 ? random.next() : 0xC633_6400 | random.next() & 0xFF
        record.protocolIdentifier = recipe.protocols.randomElement(using: &random)!
        let hasForward = !chance(recipe.noForward)
        let hasReverse = !hasForward || !chance(recipe.noReverse)
        let uneven = chance(recipe.uneven)
        switch record.protocolIdentifier {
        case 6, 17, 132:
            record.presence.insert(.ports)
            record.sourcePort = UInt16.random(in: 32768...65535, using: &random)
            record.destinationPort = [53, 80, 443, 22].randomElement(using: &random)!
        case 1:
            if isIPv6 { record.protocolIdentifier = 58 }
            if hasForward { record.presence.insert(.icmpForward) }
            if hasReverse, !uneven { record.presence.insert(.icmpReverse) }
            record.icmpTypeCodeForward = hasForward ? (isIPv6 ? 0x8000 : 0x0800) : 0
            record.icmpTypeCodeReverse = record.presence.contains(.icmpReverse) ? (isIPv6 ? 0x8100 : 0) : 0
        default: break
        }
        if chance(recipe.vlan) {
            record.presence.formUnion([.vlanForward, .segment])
            record.vlanForward = 100 + UInt16(number % 3)
            record.segment = UInt32(record.vlanForward)
            if hasReverse, !uneven {
                record.presence.insert(.vlanReverse)
                record.vlanReverse = record.vlanForward
            }
        }
        if !chance(recipe.noMACs) {
            record.presence.insert(.macs)
            record.sourceMAC = 0x0053_FF00_0000 | random.next() & 0xFFFF
            record.destinationMAC = 0x0053_FF01_0000 | random.next() & 0xFFFF
        }
        if chance(recipe.tunnel) {
            record.presence.formUnion([.tunnel, .segment])
            record.segment = 5000 + UInt32(number % 7)
            (record.tunnelType, record.tunnelDepth) = (8, 1)
            (record.tunnelIdForward, record.tunnelIdReverse) = (record.segment, record.segment)
            (record.tunnelSourceLow, record.tunnelDestinationLow) = (0xFFFF_C000_0201, 0xFFFF_C000_0202)
        }
        let start = syntheticEpoch + Nanoseconds(number) * 1_000_003
        if hasForward {
            record.packetsForward = UInt64.random(in: 1...40, using: &random)
            record.octetsForward = record.packetsForward * UInt64.random(in: 40...1500, using: &random)
            record.layer2OctetsForward = record.octetsForward + record.packetsForward * 14
            record.firstForward = start
            record.lastForward = start + Nanoseconds.random(in: 0...2_000_000_000, using: &random)
            (record.minimumTTLForward, record.maximumTTLForward) = (62, 64)
            record.classOfServiceForward = 0xB8
            (record.minimumLengthForward, record.maximumLengthForward) = (40, 1500)
        }
        if hasReverse {
            record.packetsReverse = UInt64.random(in: 1...40, using: &random)
            record.octetsReverse = record.packetsReverse * UInt64.random(in: 40...1500, using: &random)
            record.layer2OctetsReverse = record.octetsReverse + record.packetsReverse * 14
            record.firstReverse = start + 350_000
            record.lastReverse = start + Nanoseconds.random(in: 350_000...2_000_000_000, using: &random)
            (record.minimumTTLReverse, record.maximumTTLReverse) = (55, 57)
            record.classOfServiceReverse = 0x20
            (record.minimumLengthReverse, record.maximumLengthReverse) = (52, 1400)
        }
        if record.protocolIdentifier == 6 {
            record.tcpControlBitsForward = hasForward ? 0x1B : 0
            record.tcpControlBitsReverse = hasReverse ? 0x12 : 0
            record.tcpState = hasReverse ? .established : .synSent
            record.initiator = hasForward ? .syn : .portRole
            record.retransmittedOctetsForward = hasForward ? UInt64(number % 5) * 100 : 0
            if hasForward, hasReverse {
                record.presence.insert(.handshakeRoundTrip)
                record.handshakeRoundTrip = 700_000 + Nanoseconds(number % 1000)
            }
        }
        record.service = hasReverse ? .answered : .silent
        record.endReason = number % 4 == 0 ? .endOfFlow : .idleTimeout
        record.presence.insert(.lastSlice)
        return record
    }
}
