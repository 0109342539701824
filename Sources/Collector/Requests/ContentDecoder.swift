import CCompression

/// Unpacks the body of a message as it comes (RFC 9110 section 8.4; gzip: RFC 1952; zstd: RFC 8878, with a window of at most
/// 8 MiB, RFC 9659). The octets are anybody's: what is given out at once is bounded, and so is the memory.
// SAFETY: (@safe) owns the state of both libraries from init to deinit; zlib's keeps its address.
@safe package final class ContentDecoder {
    /// How a body is packed; the names are those of `Content-Encoding`.
    package enum Coding: String, Sendable, CaseIterable {
        case identity, gzip, zstd
    }

    /// Octets that are given out at once at most.
    private static let pieceLength = 1 << 16
    /// 15 bits of window, and 16 for gzip's frame.
    private static let gzipWindow: Int32 = 15 + 16
    private static let zstdWindowLog: Int32 = 23

    private let coding: Coding
    private let gzip: UnsafeMutablePointer<z_stream>?
    private let zstd: OpaquePointer?
    private var piece: [UInt8]
    private var isAtEnd: Bool
    private var isBroken = false

    /// For a body of which nothing has come; nil when memory is short.
    package init?(_ coding: Coding) {
        self.coding = coding
        isAtEnd = coding == .identity
        piece = coding == .identity ? [] : [UInt8](repeating: 0, count: Self.pieceLength)
        // SAFETY: (both) freed in deinit. zlib keeps a pointer to its state, which therefore must not move.
        unsafe gzip = coding == .gzip ? UnsafeMutablePointer<z_stream>.allocate(capacity: 1) : nil
        unsafe zstd = coding == .zstd ? ZSTD_createDCtx() : nil
        isBroken = !begin()
        if isBroken { return nil }
    }

    private func begin() -> Bool {
        switch coding {
        case .identity: return true
        case .gzip:
            // SAFETY: allocated in init, and zeroed here as zlib wants it.
            guard let gzip = unsafe gzip else { return false }
            unsafe gzip.initialize(to: z_stream())
            return unsafe flowprobe_inflate_init(gzip, Self.gzipWindow) == Z_OK
        case .zstd:
            // SAFETY: a context that exists takes parameters before its first frame.
            guard let zstd = unsafe zstd else { return false }
            return ZSTD_isError(unsafe ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, Self.zstdWindowLog)) == 0
        }
    }

    deinit {
        // SAFETY: made in init; ending a state that was not begun, and freeing no context, are allowed.
        if let gzip = unsafe gzip {
            unsafe inflateEnd(gzip)
            unsafe gzip.deallocate()
        }
        // SAFETY: as above.
        unsafe ZSTD_freeDCtx(zstd)
    }

    /// Whether what has come is all of a body.
    package var isWhole: Bool { isAtEnd && !isBroken }

    /// Unpacks `octets`, which follow those of the last call, and gives `take` what they are, piece by piece, until it says
    /// false. False when they are not packed so.
    package func decode(_ octets: [UInt8], _ take: (ArraySlice<UInt8>) -> Bool) -> Bool {
        guard !isBroken else { return false }
        if octets.isEmpty { return true }
        if coding == .identity {
            _ = take(octets[...])
            return true
        }
        var used = 0
        while true {
            guard let (more, made) = coding == .gzip ? inflate(octets, from: used) : decompress(octets, from: used)
            else {
                isBroken = true
                return false
            }
            used += more
            if made > 0, !take(piece[..<made]) { return true }
            // A piece that is not full has all that could be made; at the end there is no more, full or not.
            if used == octets.count, isAtEnd || made < piece.count { return true }
            // Neither read nor made anything: more of the same would not either.
            if more == 0, made == 0 {
                isBroken = true
                return false
            }
        }
    }

    /// Octets read from `start` on, and octets made, which are in `piece`; nil when they are not gzip's.
    private func inflate(_ octets: [UInt8], from start: Int) -> (read: Int, made: Int)? {
        // SAFETY: made in init.
        guard let gzip = unsafe gzip else { return nil }
        // SAFETY: (both buffers) they outlive the call, which stays within the sizes it is told and does not change its input.
        return unsafe octets.withUnsafeBufferPointer { source in
            unsafe piece.withUnsafeMutableBufferPointer { target in
                let rest = source.count - start
                // SAFETY: as above.
                unsafe gzip.pointee.next_in = UnsafeMutablePointer(
                    mutating: source.baseAddress.map { unsafe $0 + start })
                // SAFETY: as above.
                unsafe gzip.pointee.avail_in = UInt32(clamping: rest)
                unsafe (gzip.pointee.next_out, gzip.pointee.avail_out) = (target.baseAddress, UInt32(target.count))
                if isAtEnd, rest > 0 {
                    // SAFETY: one member after the other (RFC 1952 section 2.2): the state was begun, and is begun anew.
                    guard unsafe inflateReset(gzip) == Z_OK else { return nil }
                    isAtEnd = false
                }
                // SAFETY: the state was begun, and its buffers are set.
                let code = unsafe CCompression.inflate(gzip, Z_NO_FLUSH)
                guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { return nil }
                if code == Z_STREAM_END { isAtEnd = true }
                // SAFETY: numbers of our own structure.
                return unsafe (rest - Int(gzip.pointee.avail_in), target.count - Int(gzip.pointee.avail_out))
            }
        }
    }

    /// The same of zstd's.
    private func decompress(_ octets: [UInt8], from start: Int) -> (read: Int, made: Int)? {
        // SAFETY: (both buffers) as above.
        unsafe octets.withUnsafeBytes { source in
            unsafe piece.withUnsafeMutableBytes { target in
                // SAFETY: as above; `start` lies within the input.
                var input = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: start)
                var output = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                let result = unsafe ZSTD_decompressStream(zstd, &output, &input)
                guard ZSTD_isError(result) == 0 else { return nil }
                isAtEnd = result == 0
                // SAFETY: numbers of our own structures.
                return unsafe (input.pos - start, output.pos)
            }
        }
    }
}
