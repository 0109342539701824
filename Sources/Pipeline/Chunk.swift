import FlowTable
import NetTypes
import PacketDecode

/// One batch of packets on its way through decode, table and output, with all the memory that this takes. A few are made
/// at the start of a run and go round.
// SAFETY: (@unchecked) one worker owns a chunk at a time; the hand-over goes through the pipeline's locks and atomics.
final class Chunk: @unchecked Sendable {
    /// Packets in a chunk. Enough that each of 16 stripes sees a run worth prefetching for, few enough for the L2 cache.
    static let capacity = 512

    let packets = PacketBatch(capacity: Chunk.capacity)
    let facts: FactsBatch
    var partition: Partition
    let outputs = (0..<FlowTable.stripeCount).map { _ in StripeOutput() }
    /// Place in the input, from 0.
    var sequence = 0
    /// The checkpoint within the chunk, if one falls there.
    var checkpoint: Checkpoint?

    /// A place in the input, every `interval` packets from its beginning, at which the table may be swept and records
    /// are handed on. How many packets a source puts into a chunk is a matter of chance (page cache, pipes); where
    /// checkpoints fall is not, so that chance does not show in the output.
    struct Checkpoint {
        /// As many as fit into a chunk, so that no chunk has two of them.
        static let interval = Chunk.capacity

        /// Number of the last packet before the checkpoint.
        var frame: UInt64
        /// Packet clock after that packet.
        var clock: Nanoseconds
        /// Whether packets of the same chunk follow.
        var hasPacketsAfter: Bool
        /// The sweep to do there, if one is due.
        var sweep: Sweep?
    }

    /// A sweep of every stripe.
    struct Sweep {
        /// The packet clock less the slack.
        var now: Nanoseconds
        /// Whether so much time has passed that all slots are looked at.
        var all: Bool
    }

    /// An empty chunk; `tunnels` says how many facts a packet may have.
    init(tunnels: TunnelRule) {
        let capacity = Chunk.factsCapacity(tunnels)
        facts = FactsBatch(capacity: capacity)
        partition = Partition(capacity: capacity)
    }

    /// Facts that the packets of a chunk may have.
    static func factsCapacity(_ tunnels: TunnelRule) -> Int { tunnels == .both ? 2 * capacity : capacity }

    /// Clears what the last round left.
    func reset() {
        for output in outputs { output.removeAll() }
        checkpoint = nil
    }
}
