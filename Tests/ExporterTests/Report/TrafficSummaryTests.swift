import Exporter
import FlowTable
import NetTypes
import Testing

@Suite struct TrafficSummaryTests {
    /// All lists against plain dictionaries over whole flows.
    @Test(arguments: [1, 2, 3] as [UInt64], [1, 7, 4096])
    func agreesWithPlainDictionaries(seed: UInt64, batchSize: Int) throws {
        var source = RandomRecords(seed: seed)
        let records = source.batch(3000)
        let summary = try summarise(records, batchSize: batchSize)
        var services: [[UInt64]: TrafficCounters] = [:]
        var sources: [[UInt64]: TrafficCounters] = [:]
        var attempts: [[UInt64]: TrafficCounters] = [:]
        var total = TrafficCounters()
        for record in records {
            let counters = TrafficCounters(
                flows: record.sliceIndex == 0 ? 1 : 0, packets: record.packetsForward + record.packetsReverse,
                octets: record.octetsForward + record.octetsReverse)
            total.add(counters)
            let address = [record.sourceHigh, record.sourceLow, UInt64(record.ipVersion)]
            if record.service == .answered {
                sources[address, default: TrafficCounters()].add(counters)
                if record.presence.contains(.ports) {
                    services[
                        [UInt64(record.protocolIdentifier), UInt64(record.destinationPort)],
                        default: TrafficCounters()
                    ].add(counters)
                }
            } else {
                attempts[address, default: TrafficCounters()].add(counters)
            }
        }
        #expect(summary.total == total && summary.uncertainFlows == 0)
        #expect(summary.records == UInt64(records.count))
        #expect(summary.firstPacket == records.map(\.start).min() && summary.lastPacket == records.map(\.end).max())
        let sourceRows = summary.answered.sources.entries.map {
            ([$0.key.high, $0.key.low, UInt64($0.key.version)], $0.tally)
        }
        #expect(Dictionary(uniqueKeysWithValues: sourceRows) == sources)
        let attemptRows = summary.attempts.sources.entries.map {
            ([$0.key.high, $0.key.low, UInt64($0.key.version)], $0.tally)
        }
        #expect(Dictionary(uniqueKeysWithValues: attemptRows) == attempts)
        let serviceRows = summary.answered.services.entries.map {
            ([UInt64($0.key.protocolIdentifier), UInt64($0.key.port)], $0.tally)
        }
        #expect(Dictionary(uniqueKeysWithValues: serviceRows) == services)
        var parts = summary.answeredTotal
        parts.add(summary.refusedTotal)
        parts.add(summary.silentTotal)
        #expect(parts == total)
        var byDirection = TrafficCounters()
        for split in summary.directions {
            byDirection.add(split.answered)
            byDirection.add(split.attempts)
        }
        #expect(byDirection == total)
        let conversationOctets = summary.conversations.entries.reduce(0) { $0 + $1.tally.octets }
        #expect(conversationOctets == total.octets)
    }

    /// One scan of every port must leave the service list alone.
    @Test func aScanStandsApart() throws {
        var records: [FlowRecord] = []
        for port in 0...UInt16.max {
            var record = FlowRecord()
            record.flowId = UInt64(port) + 1
            record.presence = [.ports, .lastSlice]
            record.protocolIdentifier = 6
            record.sourceLow = 0xC000_0201
            record.destinationLow = 0x0A00_0001
            record.destinationPort = port
            record.sourcePort = 40_000
            record.packetsForward = 1
            record.octetsForward = 40
            record.service = port == 22 ? .answered : port % 2 == 0 ? .refused : .silent
            records.append(record)
        }
        let summary = try summarise(records, batchSize: 1000)
        #expect(summary.answered.services.entries.map(\.key.port) == [22])
        #expect(summary.attempts.services.distinct == 65_535)
        #expect(summary.attempts.sources.entries.map(\.tally.flows) == [65_535])
        #expect(summary.refusedTotal.flows == 32_767 && summary.silentTotal.flows == 32_768)
    }

    /// Both orientations are one conversation, and each side's share stays with it.
    @Test func conversationsAreCanonical() throws {
        var record = FlowRecord()
        record.presence = [.ports, .lastSlice]
        record.sourceLow = 9
        record.destinationLow = 5
        record.sourcePort = 1000
        record.destinationPort = 53
        record.packetsForward = 1
        record.octetsForward = 100
        record.packetsReverse = 2
        record.octetsReverse = 900
        var other = record
        swap(&other.sourceLow, &other.destinationLow)
        swap(&other.sourcePort, &other.destinationPort)
        let summary = try summarise([record, record, other], batchSize: 8)
        let entry = try #require(summary.conversations.entries.first)
        #expect(summary.conversations.entries.count == 1)
        #expect(entry.key.lowAddress == IPAddress(v4: 5) && entry.key.lowPort == 53)
        #expect(entry.tally.octetsFromLow == 900 + 900 + 100 && entry.tally.octetsFromHigh == 100 + 100 + 900)
        #expect(entry.tally.flows == 3 && entry.tally.flowsFromHigh == 2)
    }

    /// With too little room for stitching, sums stay right and the doubt is stated.
    @Test func littleRoomForStitching() throws {
        var source = RandomRecords(seed: 4)
        let records = source.batch(3000)
        var configuration = TrafficSummary.Configuration()
        configuration.stitchCapacity = 3
        configuration.listCapacity = 16
        let summary = try summarise(records, batchSize: 100, configuration)
        let whole = try summarise(records, batchSize: 100)
        #expect(summary.total.octets == whole.total.octets && summary.total.packets == whole.total.packets)
        #expect(summary.uncertainFlows > 0)
        #expect(summary.total.flows <= whole.total.flows)
        #expect(whole.total.flows <= summary.total.flows + summary.uncertainFlows)
    }
}

/// A finished summary of `records`, fed in batches.
func summarise(
    _ records: [FlowRecord], batchSize: Int,
    _ configuration: TrafficSummary.Configuration = TrafficSummary.Configuration()
) throws -> TrafficSummary {
    let summary = TrafficSummary(configuration: configuration)
    try feed(records, to: summary, batchSize: batchSize)
    return summary
}

/// Sends records through a sink in batches, and ends it.
func feed(_ records: [FlowRecord], to sink: some RecordSink, batchSize: Int) throws {
    var start = 0
    while start < records.count {
        let end = min(records.count, start + batchSize)
        let batch = Array(records[start..<end])
        try sink.consume(batch.span, packetClock: batch.last?.end ?? 0)
        start = end
    }
    try sink.finish(packetClock: records.last?.end ?? 0)
}
