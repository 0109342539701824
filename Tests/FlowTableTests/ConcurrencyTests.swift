import FlowTable
import NetTypes
import PacketDecode
import Testing

/// Two workers, one table, other batches, the same flows: nothing is lost.
@Suite struct ConcurrencyTests {
    private struct Sums: Sendable {
        var packets: UInt64 = 0
        var octets: UInt64 = 0
        var records: UInt64 = 0
    }

    /// Counts `batches` batches of `size` packets into `table`, sweeping now and then; returns what came out.
    private static func work(_ table: FlowTable, _ worker: Int, batches: Int, size: Int, oneStripe: Bool) -> Sums {
        var random = SplitMix64(seed: UInt64(worker) + 99)
        let batch = FactsBatch(capacity: size)
        var partition = Partition(capacity: size)
        let output = RecordBuffer()
        var sums = Sums()
        for round in 0..<batches {
            batch.removeAll()
            for place in 0..<size {
                // Both workers draw from the same keys.
                var packet = Packet.udp(Nanoseconds(round) * 20_000_000, 9, 9, payload: 10)
                packet.segment = UInt32.random(in: 0..<3000, using: &random)
                if !oneStripe { packet.ports = (9, UInt16.random(in: 0..<500, using: &random)) }
                packet.frame = UInt64((round * size + place) * 2 + worker + 1)
                batch.append(packet.facts)
            }
            table.partition(batch, into: &partition)
            for step in 0..<FlowTable.stripeCount {
                let stripe = (step + worker * 8) % FlowTable.stripeCount
                guard !partition.isEmpty(stripe) else { continue }
                table.apply(batch, partition, stripe: stripe, output: output)
                if round % 16 == 15 {
                    table.sweep(
                        stripe: stripe, now: Nanoseconds(round) * 20_000_000 - Packet.second, at: 0, all: false,
                        output: output)
                }
            }
            let records = output.records
            for index in 0..<records.count {
                sums.packets += records[index].packetsForward + records[index].packetsReverse
                sums.octets += records[index].octetsForward + records[index].octetsReverse
            }
            sums.records += UInt64(records.count)
            output.removeAll()
        }
        return sums
    }

    @Test(arguments: [true, false], [1 << 20, 64 << 20])
    func twoWorkersLoseNothing(oneStripe: Bool, octets: Int) async {
        var configuration = FlowTableConfiguration()
        configuration.memoryOctets = octets
        configuration.setIdleTimeouts(Packet.second)
        configuration.activeTimeout = 2 * Packet.second
        let table = FlowTable(configuration: configuration)
        let (batches, size) = (300, 100)
        var sums = await withTaskGroup(of: Sums.self) { group in
            for worker in 0..<2 {
                group.addTask { Self.work(table, worker, batches: batches, size: size, oneStripe: oneStripe) }
            }
            return await group.reduce(into: Sums()) {
                $0.packets += $1.packets
                $0.octets += $1.octets
                $0.records += $1.records
            }
        }
        let total = UInt64(2 * batches * size)
        #expect(table.counters.packets == total)
        #expect(sums.packets + table.live.packets == total)
        table.flush(now: 100 * Packet.second, at: 0) { buffer in
            let records = buffer.records
            for index in 0..<records.count {
                sums.packets += records[index].packetsForward + records[index].packetsReverse
                sums.octets += records[index].octetsForward + records[index].octetsReverse
            }
            sums.records += UInt64(records.count)
        }
        let counters = table.counters
        #expect(sums.packets == total && sums.octets == total * 50)
        #expect(counters.recordPackets == total && counters.records == sums.records)
        #expect(counters.flowsBegun == counters.flowsEndedTotal)
        #expect(counters.records == counters.flowsEndedTotal + counters.slicesCutTotal - counters.endsWithoutRecord)
    }
}
