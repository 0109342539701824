import FlowTable
import NetTypes
import PacketDecode

/// Fills chunks from the source in input order, keeps the packet clock, and decides after which packets the table is
/// swept. What it decides depends on the packets alone.
// SAFETY: (@unchecked) used by one worker at a time, under the pipeline's reading lock; so is the source.
struct ChunkReader: @unchecked Sendable {
    /// Packet time between two parts of a sweep.
    private static let sweepInterval = nanosecondsPerSecond / 2
    /// After this many intervals without a sweep, all slots are looked at.
    private static let sweepParts = 8

    let source: any PacketSource
    let reorderSlack: Nanoseconds
    private(set) var clock = PacketClock()
    private(set) var lastFrame: UInt64 = 0
    private(set) var firstTime: Nanoseconds?
    private var lastSweep: Nanoseconds = 0
    private var nextSequence = 0
    /// Packets before the next checkpoint.
    private var untilCheckpoint = Chunk.Checkpoint.interval

    init(source: any PacketSource, reorderSlack: Nanoseconds) {
        self.source = source
        self.reorderSlack = reorderSlack
    }

    /// Fills `chunk` with the next packets; false at the end of input.
    mutating func fill(_ chunk: Chunk) -> Bool {
        guard source.fill(chunk.packets), chunk.packets.count > 0 else { return false }
        chunk.sequence = nextSequence
        nextSequence += 1
        let packets = chunk.packets
        if firstTime == nil {
            firstTime = packets.timestamp(0)
            lastSweep = packets.timestamp(0)
        }
        lastFrame = packets.frameNumber(packets.count - 1)
        if packets.count < untilCheckpoint {
            clock.observe(packets, 0..<packets.count)
            untilCheckpoint -= packets.count
        } else {
            clock.observe(packets, 0..<untilCheckpoint)
            chunk.checkpoint = Chunk.Checkpoint(
                frame: packets.frameNumber(untilCheckpoint - 1), clock: clock.now,
                hasPacketsAfter: packets.count > untilCheckpoint, sweep: nextSweep())
            clock.observe(packets, untilCheckpoint..<packets.count)
            untilCheckpoint += Chunk.Checkpoint.interval - packets.count
        }
        return true
    }

    /// The sweep that is due at a checkpoint, if one is.
    private mutating func nextSweep() -> Chunk.Sweep? {
        let elapsed = clock.now - lastSweep
        guard elapsed >= Self.sweepInterval || elapsed < 0 else { return nil }
        lastSweep = clock.now
        guard elapsed > 0 else { return nil }
        return Chunk.Sweep(
            now: clock.now - reorderSlack, all: elapsed >= Self.sweepInterval * Nanoseconds(Self.sweepParts))
    }
}
