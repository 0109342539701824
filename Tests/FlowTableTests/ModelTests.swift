import FlowTable
import NetTypes
import PacketDecode
import Testing

/// The flow table against the dictionary model, on seeded traffic.
@Suite struct ModelTests {
    /// How a run is fed: none of it may show in the records.
    struct Feeding: Sendable, CustomTestStringConvertible {
        var batchSize: Int
        /// Packets between sweeps; 0 for none.
        var sweepEvery: Int
        var sweepsAll = true
        var testDescription: String { "batches of \(batchSize), sweep every \(sweepEvery)" }

        static let all = [
            Feeding(batchSize: 1, sweepEvery: 0), Feeding(batchSize: 64, sweepEvery: 0),
            Feeding(batchSize: 1, sweepEvery: 1), Feeding(batchSize: 7, sweepEvery: 7, sweepsAll: false),
            Feeding(batchSize: 256, sweepEvery: 256), Feeding(batchSize: 33, sweepEvery: 99, sweepsAll: false),
        ]
    }

    private static func configuration(_ round: UInt64) -> FlowTableConfiguration {
        var configuration = FlowTableConfiguration()
        if round % 2 == 0 {
            configuration.setIdleTimeouts(10 * Packet.second)
            configuration.idleTimeoutTCP = 25 * Packet.second
            configuration.activeTimeout = 15 * Packet.second
        }
        return configuration
    }

    @Test(arguments: Feeding.all, [1, 2, 3, 4] as [UInt64]) func recordsAreTheModels(feeding: Feeding, round: UInt64) {
        let seed = 0xF10A_0000 + round
        print("seed", seed)
        let configuration = Self.configuration(round)
        let bench = TableBench(configuration, batchSize: feeding.batchSize)
        var model = Model(configuration) { bench.stripe(of: $0) }
        let traffic = Traffic(seed: seed, count: 4000, model: &model)
        let end = traffic.clocks.last ?? 0
        model.finish(now: end)

        var position = 0
        while position < traffic.packets.count {
            let next = min(position + feeding.batchSize, traffic.packets.count)
            bench.apply(traffic.packets[position..<next])
            if feeding.sweepEvery > 0, next % feeding.sweepEvery == 0 {
                bench.sweep(now: traffic.clocks[next - 1] - configuration.reorderSlack, all: feeding.sweepsAll)
            }
            expectBalance(bench, "\(next)")
            position = next
        }
        bench.flush(now: end)
        expectSame(bench.records, model.records)
        let counters = bench.table.counters
        #expect(counters.records == UInt64(bench.records.count))
        #expect(counters.recordPackets == UInt64(traffic.packets.count))
        let octets = traffic.packets.reduce(UInt64(0)) { $0 + UInt64($1.headers + $1.payload) }
        let wire = traffic.packets.reduce(UInt64(0)) { $0 + UInt64($1.headers + $1.payload + $1.overhead) }
        #expect(counters.recordNetworkOctets == octets && counters.recordWireOctets == wire)
        #expect(counters.flowsBegun == counters.flowsEndedTotal)
    }

    /// The traffic must reach what the comparison is meant for.
    @Test func theTrafficIsVaried() {
        let bench = TableBench(Self.configuration(2))
        var model = Model(Self.configuration(2)) { bench.stripe(of: $0) }
        let traffic = Traffic(seed: 0xF10A_0002, count: 4000, model: &model)
        model.finish(now: traffic.clocks.last ?? 0)
        let records = model.records
        for reason in [.idleTimeout, .activeTimeout, .endOfFlow, .forcedEnd] as [FlowRecord.FlowEndReason] {
            #expect(records.filter { $0.endReason == reason }.count > 5, "\(reason)")
        }
        for state in FlowRecord.TCPState.allCases {
            #expect(records.contains { $0.tcpState == state }, "\(state)")
        }
        for evidence in FlowRecord.InitiatorEvidence.allCases where evidence != .perimeter {
            #expect(records.contains { $0.initiator == evidence }, "\(evidence)")
        }
        for service in FlowRecord.ServiceEvidence.allCases {
            #expect(records.contains { $0.service == service }, "\(service)")
        }
        #expect(records.contains { $0.retransmittedOctetsForward > 0 && $0.retransmittedOctetsReverse > 0 })
        #expect(records.contains { $0.presence.contains(.handshakeRoundTrip) })
        #expect(records.contains { $0.packetsForward == 0 })
        #expect(records.contains { $0.sliceIndex > 1 })
        #expect(zip(traffic.packets, traffic.clocks).contains { $0.time < $1 })
    }

    /// Design semantics 6, after each step.
    private func expectBalance(_ bench: TableBench, _ comment: Comment) {
        let counters = bench.table.counters
        let live = bench.table.live
        #expect(counters.packets == bench.applied, comment)
        #expect(counters.recordPackets + live.packets == bench.applied, comment)
        #expect(counters.flowsBegun == counters.flowsEndedTotal + live.flows, comment)
        #expect(
            counters.records == counters.flowsEndedTotal + counters.slicesCutTotal - counters.endsWithoutRecord, comment
        )
        #expect(counters.records == UInt64(bench.records.count), comment)
    }

    private func expectSame(_ records: [FlowRecord], _ expected: [FlowRecord]) {
        let left = records.sorted { ($0.flowId, $0.sliceIndex) < ($1.flowId, $1.sliceIndex) }.map(\.listed)
        let right = expected.sorted { ($0.flowId, $0.sliceIndex) < ($1.flowId, $1.sliceIndex) }.map(\.listed)
        #expect(left.count == right.count)
        for (index, pair) in zip(left, right).enumerated() where pair.0 != pair.1 {
            let differing = zip(pair.0, pair.1).filter { $0 != $1 }.map { "got \($0), expected \($1)" }
            Issue.record("Record \(index), \(pair.0[0]), \(pair.0[1]): \(differing.joined(separator: "; "))")
            return
        }
    }
}
