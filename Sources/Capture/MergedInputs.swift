import NetTypes
import PacketDecode

/// Several inputs as one, in the order of their packets' times: always the input whose next packet is earliest, and of
/// equal ones the one that was named first. Packets are copied into the batch's storage.
final class MergedInputs {
    /// Inputs that may all be open at once; when there are more, each is opened when its first packet's time has come.
    private static let eagerInputs = 64
    /// Packets read ahead of each input.
    private static let packetsAhead = 256
    /// How much one batch may hold of packet octets: more than the largest packet.
    private static let storageOctets = 2 * maximumCapturedOctets

    private var lanes: [MergeLane] = []
    /// The lanes' packets, in the same order.
    private var heads: [MergeHead] = []
    /// The turns of the lanes that have a packet to come.
    private var turns = TurnHeap()
    private var frames: UInt64 = 0
    /// The lane whose packet is being taken.
    private var laneIndex = 0
    private let progress: ReplayProgress
    /// Set before the first packet is taken.
    var filter: PacketFilter?

    /// Opens every input once, so that what cannot be read is known before the run, and learns its first packet's time.
    init(
        _ paths: [String], progress: ReplayProgress, interrupt: ReadInterrupt? = nil
    ) throws(CaptureError) {
        self.progress = progress
        for (index, path) in paths.enumerated() {
            let input = try CaptureInput(
                path: path, observationPoint: Self.point(index), interrupt: interrupt)
            let lane = MergeLane(input, index)
            lanes.append(lane)
            var head = MergeHead()
            lane.refill(&head, Self.packetsAhead)
            if head.hasPacket {
                turns.push(MergeTurn(time: head.time, index: index))
                if paths.count > Self.eagerInputs && input.isRegularFile { lane.suspend(&head) }
            }
            heads.append(head)
        }
    }

    /// The link types that are known so far, for the filter's first compilation.
    var linkTypes: [UInt16] { lanes.flatMap { $0.knownLinkTypes } }

    var packetsFiltered: UInt64 { heads.reduce(0) { $0 + $1.filtered } }

    var summaries: [InputSummary] { zip(lanes, heads).map { $0.summary($1) } }

    /// Records that the filter does not compile for the link type of the packet that is being taken.
    func recordRefusal(_ kind: Damage.Kind) {
        lanes[laneIndex].damages.record(kind, at: 0, skipped: 0)
    }

    /// Empties the batch and fills it with the next packets; false when there are none left.
    func fill(_ batch: PacketBatch) -> Bool {
        batch.count = 0
        // SAFETY: the batch is empty, so that nothing points into its storage.
        let storage = unsafe batch.storage(atLeast: Self.storageOctets)
        var used = 0
        // State of the loop is kept in local variables, which need no exclusivity checks.
        var turns = turns
        self.turns = TurnHeap()
        var heads = heads
        self.heads = []
        var frames = frames
        defer {
            self.turns = turns
            self.heads = heads
            self.frames = frames
        }
        let filter = filter
        while batch.count < batch.capacity, let turn = turns.first {
            laneIndex = turn.index
            let lane = lanes[turn.index]
            if lane.isSuspended { lane.resume(&heads[turn.index], Self.packetsAhead) }
            // Until the runner-up's turn, this lane's packets follow each other without a look at the heap.
            let rival = turns.second
            var next = turn
            while let packet = heads[turn.index].packet, next.isBefore(rival) {
                let octets = Int(packet.capturedLength)
                // An empty storage takes every packet: they are shorter than half of it.
                if batch.count == batch.capacity || octets > storage.count - used {
                    turns.replaceFirst(next)
                    return true
                }
                frames += 1
                let passes = filter?.accepts(packet) ?? true
                if passes {
                    // SAFETY: `octets` fit into the storage from `used` on, and the lane's batch holds them.
                    let copy = unsafe UnsafeMutableRawBufferPointer(rebasing: storage[used..<(used + octets)])
                    unsafe copy.copyMemory(from: UnsafeRawBufferPointer(start: packet.bytes, count: octets))
                    var reference = packet
                    // SAFETY: points at the copy, or anywhere in the storage for a packet without octets.
                    if let start = storage.baseAddress {
                        unsafe reference.bytes = UnsafePointer((start + used).assumingMemoryBound(to: UInt8.self))
                    }
                    reference.frameNumber = frames
                    batch.append(reference)
                    used += octets
                }
                heads[turn.index].take(packet, filtered: !passes)
                if !heads[turn.index].hasPacket {
                    lane.refill(&heads[turn.index], Self.packetsAhead)
                    progress.add(lane.newlyConsumed())
                }
                next.time = heads[turn.index].time
            }
            if heads[turn.index].hasPacket { turns.replaceFirst(next) } else { turns.removeFirst() }
        }
        return batch.count > 0
    }

    private static func point(_ index: Int) -> UInt8 { UInt8(clamping: index) }
}
