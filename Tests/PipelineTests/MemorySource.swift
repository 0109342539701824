import NetTypes
import PacketDecode

/// Frames from memory, as many at a time as a test says.
final class MemorySource: PacketSource {
    private let frames: [Frame]
    private let fills: [Int]
    private let linkType: UInt16
    private var next = 0
    private var fillCount = 0
    /// Called before each filling with the number of packets handed out so far.
    var beforeFill: (Int) -> Void = { _ in }
    /// Packets handed out so far.
    var handedOut: Int { next }

    /// Hands out `frames`, going round through `fills` for how many at once (as far as the batch has room).
    init(_ frames: [Frame], fills: [Int] = [512], linkType: UInt16 = 1) {
        self.frames = frames
        self.fills = fills
        self.linkType = linkType
    }

    func fill(_ batch: PacketBatch) -> Bool {
        beforeFill(next)
        batch.count = 0
        let count = min(fills[fillCount % fills.count], batch.capacity, frames.count - next)
        fillCount += 1
        let octets = frames[next..<next + count].reduce(0) { $0 + $1.octets.count }
        // SAFETY: large enough for all packets of this filling, and asked for once.
        let storage = unsafe batch.storage(atLeast: max(1, octets))
        var used = 0
        for frame in frames[next..<next + count] {
            // SAFETY: `octets` is the sum of what is copied here.
            let place = unsafe UnsafeMutableRawBufferPointer(rebasing: storage[used..<used + frame.octets.count])
            unsafe place.copyBytes(from: frame.octets)
            let length = UInt32(frame.octets.count)
            next += 1
            // SAFETY: the octets were just copied; the batch keeps them until it is refilled.
            unsafe batch.append(
                PacketReference(
                    bytes: UnsafePointer((storage.baseAddress! + used).assumingMemoryBound(to: UInt8.self)),
                    timestamp: frame.time, frameNumber: UInt64(next), capturedLength: length, wireLength: length,
                    linkType: linkType))
            used += frame.octets.count
        }
        return count > 0
    }
}
