import FlowTable
import NetTypes

/// Records like those of a small network, cut into slices now and then.
struct RandomRecords {
    var random: SeededGenerator
    var nextFlow: UInt64 = 1

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// One whole flow, in `slices` slices.
    mutating func flow(slices: Int = 1) -> [FlowRecord] {
        var base = FlowRecord()
        base.flowId = nextFlow
        base.firstFrameNumber = nextFlow * 7
        nextFlow += 1
        let isIPv6 = Int.random(in: 0..<5, using: &random) == 0
        base.ipVersion = isIPv6 ? 6 : 4
        base.sourceHigh = isIPv6 ? 0x2001_0db8_0000_0000 : 0
        base.destinationHigh = base.sourceHigh
        base.sourceLow = 0x0A00_0000 + .random(in: 0..<300, using: &random)
        base.destinationLow = 0x0A00_0000 + .random(in: 0..<100, using: &random)
        base.protocolIdentifier = [1, 6, 6, 17].randomElement(using: &random) ?? 6
        if base.protocolIdentifier != 1 {
            base.presence = .ports
            base.sourcePort = .random(in: 1024 ... .max, using: &random)
            base.destinationPort = [53, 80, 443, 22, 8080].randomElement(using: &random) ?? 53
        } else {
            base.presence = [.icmpForward, .icmpReverse]
            base.icmpTypeCodeForward = 0x0800
        }
        base.service = FlowRecord.ServiceEvidence.allCases.randomElement(using: &random) ?? .silent
        base.zoneDirection = FlowRecord.ZoneDirection.allCases.randomElement(using: &random) ?? .unknown
        var records: [FlowRecord] = []
        var time: Nanoseconds = 1_700_000_000_000_000_000 + .random(in: 0..<1_000_000_000_000, using: &random)
        for index in 0..<slices {
            var slice = base
            slice.sliceIndex = UInt32(index)
            slice.packetsForward = .random(in: 1..<100, using: &random)
            slice.octetsForward = slice.packetsForward * .random(in: 40..<1500, using: &random)
            slice.layer2OctetsForward = slice.octetsForward + slice.packetsForward * 14
            slice.firstForward = time
            slice.lastForward = time + 1_000_000
            slice.minimumTTLForward = 64
            slice.maximumTTLForward = 64
            if base.service == .answered {
                slice.packetsReverse = .random(in: 1..<100, using: &random)
                slice.octetsReverse = slice.packetsReverse * .random(in: 40..<1500, using: &random)
                slice.layer2OctetsReverse = slice.octetsReverse + slice.packetsReverse * 14
                slice.firstReverse = time + 10
                slice.lastReverse = time + 1_000_010
            }
            if index == slices - 1 {
                slice.presence.insert(.lastSlice)
            } else {
                slice.endReason = .activeTimeout
            }
            records.append(slice)
            time += 60_000_000_000
        }
        return records
    }

    /// About `count` records of flows with one to three slices, the slices of different flows mixed.
    mutating func batch(_ count: Int) -> [FlowRecord] {
        var records: [FlowRecord] = []
        var waiting: [FlowRecord] = []
        while records.count < count {
            let slices = flow(slices: Int.random(in: 0..<6, using: &random) == 0 ? 3 : 1)
            records.append(slices[0])
            waiting.append(contentsOf: slices.dropFirst())
            if waiting.count > 40 {
                records.append(contentsOf: waiting)
                waiting = []
            }
        }
        return records + waiting
    }
}
