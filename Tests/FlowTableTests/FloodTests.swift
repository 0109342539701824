import FlowTable
import NetTypes
import PacketDecode
import Testing

/// Memory is a budget (design semantics 10).
@Suite struct FloodTests {
    private static func configuration(_ octets: Int) -> FlowTableConfiguration {
        var configuration = FlowTableConfiguration()
        configuration.memoryOctets = octets
        return configuration
    }

    /// A flood of SYNs and datagrams from ever new addresses; one packet in `oneIn` is another one of the last `flows` flows.
    private static func flood(_ count: Int, seed: UInt64, oneIn: Int = 10, flows: Int = 40_000) -> [Packet] {
        var random = SplitMix64(seed: seed)
        var keys: [Packet] = []
        return (1...count).map { frame in
            var packet: Packet
            if keys.count > 100, Int.random(in: 0..<oneIn, using: &random) == 0 {
                packet = keys[Int.random(in: max(0, keys.count - flows)..<keys.count, using: &random)]
            } else {
                let source = UInt16.random(in: 1024 ... .max, using: &random)
                packet = frame % 2 == 0 ? .udp(0, source, 53) : .tcp(0, source, 80, F.syn)
                packet.source =
                    frame % 5 == 0
                    ? IPAddress(high: random.next(), low: random.next(), version: 6)
                    : IPAddress(v4: UInt32(truncatingIfNeeded: random.next()))
                packet.destination = IPAddress(high: 0, low: 0xC000_0202, version: packet.source.version)
                keys.append(packet)
            }
            packet.frame = UInt64(frame)
            packet.time = 1_700_000_000 * Packet.second + Nanoseconds(frame) * 50_000
            return packet
        }
    }

    /// Slots are asked for ahead of the packets: until a packet's turn comes its flow may be gone, and another one in its slot.
    @Test func batchesOfAnySizeGiveTheSameRecords() throws {
        let seed: UInt64 = 0xBA7C4
        print("seed", seed)
        let packets = Self.flood(20_000, seed: seed, oneIn: 2, flows: 1500)
        let end = try #require(packets.last).time
        func records(batchSize: Int) -> [[String]] {
            // The smallest table there is: 64 flows in each stripe.
            let bench = TableBench(Self.configuration(1), batchSize: batchSize)
            bench.apply(packets)
            bench.flush(now: end)
            #expect(bench.table.counters.flowsEnded[5] > 5000)
            return bench.records.sorted { ($0.flowId, $0.sliceIndex) < ($1.flowId, $1.sliceIndex) }.map(\.listed)
        }
        let expected = records(batchSize: 1)
        for batchSize in [33, 500, 16_000] { #expect(records(batchSize: batchSize) == expected) }
    }

    @Test(arguments: [(1 << 20, 25_000, 1), (8 << 20, 80_000, 40)])
    func theOldestLeaveAndNewFlowsGetIn(octets: Int, count: Int, checkEvery: Int) throws {
        let seed: UInt64 = 0xF100D
        print("seed", seed)
        let packets = Self.flood(count, seed: seed)
        let bench = TableBench(Self.configuration(octets), batchSize: 1)
        // What is alive: flow and last packet by key, and by stripe.
        var flows: [Model.Key: UInt64] = [:]
        var keys: [UInt64: (key: Model.Key, stripe: Int)] = [:]
        var last: [[UInt64: Nanoseconds]] = Array(repeating: [:], count: FlowTable.stripeCount)
        var begun: UInt64 = 0
        var evictions = 0
        for packet in packets {
            let key = Model.key(packet).key
            let stripe = bench.stripe(of: packet)
            let before = bench.records.count
            bench.apply([packet])
            for record in bench.records[before...] {
                #expect(record.endReason == .lackOfResources && record.presence.contains(.lastSlice))
                evictions += 1
                let victim = try #require(keys[record.flowId])
                keys[record.flowId] = nil
                #expect(victim.stripe == stripe)
                flows[victim.key] = nil
                let time = try #require(last[stripe][record.flowId])
                last[stripe][record.flowId] = nil
                #expect(time == record.end)
                if evictions % checkEvery == 0 {
                    let older = last[stripe].values.reduce(0) { $0 + ($1 < time ? 1 : 0) }
                    #expect(older * 10 <= last[stripe].count, "One of the oldest tenth of its stripe leaves.")
                }
            }
            #expect(bench.records.count <= before + 1, "A new flow needs one place.")
            let flow = flows[key] ?? packet.frame
            if flow == packet.frame { begun += 1 }
            flows[key] = flow
            keys[flow] = (key, stripe)
            last[stripe][flow] = packet.time
        }
        #expect(evictions > count / 4)
        let counters = bench.table.counters
        #expect(counters.flowsBegun == begun && bench.table.live.flows == UInt64(flows.count))
        #expect(counters.flowsEnded[5] == UInt64(evictions))
        #expect(Int(counters.peakFlows) * (MemoryLayout<HotSlot>.size + MemoryLayout<ColdSlot>.size) <= octets)
        // The budget is used, too.
        #expect(Int(counters.peakFlows) * 256 > octets)
        #expect(counters.recordPackets + bench.table.live.packets == UInt64(count))

        let evicted = bench.records.count
        bench.flush(now: packets[count - 1].time)
        // Slots have been used again and again, so that their order is not the flows'.
        let flushed = bench.records[evicted...].map(\.flowId)
        #expect(flushed == flushed.sorted() && flushed.count == flows.count)
        #expect(bench.table.counters.recordPackets == UInt64(count))
        #expect(Set(bench.records.map(\.flowId)).count == Int(begun))
        #expect(bench.records.count == Int(begun))
        let octetSum = packets.reduce(UInt64(0)) { $0 + UInt64($1.headers + $1.payload) }
        #expect(bench.records.reduce(0) { $0 + $1.octetsForward + $1.octetsReverse } == octetSum)
    }

    /// Which flow leaves must not depend on the random slot keys, nor on how packets are batched.
    @Test func evictionIsDeterministic() {
        let packets = Self.flood(20_000, seed: 7)
        let runs = [1, 64, 256].map { batchSize in
            let bench = TableBench(Self.configuration(1 << 20), batchSize: batchSize)
            bench.apply(packets)
            bench.flush(now: packets[packets.count - 1].time)
            return bench.records.sorted { ($0.flowId, $0.sliceIndex) < ($1.flowId, $1.sliceIndex) }.map(\.listed)
        }
        #expect(runs[0] == runs[1] && runs[1] == runs[2])
    }

    /// All at one instant: ties are no trap and no hang.
    @Test func aFloodAtOneInstant() {
        let bench = TableBench(Self.configuration(1 << 20))
        var packets = Self.flood(20_000, seed: 8)
        for index in packets.indices { packets[index].time = 5 }
        bench.apply(packets)
        bench.flush(now: 5)
        #expect(bench.table.counters.recordPackets == 20_000)
        #expect(bench.table.counters.flowsEnded[5] > 10_000)
    }

    /// Made-up addresses in a pattern must not gather in one stripe, whatever multiple of each other their words are.
    @Test(arguments: [1, 2, 3, 5, 7, 15, 21, 35, 0x9E37_79B9_7F4A_7C15] as [UInt64])
    func noPatternAimsAtOneStripe(factor: UInt64) {
        let bench = TableBench()
        let patterns: [(UInt64) -> (IPAddress, IPAddress)] = [
            {
                (IPAddress(v4: UInt32(truncatingIfNeeded: $0 &* factor)), IPAddress(v4: UInt32(truncatingIfNeeded: $0)))
            },
            { (IPAddress(high: 1, low: $0 &* factor, version: 6), IPAddress(high: 2, low: $0, version: 6)) },
            { (IPAddress(high: 1, low: $0, version: 6), IPAddress(high: 2, low: $0 &* factor, version: 6)) },
            { (IPAddress(high: $0, low: $0 &* factor, version: 6), IPAddress(high: .max, low: 9, version: 6)) },
            { (IPAddress(high: 1, low: 9, version: 6), IPAddress(high: $0 + 2, low: $0 &* factor, version: 6)) },
            { (IPAddress(high: $0, low: 5, version: 6), IPAddress(high: $0 &* factor | 1 << 63, low: 6, version: 6)) },
        ]
        for (index, pattern) in patterns.enumerated() {
            var perStripe = Array(repeating: 0, count: FlowTable.stripeCount)
            for value in 1...3200 as ClosedRange<UInt64> {
                var packet = Packet.udp(0, 9, 9)
                (packet.source, packet.destination) = pattern(value << 20 | value)
                perStripe[bench.stripe(of: packet)] += 1
            }
            #expect((perStripe.min() ?? 0) > 100 && (perStripe.max() ?? 0) < 300, "\(index): \(perStripe)")
        }
    }
}
