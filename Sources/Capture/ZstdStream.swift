import CCompression

/// Decompresses Zstandard (RFC 8878): frame after frame, skippable frames passed over.
// SAFETY: (@safe) owns the context and the input buffer from init to deinit.
@safe final class ZstdStream: ByteStream {
    /// Frames that need a larger window than 128 MiB are refused: it bounds the memory a hostile file can ask for.
    static let windowLogMaximum: Int32 = 27

    private let source: any ByteStream
    private let context: OpaquePointer?
    private let input: UnsafeMutableRawBufferPointer
    private var available = 0
    private var used = 0
    private var inFrame = true
    private var ended = false
    private(set) var failure: Damage.Kind?

    init(_ source: any ByteStream) {
        self.source = source
        // SAFETY: freed in deinit.
        unsafe input = UnsafeMutableRawBufferPointer.allocate(byteCount: blockOctets, alignment: 64)
        unsafe context = ZSTD_createDCtx()
        // SAFETY: a context that exists takes parameters before its first frame.
        if let context = unsafe context {
            _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLogMaximum)
        } else {
            failure = .compression("zstd cannot start")
        }
    }

    deinit {
        // SAFETY: allocated in init; freeing no context is allowed.
        unsafe ZSTD_freeDCtx(context)
        unsafe input.deallocate()
    }

    var octetsConsumed: UInt64 { source.octetsConsumed }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        // SAFETY: made in init, freed in deinit.
        guard let context = unsafe context, !ended, failure == nil else { return 0 }
        // SAFETY: the library writes within this buffer, during this call only.
        var output = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
        while unsafe output.pos < output.size {
            if used == available && !refill() { break }
            // SAFETY: `used..<available` lies in our input buffer.
            var piece = unsafe ZSTD_inBuffer(src: UnsafeRawPointer(input.baseAddress), size: available, pos: used)
            let result = unsafe ZSTD_decompressStream(context, &output, &piece)
            used = unsafe piece.pos
            if ZSTD_isError(result) != 0 {
                // SAFETY: the name is a static string.
                let name = unsafe String(cString: ZSTD_getErrorName(result))
                failure = .compression("zstd: \(name)")
                break
            }
            inFrame = result != 0
        }
        // SAFETY: a number in our own structure.
        return unsafe output.pos
    }

    private func refill() -> Bool {
        // SAFETY: the buffer is ours and not empty.
        available = unsafe source.read(into: input)
        used = 0
        if available > 0 { return true }
        ended = true
        failure = source.failure ?? (inFrame ? .compression("zstd: the data ends too early") : nil)
        return false
    }
}
