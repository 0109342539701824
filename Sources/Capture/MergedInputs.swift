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
    private var heap = LaneHeap()
    private var frames: UInt64 = 0
    private let way: PlainFile.Way
    private let progress: ReplayProgress
    /// Set before the first packet is taken.
    var filter: PacketFilter?

    /// Opens every input once, so that what cannot be read is known before the run, and learns its first packet's time.
    init(_ paths: [String], way: PlainFile.Way, progress: ReplayProgress) throws(CaptureError) {
        self.way = way
        self.progress = progress
        for (index, path) in paths.enumerated() {
            let input = try CaptureInput(path: path, observationPoint: Self.point(index), way: way)
            let lane = MergeLane(input, index)
            lanes.append(lane)
            lane.refill(Self.packetsAhead)
            guard lane.hasPacket else { continue }
            heap.push(lane)
            if paths.count > Self.eagerInputs && input.isRegularFile { lane.suspend() }
        }
    }

    /// The link types that are known so far, for the filter's first compilation.
    var linkTypes: [UInt16] { lanes.flatMap { $0.knownLinkTypes } }

    var packetsFiltered: UInt64 { lanes.reduce(0) { $0 + $1.filtered } }

    var summaries: [InputSummary] { lanes.map { $0.summary } }

    /// Records that the filter does not compile for the link type of the packet that is being taken.
    func recordRefusal(_ kind: Damage.Kind) {
        heap.first?.damages.record(kind, at: 0, skipped: 0)
    }

    /// Empties the batch and fills it with the next packets; false when there are none left.
    func fill(_ batch: PacketBatch) -> Bool {
        batch.count = 0
        // SAFETY: the batch is empty, so that nothing points into its storage.
        let storage = unsafe batch.storage(atLeast: Self.storageOctets)
        var used = 0
        while batch.count < batch.capacity, let lane = heap.first {
            if lane.isSuspended { lane.resume(Self.packetsAhead, way) }
            guard lane.hasPacket else {
                heap.removeFirst()
                continue
            }
            // Until the runner-up's turn, this lane's packets follow each other without a look at the heap.
            let rival = heap.second
            var takesTurn = true
            while takesTurn {
                let packet = lane.packet
                let octets = Int(packet.capturedLength)
                // An empty storage takes every packet: they are shorter than half of it.
                if batch.count == batch.capacity || octets > storage.count - used { return true }
                frames += 1
                if let filter, !filter.accepts(packet) {
                    lane.take(filtered: true)
                } else {
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
                    lane.take(filtered: false)
                }
                if !lane.hasPacket {
                    lane.refill(Self.packetsAhead)
                    progress.add(lane.newlyConsumed())
                }
                takesTurn = lane.hasPacket && (rival.map { lane.isBefore($0) } ?? true)
            }
            if lane.hasPacket { heap.settleFirst() } else { heap.removeFirst() }
        }
        return batch.count > 0
    }

    private static func point(_ index: Int) -> UInt8 { UInt8(clamping: index) }
}

/// Lanes in the order of their next packets: a binary heap by (time, index).
struct LaneHeap {
    private var lanes: [MergeLane] = []

    var first: MergeLane? { lanes.first }

    /// The one that would be first without the first.
    var second: MergeLane? {
        switch lanes.count {
        case 0, 1: nil
        case 2: lanes[1]
        default: lanes[1].isBefore(lanes[2]) ? lanes[1] : lanes[2]
        }
    }

    mutating func push(_ lane: MergeLane) {
        lanes.append(lane)
        var child = lanes.count - 1
        while child > 0, lanes[child].isBefore(lanes[(child - 1) / 2]) {
            lanes.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() {
        guard let last = lanes.popLast(), !lanes.isEmpty else { return }
        lanes[0] = last
        settleFirst()
    }

    /// Puts the first lane where its changed time belongs.
    mutating func settleFirst() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < lanes.count && lanes[child].isBefore(lanes[least]) {
                least = child
            }
            if least == parent { return }
            lanes.swapAt(parent, least)
            parent = least
        }
    }
}
