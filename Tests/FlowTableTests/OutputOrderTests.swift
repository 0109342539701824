import FlowTable
import NetTypes
import PacketDecode
import Testing

/// Output order: what ended the slice, then the flow's first packet; the sweep's records after the packets' (semantics 5).
@Suite struct OutputOrderTests {
    @Test(arguments: [8, 64, 250]) func stripesMergeIntoOneOrder(batchSize: Int) {
        let configuration = FlowTableConfiguration()
        let stripes = TableBench(configuration)
        var model = Model(configuration) { stripes.stripe(of: $0) }
        let traffic = Traffic(seed: 0x0D0E, count: 3000, model: &model)

        let table = FlowTable(configuration: configuration)
        let batch = FactsBatch(capacity: batchSize)
        var partition = Partition(capacity: batchSize)
        let parts = (0..<FlowTable.stripeCount).map { _ in StripeOutput() }
        let output = RecordBuffer()
        var position = 0
        var (ended, swept) = (0, 0)
        while position < traffic.packets.count {
            let end = min(position + batchSize, traffic.packets.count)
            batch.removeAll()
            for packet in traffic.packets[position..<end] { batch.append(packet.facts) }
            table.partition(batch, into: &partition)
            let now = traffic.clocks[end - 1] - configuration.reorderSlack
            for stripe in 0..<FlowTable.stripeCount {
                parts[stripe].removeAll()
                if !partition.isEmpty(stripe) {
                    table.apply(batch, partition, stripe: stripe, output: parts[stripe].buffer)
                }
                parts[stripe].sweepStart = parts[stripe].buffer.count
                table.sweep(stripe: stripe, now: now, at: UInt64(end), all: true, output: parts[stripe].buffer)
                parts[stripe].sweepEnd = parts[stripe].buffer.count
            }
            let byPacket = parts.reduce(0) { $0 + $1.sweepStart }
            let total = parts.reduce(0) { $0 + $1.buffer.count }
            output.removeAll()
            RecordMerge.merge(parts, into: output)
            #expect(output.count == total)
            output.withMutableRecords { records in
                for index in 0..<records.count {
                    let record = records[index]
                    // A packet ends slices of its own flow only, and before it is counted.
                    if index < byPacket {
                        #expect(record.endFrameNumber > UInt64(position) && record.endFrameNumber <= UInt64(end))
                    }
                    guard index > 0, index != byPacket else { continue }
                    let before = records[index - 1]
                    if index < byPacket {
                        #expect(before.endFrameNumber <= record.endFrameNumber)
                    } else {
                        #expect(before.firstFrameNumber < record.firstFrameNumber)
                    }
                }
            }
            ended += byPacket
            swept += total - byPacket
            position = end
        }
        #expect(ended > 20 && swept > 20)
    }
}
