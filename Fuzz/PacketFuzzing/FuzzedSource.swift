import NetTypes
import PacketDecode

/// Hands out a fuzzed input's packets, each in memory of its own of exactly its length, so that the address sanitizer
/// sees every octet read beyond.
// SAFETY: (@safe) frees what it allocates, and only after the batch that points there was refilled or is gone.
@safe final class FuzzedSource: PacketSource {
    /// When the first packet comes, but for its own step. Somewhere in 2023.
    static let start: Nanoseconds = 1_700_000_000 * nanosecondsPerSecond
    private let input: FuzzedInput
    private var packet = 0
    private var copy = 0
    private var frameNumber: UInt64 = 0
    // Steps back are wanted, and clamped as every source clamps them.
    private var time = FuzzedSource.start
    // SAFETY: empty; what is put in is valid until `free`.
    private var allocations: [UnsafeMutablePointer<UInt8>] = unsafe []

    init(_ input: FuzzedInput) {
        self.input = input
    }

    deinit { free() }

    func fill(_ batch: PacketBatch) -> Bool {
        free()
        batch.count = 0
        while batch.count < batch.capacity, packet < input.packets.count {
            append(input.packets[packet], to: batch)
            copy += 1
            if copy == input.packets[packet].copies {
                copy = 0
                packet += 1
            }
        }
        return batch.count > 0
    }

    private func append(_ packet: FuzzedInput.Packet, to batch: PacketBatch) {
        frameNumber += 1
        time = min(max(time + packet.timeStep, 0), maximumTimestamp)
        let length = packet.octets.count
        // SAFETY: as long as the packet; initialised at once, freed by `free`.
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: length)
        for index in 0..<length { unsafe (bytes + index).initialize(to: packet.octets[index]) }
        if copy > 0, packet.place + 1 < length {
            // SAFETY: both offsets are below length.
            let before = unsafe (UInt16(bytes[packet.place]), UInt16(bytes[packet.place + 1]))
            let number = (before.0 << 8 | before.1) &+ UInt16(copy)
            // SAFETY: as above.
            unsafe bytes[packet.place] = UInt8(truncatingIfNeeded: number >> 8)
            unsafe bytes[packet.place + 1] = UInt8(truncatingIfNeeded: number)
        }
        // SAFETY: `length` octets are initialised, and stay until the batch is refilled.
        unsafe allocations.append(bytes)
        batch.append(
            unsafe PacketReference(
                bytes: UnsafePointer(bytes), timestamp: time, frameNumber: frameNumber, capturedLength: UInt32(length),
                wireLength: packet.wireLength, linkType: input.linkType, observationPoint: UInt8(frameNumber & 1)))
    }

    private func free() {
        // SAFETY: each was allocated by `append` and is forgotten here.
        for index in unsafe allocations.indices { unsafe allocations[index].deallocate() }
        unsafe allocations.removeAll(keepingCapacity: true)
    }
}
