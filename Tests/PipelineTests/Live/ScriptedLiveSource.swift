import Glibc
import NetTypes
import PacketDecode
import Synchronization

/// A ring that holds what a test puts into it.
// SAFETY: (@unchecked) the frames are guarded; the rest belongs to the worker.
final class ScriptedLiveSource: LivePacketSource, @unchecked Sendable {
    /// Numbers the packets of all sources of a test.
    final class Numbers: Sendable { let last = Atomic<UInt64>(0) }

    let status = LiveSourceStatus()
    let latency: Nanoseconds = 1_000_000
    private let frames = Mutex<[Frame]>([])
    private let numbers: Numbers
    private let observationPoint: UInt8
    /// Batches handed out and not given back.
    let held = Atomic(0)
    let isStopped = Atomic(false)
    /// Frames that have arrived and come late: a kernel that is kept from its work.
    private let late = Mutex<(frames: [Frame], calls: Int)>(([], 0))

    init(_ numbers: Numbers = Numbers(), observationPoint: UInt8 = 0) {
        self.numbers = numbers
        self.observationPoint = observationPoint
    }

    /// Frames that arrive now.
    func arrive(_ more: [Frame]) {
        if isStopped.load(ordering: .sequentiallyConsistent) { return }
        frames.withLock { $0 += more }
        status.arrived.wrappingAdd(UInt64(more.count), ordering: .relaxed)
    }

    /// Frames that arrive now, and can be handed out when it has been asked for them so often after the end of taking.
    func arrive(late more: [Frame], afterCalls calls: Int) {
        late.withLock { $0 = (more, calls) }
        status.arrived.wrappingAdd(UInt64(more.count), ordering: .relaxed)
    }

    func owesPackets() -> Bool {
        late.withLock { late in
            late.calls -= 1
            guard late.calls <= 0, !late.frames.isEmpty else { return !late.frames.isEmpty }
            frames.withLock { $0 += late.frames }
            late.frames = []
            return true
        }
    }

    func fill(_ batch: PacketBatch) -> Bool {
        batch.count = 0
        let taken = frames.withLock { frames in
            let taken = Array(frames.prefix(batch.capacity))
            frames.removeFirst(taken.count)
            return taken
        }
        guard !taken.isEmpty else { return false }
        let octets = taken.reduce(0) { $0 + $1.octets.count }
        // SAFETY: large enough for all packets of this filling, and asked for once.
        let storage = unsafe batch.storage(atLeast: max(1, octets))
        var used = 0
        for frame in taken {
            // SAFETY: `octets` is the sum of what is copied here.
            unsafe UnsafeMutableRawBufferPointer(rebasing: storage[used..<used + frame.octets.count])
                .copyBytes(from: frame.octets)
            let length = UInt32(frame.octets.count)
            // SAFETY: the octets were just copied; the batch keeps them until it is refilled.
            unsafe batch.append(
                PacketReference(
                    bytes: UnsafePointer((storage.baseAddress! + used).assumingMemoryBound(to: UInt8.self)),
                    timestamp: frame.time, frameNumber: 0, capturedLength: length, wireLength: length, linkType: 1,
                    observationPoint: observationPoint))
            used += frame.octets.count
        }
        let count = UInt64(batch.count)
        batch.number(from: numbers.last.wrappingAdd(count, ordering: .relaxed).newValue - count + 1)
        status.handedOut.wrappingAdd(count, ordering: .relaxed)
        held.wrappingAdd(1, ordering: .relaxed)
        return true
    }

    func release() { held.store(0, ordering: .relaxed) }

    func wait(milliseconds: Int32) { usleep(UInt32(milliseconds) * 20) }

    func maintain() {}

    func stopTaking() { isStopped.store(true, ordering: .sequentiallyConsistent) }
}
