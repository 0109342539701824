import FlowTable
import PacketDecode
import Testing

@Suite struct LayoutTests {
    /// Design semantics 11: two cache lines for every packet, and a cold part.
    @Test func slotsKeepTheirSizes() {
        #expect(MemoryLayout<HotSlot>.size == 128 && MemoryLayout<HotSlot>.stride == 128)
        #expect(MemoryLayout<ColdSlot>.size == 48 && MemoryLayout<ColdSlot>.stride == 48)
        #expect(MemoryLayout<PacketFacts>.stride <= 128)
    }

    /// Exporters read enumerations as octets: case n is the number n.
    @Test func enumerationsAreTheirNumbersInMemory() {
        for reason in FlowRecord.FlowEndReason.allCases { #expect(octet(reason) == reason.rawValue) }
        for state in FlowRecord.TCPState.allCases { #expect(octet(state) == state.rawValue) }
        for service in FlowRecord.ServiceEvidence.allCases { #expect(octet(service) == service.rawValue) }
        for evidence in FlowRecord.InitiatorEvidence.allCases { #expect(octet(evidence) == evidence.rawValue) }
    }

    private func octet<Value: BitwiseCopyable>(_ value: Value) -> UInt8 {
        #expect(MemoryLayout<Value>.size == 1)
        // SAFETY: one octet of a trivial type; every bit pattern is a UInt8.
        return unsafe withUnsafeBytes(of: value) { unsafe $0[0] }
    }

    @Test func bigMappedArraysAreZeroAndTheirOwn() {
        for count in [1, 5000, 300_000] {
            var array = MappedArray<UInt64>(count: count)
            for index in Set([0, count / 2, count - 1]) {
                #expect(array[index] == 0)
                array[index] = UInt64(index) + 1
            }
            for index in [0, count / 2, count - 1] { #expect(array[index] == UInt64(index) + 1) }
        }
    }

    @Test func macTableNumbersPairsUntilItIsFull() throws {
        let seed: UInt64 = 0x3AC
        print("seed", seed)
        var random = SplitMix64(seed: seed)
        var table = MACTable(key: random.next(), limit: .max)
        var pairs: [(a: UInt64, b: UInt64)] = []
        for index in 0..<16_384 {
            // Many that differ in one address only, and each pair with its reverse.
            let pair =
                index % 2 == 1
                ? (a: pairs[index - 1].b, b: pairs[index - 1].a)
                : (a: UInt64(index / 64) << 16 | 1, b: UInt64(index) << 24 | 2)
            pairs.append(pair)
            #expect(table.number(a: pair.a, b: pair.b) == UInt16(index + 1))
        }
        for index in pairs.indices.shuffled(using: &random) {
            #expect(table.number(a: pairs[index].a, b: pairs[index].b) == UInt16(index + 1))
            let found = try #require(table.pair(UInt16(index + 1)))
            #expect(found == pairs[index])
        }
        #expect(table.overflows == 0)
        #expect(table.number(a: 1 << 47, b: 1) == MACTable.none && table.overflows == 1)
        #expect(table.pair(MACTable.none) == nil)
        // A known pair is still known.
        #expect(table.number(a: pairs[9].a, b: pairs[9].b) == 10)
    }

    @Test func flowsBeyondTheMACTableCarryNoAddresses() {
        var packets: [Packet] = []
        for index in 0..<17_000 {
            var packet = Packet.udp(0, 9, 9)
            packet.frame = UInt64(index + 1)
            // One stripe: stripes go by addresses and ports, and these differ in their segment.
            packet.segment = UInt32(index)
            packet.macs = (UInt64(index) + 1, 5)
            packets.append(packet)
        }
        let bench = TableBench()
        bench.apply(packets)
        bench.flush(now: 0)
        let bare = bench.records.filter { !$0.presence.contains(.macs) }
        #expect(bare.count == 17_000 - 16_384)
        #expect(bench.table.counters.macTableOverflows == 17_000 - 16_384)
        #expect(bare.allSatisfy { $0.sourceMAC == 0 && $0.destinationMAC == 0 })
    }

    /// Made-up addresses must not outgrow a small budget.
    @Test func aSmallBudgetHasASmallMACTable() {
        var configuration = FlowTableConfiguration()
        configuration.memoryOctets = 1 << 20
        let bench = TableBench(configuration)
        var packets: [Packet] = []
        for index in 0..<20_000 as Range<UInt64> {
            var packet = Packet.udp(0, 9, UInt16(index))
            packet.macs = (index + 1, 5)
            packets.append(packet)
        }
        bench.apply(TableBench.numbered(packets))
        bench.flush(now: 0)
        let known = bench.records.count { $0.presence.contains(.macs) }
        #expect(known > 200 && known * 24 < 1 << 16)
        #expect(bench.table.counters.macTableOverflows == UInt64(20_000 - known))
    }

    @Test func recordBufferKeepsItsRecordsWhileItGrows() {
        let buffer = RecordBuffer(capacity: 1)
        for round in 0..<3 {
            for index in 0..<3000 {
                var record = FlowRecord()
                record.flowId = UInt64(index + round)
                buffer.append(record)
                #expect(buffer.count == index + 1)
            }
            buffer.withMutableRecords { span in
                for index in 0..<span.count {
                    #expect(span[index].flowId == UInt64(index + round))
                    span[index].segment = UInt32(index)
                }
            }
            let records = buffer.records
            var wrong = 0
            for index in 0..<records.count where records[index].segment != UInt32(index) { wrong += 1 }
            #expect(wrong == 0)
            buffer.removeAll()
            #expect(buffer.count == 0 && buffer.records.count == 0)
        }
    }
}
