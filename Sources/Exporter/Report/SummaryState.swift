import FlowTable
import NetTypes

/// What a summary keeps. A value of its own, so that a batch is counted under one exclusive access.
struct SummaryState: Sendable {
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
    /// Flows by the id of their selector; 0 for those without.
    var bySelector = [UInt64](repeating: 0, count: Int(FlowSelector.strictest.id) + 1)

    private var stitcher: FlowStitcher

    init(_ configuration: TrafficSummary.Configuration) {
        answered = TrafficSummary.Lists(capacity: configuration.listCapacity)
        attempts = TrafficSummary.Lists(capacity: configuration.listCapacity)
        conversations = HeavyHitterList(capacity: configuration.listCapacity)
        stitcher = FlowStitcher(capacity: configuration.stitchCapacity)
    }

    mutating func consume(_ batch: Span<FlowRecord>) {
        var index = 0
        while index < batch.count {
            if batch[index].isTunnelCopy {
                // What it counts is counted in the flows inside.
            } else if FlowStitcher.isWhole(batch[index]) {
                count(batch[index])
            } else if let flow = stitcher.add(batch[index]) {
                count(flow)
            }
            index += 1
        }
        records &+= UInt64(batch.count)
        flush()
    }

    mutating func finish() {
        while let flow = stitcher.popOldest() { count(flow) }
        flush()
    }

    private mutating func count(_ record: FlowRecord) {
        var flows: UInt64 = 1
        if record.sliceIndex > 0, stitcher.evicted > 0 {
            uncertainFlows &+= 1
            flows = 0
        }
        firstPacket = min(firstPacket, record.start)
        lastPacket = max(lastPacket, record.end)
        let counters = TrafficCounters(
            flows: flows, packets: record.packetsForward &+ record.packetsReverse,
            octets: record.octetsForward &+ record.octetsReverse)
        totals[Int(record.service.rawValue)].add(counters)
        bySelector[record.selectorId < bySelector.count ? Int(record.selectorId) : 0] &+= flows
        let source = AddressKey(high: record.sourceHigh, low: record.sourceLow, version: record.ipVersion)
        let destination = AddressKey(
            high: record.destinationHigh, low: record.destinationLow, version: record.ipVersion)
        let service = ServiceKey(protocolIdentifier: record.protocolIdentifier, port: record.destinationPort)
        let hasPorts = record.presence.contains(.ports)
        let (protocolIndex, directionIndex) = (Int(record.protocolIdentifier), Int(record.zoneDirection.rawValue))
        if record.service == .answered {
            protocols[protocolIndex].answered.add(counters)
            directions[directionIndex].answered.add(counters)
            answered.sources.add(source, counters, weight: counters.octets)
            answered.destinations.add(destination, counters, weight: counters.octets)
            if hasPorts { answered.services.add(service, counters, weight: counters.octets) }
        } else {
            protocols[protocolIndex].attempts.add(counters)
            directions[directionIndex].attempts.add(counters)
            attempts.sources.add(source, counters, weight: flows)
            attempts.destinations.add(destination, counters, weight: flows)
            if hasPorts { attempts.services.add(service, counters, weight: flows) }
        }
        let (key, swapped) = ConversationKey.of(
            source: source, sourcePort: record.sourcePort, destination: destination,
            destinationPort: record.destinationPort, protocolIdentifier: record.protocolIdentifier,
            hasPorts: hasPorts)
        var tally = ConversationTally()
        tally.flows = flows
        tally.packetsFromLow = swapped ? record.packetsReverse : record.packetsForward
        tally.octetsFromLow = swapped ? record.octetsReverse : record.octetsForward
        tally.packetsFromHigh = swapped ? record.packetsForward : record.packetsReverse
        tally.octetsFromHigh = swapped ? record.octetsForward : record.octetsReverse
        tally.flowsFromHigh = swapped ? flows : 0
        conversations.add(key, tally, weight: counters.octets)
    }

    private mutating func flush() {
        answered.flush()
        attempts.flush()
        conversations.flush()
    }
}
