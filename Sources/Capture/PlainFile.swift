import PacketDecode

/// An uncompressed regular file: read block by block into the batch's storage, where the packets stay. No packet is copied by
/// this program.
///
/// A mapping of the file was no faster on any input of the benchmark and much slower on some (docs/performance.md): a walk over
/// records waits for memory at each of them, while a block that was just read is in the core's cache.
final class PlainFile {
    private let file: OpenFile
    private let reader: any RecordReader
    private let damages: DamageLog
    private var size: UInt64
    private var position: UInt64 = 0
    private var needed = 0
    private var estimate = BlockEstimate()
    private var ended = false

    init(_ file: OpenFile, size: UInt64, reader: any RecordReader, damages: DamageLog) {
        self.file = file
        self.size = size
        self.reader = reader
        self.damages = damages
    }

    /// Octets used so far.
    var octetsConsumed: UInt64 { position }

    /// Adds packets to the batch, which is empty; false when the file is used up. May add none.
    func step(_ batch: PacketBatch) -> Bool {
        guard !ended else { return false }
        let want = max(needed, estimate.octets(capacity: batch.capacity))
        // SAFETY: the batch is empty, so that nothing points into its storage.
        let storage = unsafe batch.storage(atLeast: want)
        guard let base = storage.baseAddress else { return false }
        let count = min(want, storage.count, Int(clamping: size - position))
        // SAFETY: the first `count` octets of the storage.
        let block = unsafe UnsafeMutableRawBufferPointer(rebasing: storage[0..<count])
        let got = unsafe read(block)
        let atEnd = position + UInt64(got) >= size
        // SAFETY: `got` octets were read; the storage stays until the batch is refilled.
        var window = unsafe CaptureWindow(base: UnsafeRawPointer(base), count: got, offset: position, atEnd: atEnd)
        let stop = reader.walk(&window, into: batch)
        position += UInt64(window.position)
        estimate.learn(octets: window.position, packets: batch.count)
        needed = 0
        switch stop {
        case .ended: ended = true
        case .needsMore(let octets): needed = octets
        case .batchFull: break
        }
        return !ended
    }

    /// Reads what comes next into `block`. Returns how many octets there are; fewer than asked for end the file.
    private func read(_ block: UnsafeMutableRawBufferPointer) -> Int {
        let left = size - position
        // SAFETY: the block is the batch's storage.
        switch unsafe file.read(into: block, at: position) {
        case .octets(let octets):
            if octets < block.count {
                size = position + UInt64(octets)
                damages.record(.shrank, at: size, skipped: left - UInt64(octets))
            }
            return octets
        case .failed(let reason):
            damages.record(.unreadable(reason), at: position, skipped: left)
            size = position
            return 0
        }
    }
}

/// How many octets fill a batch, from what the last blocks held: reading more would be reading twice.
struct BlockEstimate {
    private var octetsPerPacket = 128

    func octets(capacity: Int) -> Int {
        // A little less than a full batch, so that a block's end and not the batch's is what stops the reader.
        min(blockOctets, max(16 * 1024, (capacity &* octetsPerPacket) / 32 * 31))
    }

    mutating func learn(octets: Int, packets: Int) {
        guard packets > 0 else { return }
        octetsPerPacket = min(maximumCapturedOctets, max(16, octets / packets))
    }
}
