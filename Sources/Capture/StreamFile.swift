import PacketDecode

/// A pipe, standard input or decompressed data: read block by block into the batch's storage, where packets stay. Only the
/// record that a block's end cuts is copied, to the beginning of the next block.
// SAFETY: (@safe) owns the carried octets from init to deinit.
@safe final class StreamFile {
    private let stream: any ByteStream
    private let reader: any RecordReader
    private let damages: DamageLog
    private let interrupt: ReadInterrupt?
    private var carried: UnsafeMutableRawBufferPointer
    private var carriedCount = 0
    private var offset: UInt64 = 0
    private var needed = 1
    private var streamEnded = false
    private var ended = false
    private var estimate = BlockEstimate()

    init(_ stream: any ByteStream, reader: any RecordReader, damages: DamageLog, interrupt: ReadInterrupt? = nil) {
        self.stream = stream
        self.reader = reader
        self.damages = damages
        self.interrupt = interrupt
        // SAFETY: freed in deinit, or when a longer remainder replaces it.
        unsafe carried = UnsafeMutableRawBufferPointer.allocate(byteCount: 2048, alignment: 64)
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
        var isInterrupted = false
        while have < needed && !streamEnded && !isInterrupted {
            // SAFETY: the part of the storage that is not filled; needed <= want, so that there is one.
            let got = unsafe stream.read(into: UnsafeMutableRawBufferPointer(rebasing: storage[have...]))
            have += got
            guard got == 0 else { continue }
            // Whoever stops listening in the middle of a record has not found the input damaged.
            isInterrupted = interrupt?.isRequested ?? false
            if !isInterrupted { endStream(at: offset + UInt64(have)) }
        }
        guard let base = storage.baseAddress else { return false }
        // SAFETY: `have` octets are filled; the storage stays until the batch is refilled.
        var window = unsafe CaptureWindow(
            base: UnsafeRawPointer(base), count: have, offset: offset, atEnd: streamEnded)
        let stop = reader.walk(&window, into: batch)
        offset += UInt64(window.position)
        estimate.learn(octets: window.position, packets: batch.count)
        // SAFETY: the window's remainder lies in the storage.
        unsafe carry(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(storage)[window.position..<have]))
        switch stop {
        case .ended: ended = true
        case .needsMore(let octets): needed = max(carriedCount + 1, octets)
        case .batchFull: needed = 0
        }
        if isInterrupted { ended = true }
        return !ended
    }

    /// Keeps what the reader did not use: less than lookaheadOctets, since no block is longer.
    private func carry(_ remainder: UnsafeRawBufferPointer) {
        carriedCount = remainder.count
        // SAFETY: reads a number.
        if unsafe carriedCount > carried.count {
            // SAFETY: allocated in init or here; nothing points into it.
            unsafe carried.deallocate()
            unsafe carried = UnsafeMutableRawBufferPointer.allocate(byteCount: carriedCount * 2, alignment: 64)
        }
        // SAFETY: the carry buffer is long enough, as just seen; the remainder lies in the batch's storage.
        unsafe carried.copyMemory(from: remainder)
    }

    private func endStream(at position: UInt64) {
        streamEnded = true
        if let failure = stream.failure { damages.record(failure, at: position, skipped: 0) }
    }
}
