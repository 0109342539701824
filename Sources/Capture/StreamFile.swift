import PacketDecode

/// A pipe, standard input or decompressed data: read block by block into the batch's storage, where packets stay. Only the
/// record that a block's end cuts is copied, to the beginning of the next block.
// SAFETY: (@safe) owns the carried octets from init to deinit.
@safe final class StreamFile {
    private let stream: any ByteStream
    private let reader: any RecordReader
    private let damages: DamageLog
    private let carried: UnsafeMutableRawBufferPointer
    private var carriedCount = 0
    private var offset: UInt64 = 0
    private var needed = 1
    private var streamEnded = false
    private var ended = false
    private var estimate = BlockEstimate()

    init(_ stream: any ByteStream, reader: any RecordReader, damages: DamageLog) {
        self.stream = stream
        self.reader = reader
        self.damages = damages
        // SAFETY: freed in deinit. No block is longer than lookaheadOctets, so that no remainder is.
        unsafe carried = UnsafeMutableRawBufferPointer.allocate(byteCount: lookaheadOctets, alignment: 64)
    }

    deinit {
        // SAFETY: allocated in init.
        unsafe carried.deallocate()
    }

    /// Octets used of what is stored.
    var octetsConsumed: UInt64 { stream.octetsConsumed }

    /// Adds packets to the empty batch; false when the stream is used up. May add none.
    func step(_ batch: PacketBatch) -> Bool {
        guard !ended else { return false }
        let want = min(lookaheadOctets, max(needed, carriedCount, estimate.octets(capacity: batch.capacity)))
        // SAFETY: the batch is empty, so that nothing points into its storage, which has at least `want` octets.
        let storage = unsafe UnsafeMutableRawBufferPointer(rebasing: batch.storage(atLeast: want)[0..<want])
        // SAFETY: carriedCount <= want; copyMemory checks it.
        unsafe storage.copyMemory(from: UnsafeRawBufferPointer(rebasing: carried[0..<carriedCount]))
        var have = carriedCount
        while have < needed && !streamEnded {
            // SAFETY: the part of the storage that is not filled; needed <= want, so that there is one.
            let got = unsafe stream.read(into: UnsafeMutableRawBufferPointer(rebasing: storage[have...]))
            have += got
            if got == 0 { endStream(at: offset + UInt64(have)) }
        }
        guard let base = storage.baseAddress else { return false }
        // SAFETY: `have` octets are filled; the storage stays until the batch is refilled.
        var window = unsafe CaptureWindow(
            base: UnsafeRawPointer(base), count: have, offset: offset, atEnd: streamEnded)
        let stop = reader.walk(&window, into: batch)
        offset += UInt64(window.position)
        estimate.learn(octets: window.position, packets: batch.count)
        carriedCount = window.remaining
        // SAFETY: the window's remainder lies in the storage and is no longer than the carry buffer.
        unsafe carried.copyMemory(
            from: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(storage)[window.position..<have]))
        switch stop {
        case .ended: ended = true
        case .needsMore(let octets): needed = max(carriedCount + 1, octets)
        case .batchFull: needed = 0
        }
        return !ended
    }

    private func endStream(at position: UInt64) {
        streamEnded = true
        if let failure = stream.failure { damages.record(failure, at: position, skipped: 0) }
    }
}
