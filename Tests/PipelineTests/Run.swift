import Exporter
import FlowTable
import NetTypes
import PacketDecode
import Pipeline

/// Keeps what it is given.
final class CollectingSink: RecordSink {
    /// One batch as it came.
    struct Batch: Equatable, Sendable {
        var clock: Nanoseconds
        var records: [[UInt8]]
        var attributes: [UInt8] = []
    }

    private(set) var records: [FlowRecord] = []
    private(set) var batches: [Batch] = []
    private(set) var finishes = 0
    /// The attributes of each record.
    private(set) var attributes: [[UInt8]] = []

    func consume(_ span: Span<FlowRecord>, packetClock: Nanoseconds) {
        consume(span, attributes: Span(), packetClock: packetClock)
    }

    func consume(_ span: Span<FlowRecord>, attributes octets: Span<UInt8>, packetClock: Nanoseconds) {
        var walk = AttributeWalk()
        var batch = Batch(clock: packetClock, records: [])
        for index in 0..<span.count {
            records.append(span[index])
            batch.records.append(span[index].image)
            attributes.append(walk.next(span[index].attributeOctets, of: octets.count).map { octets[$0] })
        }
        batch.attributes = octets.indices.map { octets[$0] }
        batches.append(batch)
    }

    func finish(packetClock: Nanoseconds) { finishes += 1 }
}

extension FlowRecord {
    /// The record's memory: every field, for comparison.
    var image: [UInt8] {
        // SAFETY: a trivial type without padding, read as octets during the call only.
        unsafe withUnsafeBytes(of: self) { unsafe Array($0) }
    }

    /// The record without the packet at which it left.
    var content: [UInt8] {
        var record = self
        record.endFrameNumber = 0
        return record.image
    }

    var packets: UInt64 { packetsForward + packetsReverse }
}

/// What one run gave.
struct Run: Sendable {
    let result: ReplayPipeline.Result
    let records: [FlowRecord]
    let batches: [CollectingSink.Batch]
    let attributes: [[UInt8]]
    let finishes: Int
    /// The records' contents, flow by flow and slice by slice.
    var contents: [[UInt8]] {
        records.sorted { ($0.flowId, $0.sliceIndex) < ($1.flowId, $1.sliceIndex) }.map(\.content)
    }

    init(
        _ frames: [Frame], fills: [Int] = [512], workers: Int = 1, memory: Int = 64 << 20,
        tunnels: TunnelPolicy = TunnelPolicy(), checksums: Bool = false,
        change: (inout FlowTableConfiguration) -> Void = { _ in }
    ) {
        var configuration = ReplayPipeline.Configuration()
        configuration.tunnels = tunnels
        configuration.checksums = checksums
        configuration.workers = workers
        configuration.table.memoryOctets = memory
        change(&configuration.table)
        let sink = CollectingSink()
        let source = MemorySource(frames, fills: fills)
        let pipeline = ReplayPipeline(configuration: configuration, source: source, sinks: [sink])
        result = pipeline.run()
        (records, batches, finishes) = (sink.records, sink.batches, sink.finishes)
        attributes = sink.attributes
    }

    /// Whether packets and flows come out even.
    var balances: Bool {
        let (tallies, counters) = (result.tallies, result.counters)
        let counted =
            tallies.flowPackets - counters.dropped.packets + tallies.tunnelCopies
            - counters.droppedTunnelCopies.packets
        return tallies.packets == tallies.flowPackets + tallies.nonFlowPackets + tallies.undecodablePackets
            && counters.packets == counted && counters.recordPackets == counted
            && counters.flowsBegun == counters.flowsEndedTotal
            && records.reduce(0) { $0 + $1.packets } == counted
            && counters.records == UInt64(records.count) && finishes == 1
    }
}
