import NetTypes
import PacketDecode

/// Hands a workload's packets to the pipeline from memory: for inputs that are larger than a disk should hold.
///
/// What generating costs is part of what the run costs: measure it apart with `drain()` and subtract.
final class GeneratedSource<W: Workload>: PacketSource {
    private var workload: W
    private let builder: FrameBuilder
    private var frameNumber: UInt64 = 0

    init(_ workload: W, seed: UInt64) {
        self.workload = workload
        builder = FrameBuilder(seed: seed)
    }

    func fill(_ batch: PacketBatch) -> Bool {
        batch.count = 0
        let room = (max(FrameBuilder.shortestFrame, workload.longestFrame) + 63) / 64 * 64
        // SAFETY: the storage belongs to the batch and stays in place until it is filled again; every frame is written
        // inside its own `room` octets, which the span checks, before a reference to it is handed out.
        let storage = unsafe batch.storage(atLeast: batch.capacity * room)
        var bytes = unsafe MutableRawSpan(_unsafeBytes: storage)
        // SAFETY: as above.
        let start = unsafe storage.baseAddress!.assumingMemoryBound(to: UInt8.self)
        for place in 0..<batch.capacity {
            guard let next = workload.next() else { break }
            let length = UInt32(truncatingIfNeeded: builder.write(next.packet, into: &bytes, at: place * room))
            frameNumber += 1
            // SAFETY: `place * room` lies inside the storage, which has `capacity * room` octets.
            let reference = unsafe PacketReference(
                bytes: start + place * room, timestamp: next.time, frameNumber: frameNumber, capturedLength: length,
                wireLength: length, linkType: 1)
            batch.append(reference)
        }
        return batch.count > 0
    }

    /// Generates everything without a reader, and returns the packets and octets generated.
    func drain() -> (packets: UInt64, octets: UInt64) {
        let batch = PacketBatch(capacity: 256)
        var octets: UInt64 = 0
        while fill(batch) {
            for place in 0..<batch.count {
                // SAFETY: `place` is below the batch's count, up to which references are initialised.
                octets += UInt64(unsafe batch.references[place].wireLength)
            }
        }
        return (frameNumber, octets)
    }
}
