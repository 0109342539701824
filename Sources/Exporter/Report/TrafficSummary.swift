import FlowTable
import NetTypes

/// Adds records up into the five supervision lists, the attempts beside them, and the top conversations.
///
/// A flow counts once, however many slices it had. Answered traffic and attempts (silent or refused flows) are kept in
/// lists of their own, so that a scan cannot fill the lists of services and addresses. Every list is bounded
/// (`HeavyHitterList`), and nothing it tells depends on hashing or on the run.
package final class TrafficSummary: RecordSink {
    /// How much memory the lists may take.
    package struct Configuration: Sendable {
        /// Most keys in each list of addresses, services and conversations; about 100 octets each.
        package var listCapacity = 65_536
        /// Most unfinished flows of several slices held for stitching; about 400 octets each.
        package var stitchCapacity = 65_536

        /// The defaults: at most 70 MB when every list is full.
        package init() {}
    }

    /// Answered traffic beside attempts, for lists whose keys are few.
    package struct Split: Sendable {
        /// Flows whose service answered.
        package var answered = TrafficCounters()
        /// Silent and refused flows.
        package var attempts = TrafficCounters()
    }

    /// The lists of one kind of traffic.
    package struct Lists: Sendable {
        /// By initiator.
        package var sources: HeavyHitterList<AddressKey, TrafficCounters>
        /// By responder.
        package var destinations: HeavyHitterList<AddressKey, TrafficCounters>
        /// By protocol and destination port, where there are ports.
        package var services: HeavyHitterList<ServiceKey, TrafficCounters>

        /// Empty lists of at most `capacity` keys each.
        package init(capacity: Int) {
            sources = HeavyHitterList(capacity: capacity)
            destinations = HeavyHitterList(capacity: capacity)
            services = HeavyHitterList(capacity: capacity)
        }
    }

    /// By IE 4 protocolIdentifier, which is the index.
    package private(set) var protocols = [Split](repeating: Split(), count: 256)
    /// By `ZoneDirection.rawValue`, which is the index.
    package private(set) var directions = [Split](repeating: Split(), count: FlowRecord.ZoneDirection.allCases.count)
    /// Answered flows, kept by octets.
    package private(set) var answered: Lists
    /// Silent and refused flows, kept by number of flows.
    package private(set) var attempts: Lists
    /// All flows, kept by octets.
    package private(set) var conversations: HeavyHitterList<ConversationKey, ConversationTally>
    private var stitcher: FlowStitcher

    /// All flows together.
    package private(set) var total = TrafficCounters()
    /// Flows whose service answered.
    package private(set) var answeredTotal = TrafficCounters()
    /// Flows that were refused (RST to a SYN, port unreachable).
    package private(set) var refusedTotal = TrafficCounters()
    /// Flows to which nothing came back.
    package private(set) var silentTotal = TrafficCounters()
    /// Records taken, slices included.
    package private(set) var records: UInt64 = 0
    /// Time of the first packet; nil before any record.
    package private(set) var firstPacket: Nanoseconds?
    /// Time of the last packet; nil before any record.
    package private(set) var lastPacket: Nanoseconds?
    /// Later parts of flows that may have been counted before, because more flows were unfinished at once than
    /// `stitchCapacity`: the number of flows may be too small by this much at most.
    package private(set) var uncertainFlows: UInt64 = 0

    /// An empty summary.
    package init(configuration: Configuration = Configuration()) {
        answered = Lists(capacity: configuration.listCapacity)
        attempts = Lists(capacity: configuration.listCapacity)
        conversations = HeavyHitterList(capacity: configuration.listCapacity)
        stitcher = FlowStitcher(capacity: configuration.stitchCapacity)
    }

    /// Takes a batch of records. Never throws.
    package func consume(_ batch: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError) {
        for index in batch.indices {
            if FlowStitcher.isWhole(batch[index]) {
                count(batch[index])
            } else if let flow = stitcher.add(batch[index]) {
                count(flow)
            }
        }
        records &+= UInt64(batch.count)
    }

    /// Counts the flows that are still unfinished. Never throws.
    package func finish(packetClock: Nanoseconds) throws(ExportError) {
        while let flow = stitcher.popOldest() { count(flow) }
    }

    private func count(_ record: FlowRecord) {
        var counters = TrafficCounters(
            flows: 1, packets: record.packetsForward &+ record.packetsReverse,
            octets: record.octetsForward &+ record.octetsReverse)
        if record.sliceIndex > 0, stitcher.evicted > 0 {
            uncertainFlows += 1
            counters.flows = 0
        }
        firstPacket = min(firstPacket ?? .max, record.start)
        lastPacket = max(lastPacket ?? 0, record.end)
        total.add(counters)

        let source = AddressKey(high: record.sourceHigh, low: record.sourceLow, version: record.ipVersion)
        let destination = AddressKey(
            high: record.destinationHigh, low: record.destinationLow, version: record.ipVersion)
        let service = ServiceKey(protocolIdentifier: record.protocolIdentifier, port: record.destinationPort)
        let hasPorts = record.presence.contains(.ports)
        let (protocolIndex, directionIndex) = (Int(record.protocolIdentifier), Int(record.zoneDirection.rawValue))
        if record.service == .answered {
            answeredTotal.add(counters)
            protocols[protocolIndex].answered.add(counters)
            directions[directionIndex].answered.add(counters)
            answered.sources.add(source, counters, weight: counters.octets)
            answered.destinations.add(destination, counters, weight: counters.octets)
            if hasPorts { answered.services.add(service, counters, weight: counters.octets) }
        } else {
            if record.service == .refused { refusedTotal.add(counters) } else { silentTotal.add(counters) }
            protocols[protocolIndex].attempts.add(counters)
            directions[directionIndex].attempts.add(counters)
            attempts.sources.add(source, counters, weight: counters.flows)
            attempts.destinations.add(destination, counters, weight: counters.flows)
            if hasPorts { attempts.services.add(service, counters, weight: counters.flows) }
        }
        countConversation(record, flows: counters.flows, octets: counters.octets)
    }

    private func countConversation(_ record: FlowRecord, flows: UInt64, octets: UInt64) {
        let (key, swapped) = ConversationKey.of(record)
        var tally = ConversationTally()
        tally.flows = flows
        tally.packetsFromLow = swapped ? record.packetsReverse : record.packetsForward
        tally.octetsFromLow = swapped ? record.octetsReverse : record.octetsForward
        tally.packetsFromHigh = swapped ? record.packetsForward : record.packetsReverse
        tally.octetsFromHigh = swapped ? record.octetsForward : record.octetsReverse
        tally.flowsFromHigh = swapped ? flows : 0
        conversations.add(key, tally, weight: octets)
    }
}
