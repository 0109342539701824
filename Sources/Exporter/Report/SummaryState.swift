import FlowTable
import NetTypes

/// What a summary keeps. A value of its own, so that a batch is counted under one exclusive access.
struct SummaryState: Sendable {
    /// What the lists need of a flow: a fifth of a record, so that a chunk stays in the nearest cache while one list
    /// after the other goes through it.
    private struct Facts: BitwiseCopyable {
        var sourceHigh, sourceLow, destinationHigh, destinationLow: UInt64
        var packetsForward, packetsReverse, octetsForward, octetsReverse: UInt64
        var sourcePort, destinationPort: UInt16
        var protocolIdentifier, ipVersion: UInt8
        var hasPorts, isAnswered: Bool
        /// 0 for the later part of a flow that was counted already.
        var flows: UInt64

        init(_ record: FlowRecord, flows: UInt64) {
            sourceHigh = record.sourceHigh
            sourceLow = record.sourceLow
            destinationHigh = record.destinationHigh
            destinationLow = record.destinationLow
            packetsForward = record.packetsForward
            packetsReverse = record.packetsReverse
            octetsForward = record.octetsForward
            octetsReverse = record.octetsReverse
            sourcePort = record.sourcePort
            destinationPort = record.destinationPort
            protocolIdentifier = record.protocolIdentifier
            ipVersion = record.ipVersion
            hasPorts = record.presence.contains(.ports)
            isAnswered = record.service == .answered
            self.flows = flows
        }

        var counters: TrafficCounters {
            TrafficCounters(
                flows: flows, packets: packetsForward &+ packetsReverse, octets: octetsForward &+ octetsReverse)
        }
        var source: AddressKey { AddressKey(high: sourceHigh, low: sourceLow, version: ipVersion) }
        var destination: AddressKey { AddressKey(high: destinationHigh, low: destinationLow, version: ipVersion) }
        var service: ServiceKey { ServiceKey(protocolIdentifier: protocolIdentifier, port: destinationPort) }
    }

    private static let chunk = 256

    var protocols = [TrafficSummary.Split](repeating: TrafficSummary.Split(), count: 256)
    var directions = [TrafficSummary.Split](
        repeating: TrafficSummary.Split(), count: FlowRecord.ZoneDirection.allCases.count)
    var answered: TrafficSummary.Lists
    var attempts: TrafficSummary.Lists
    var conversations: HeavyHitterList<ConversationKey, ConversationTally>
    /// By `ServiceEvidence.rawValue`.
    var totals = [TrafficCounters](repeating: TrafficCounters(), count: FlowRecord.ServiceEvidence.allCases.count)
    var records: UInt64 = 0
    var firstPacket: Nanoseconds = .max
    var lastPacket: Nanoseconds = 0
    var uncertainFlows: UInt64 = 0

    private var stitcher: FlowStitcher
    private var waiting: [Facts] = []

    init(_ configuration: TrafficSummary.Configuration) {
        answered = TrafficSummary.Lists(capacity: configuration.listCapacity)
        attempts = TrafficSummary.Lists(capacity: configuration.listCapacity)
        conversations = HeavyHitterList(capacity: configuration.listCapacity)
        stitcher = FlowStitcher(capacity: configuration.stitchCapacity)
        waiting.reserveCapacity(Self.chunk)
    }

    mutating func consume(_ batch: Span<FlowRecord>) {
        var index = 0
        while index < batch.count {
            if FlowStitcher.isWhole(batch[index]) {
                count(batch[index])
            } else if let flow = stitcher.add(batch[index]) {
                count(flow)
            }
            index += 1
        }
        records &+= UInt64(batch.count)
        countWaiting()
    }

    mutating func finish() {
        while let flow = stitcher.popOldest() { count(flow) }
        countWaiting()
    }

    private mutating func count(_ record: FlowRecord) {
        var flows: UInt64 = 1
        if record.sliceIndex > 0, stitcher.evicted > 0 {
            uncertainFlows &+= 1
            flows = 0
        }
        firstPacket = min(firstPacket, record.start)
        lastPacket = max(lastPacket, record.end)
        let facts = Facts(record, flows: flows)
        let counters = facts.counters
        totals[Int(record.service.rawValue)].add(counters)
        if facts.isAnswered {
            protocols[Int(record.protocolIdentifier)].answered.add(counters)
            directions[Int(record.zoneDirection.rawValue)].answered.add(counters)
        } else {
            protocols[Int(record.protocolIdentifier)].attempts.add(counters)
            directions[Int(record.zoneDirection.rawValue)].attempts.add(counters)
        }
        waiting.append(facts)
        if waiting.count == Self.chunk { countWaiting() }
    }

    /// One list after the other: each stays in the cache for the chunk, and the look-ups of neighbouring flows overlap.
    /// Every list sees all flows in the order of records, wherever batches end.
    private mutating func countWaiting() {
        for facts in waiting {
            let counters = facts.counters
            if facts.isAnswered {
                answered.sources.add(facts.source, counters, weight: counters.octets)
            } else {
                attempts.sources.add(facts.source, counters, weight: facts.flows)
            }
        }
        for facts in waiting {
            let counters = facts.counters
            if facts.isAnswered {
                answered.destinations.add(facts.destination, counters, weight: counters.octets)
            } else {
                attempts.destinations.add(facts.destination, counters, weight: facts.flows)
            }
        }
        for facts in waiting where facts.hasPorts {
            let counters = facts.counters
            if facts.isAnswered {
                answered.services.add(facts.service, counters, weight: counters.octets)
            } else {
                attempts.services.add(facts.service, counters, weight: facts.flows)
            }
        }
        for facts in waiting { countConversation(facts) }
        waiting.removeAll(keepingCapacity: true)
    }

    private mutating func countConversation(_ facts: Facts) {
        let (key, swapped) = ConversationKey.of(
            source: facts.source, sourcePort: facts.sourcePort, destination: facts.destination,
            destinationPort: facts.destinationPort, protocolIdentifier: facts.protocolIdentifier,
            hasPorts: facts.hasPorts)
        var tally = ConversationTally()
        tally.flows = facts.flows
        tally.packetsFromLow = swapped ? facts.packetsReverse : facts.packetsForward
        tally.octetsFromLow = swapped ? facts.octetsReverse : facts.octetsForward
        tally.packetsFromHigh = swapped ? facts.packetsForward : facts.packetsReverse
        tally.octetsFromHigh = swapped ? facts.octetsForward : facts.octetsReverse
        tally.flowsFromHigh = swapped ? facts.flows : 0
        conversations.add(key, tally, weight: tally.octets)
    }
}
