import CCompression

/// Decompresses gzip (RFC 1952), member after member. zlib's window is 32 KiB, so that memory is bounded.
// SAFETY: (@safe) owns the zlib state and the input buffer from init to deinit; both keep their addresses.
@safe final class GzipStream: ByteStream {
    private let source: any ByteStream
    private let state: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private var ready: Bool
    private var inMember = true
    private var ended = false
    private(set) var failure: Damage.Kind?

    init(_ source: any ByteStream) {
        self.source = source
        // SAFETY: freed in deinit. zlib keeps a pointer to the state, which therefore must not move.
        unsafe state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe state.initialize(to: z_stream())
        // SAFETY: freed in deinit.
        unsafe input = UnsafeMutableRawBufferPointer.allocate(byteCount: blockOctets, alignment: 64)
        // SAFETY: 15 bits of window, and 16 says gzip. The state is zeroed, as zlib wants it.
        ready = unsafe flowprobe_inflate_init(state, 15 + 16) == Z_OK
        if !ready { failure = .compression("zlib cannot start") }
    }

    deinit {
        // SAFETY: allocated in init.
        if ready { unsafe inflateEnd(state) }
        unsafe state.deallocate()
        unsafe input.deallocate()
    }

    var octetsConsumed: UInt64 { source.octetsConsumed }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard ready, !ended, failure == nil else { return 0 }
        // SAFETY: zlib writes at most avail_out octets to the caller's buffer, during this call only.
        unsafe state.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe state.pointee.avail_out = UInt32(min(buffer.count, Int(Int32.max)))
        let room = unsafe state.pointee.avail_out
        // SAFETY: as above; the loop ends when the buffer is full or the input is.
        while unsafe state.pointee.avail_out > 0 {
            if unsafe state.pointee.avail_in == 0 && !refill() { break }
            if !inMember && !beginMember() { break }
            // SAFETY: the state was initialised, and its buffers are set.
            let result = unsafe inflate(state, Z_NO_FLUSH)
            if result == Z_STREAM_END {
                inMember = false
            } else if result != Z_OK && result != Z_BUF_ERROR {
                // SAFETY: zlib's message is a static string or nil.
                let reason = unsafe state.pointee.msg.map { unsafe String(cString: $0) }
                failure = .compression("gzip: \(reason ?? "error \(result)")")
                break
            }
        }
        // SAFETY: reads a number.
        return Int(unsafe room - state.pointee.avail_out)
    }

    /// Reads more compressed octets; false at their end.
    private func refill() -> Bool {
        // SAFETY: the buffer is ours and not empty.
        let count = unsafe source.read(into: input)
        if count == 0 {
            ended = true
            failure = source.failure ?? (inMember ? .compression("gzip: the data ends too early") : nil)
            return false
        }
        // SAFETY: `count` octets were just written to our buffer, which lives as long as the state.
        unsafe state.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe state.pointee.avail_in = UInt32(count)
        return true
    }

    /// After a member: starts the next one, or ends at padding (zeros, as tapes leave it) or at anything else.
    private func beginMember() -> Bool {
        // SAFETY: at least one octet of input is there.
        while unsafe state.pointee.avail_in > 0, unsafe state.pointee.next_in.pointee == 0 {
            // SAFETY: moves over one octet that is there.
            unsafe state.pointee.next_in += 1
            unsafe state.pointee.avail_in -= 1
        }
        // SAFETY: reads a number, then an octet that is there.
        guard unsafe state.pointee.avail_in > 0 else { return true }
        guard unsafe state.pointee.next_in.pointee == 0x1f else {
            failure = .compression("gzip: something else follows the compressed data")
            return false
        }
        inMember = true
        // SAFETY: the state was initialised.
        return unsafe inflateReset(state) == Z_OK
    }
}
