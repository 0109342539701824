/// A bounds-checked reader over one packet's captured bytes. The only place in this room that loads memory.
///
/// Decoders ask `remaining` once per header and then read fields at offsets from the header's start; every load is
/// checked again against the captured bytes, so that a decoder's mistake traps instead of reading a neighbour's packet.
/// Multi-octet fields are in network byte order.
struct Cursor: ~Escapable {
    private let bytes: RawSpan
    /// Octets consumed so far, from the first captured byte.
    private(set) var offset: Int
    /// Where readable octets end: the captured length, or less once a length field has been believed.
    private var end: Int

    /// A cursor at the first of `bytes`.
    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) {
        self.bytes = bytes
        offset = 0
        end = bytes.byteCount
    }

    /// Octets that may still be read.
    var remaining: Int { end &- offset }

    /// Consumes `count` octets, which is at most `remaining`.
    @_lifetime(self: copy self)
    mutating func skip(_ count: Int) {
        precondition(count >= 0 && count <= remaining)
        offset &+= count
    }

    /// Drops what lies beyond the next `count` octets (padding, trailers). No effect when fewer remain.
    @_lifetime(self: copy self)
    mutating func truncate(to count: Int) {
        if count < remaining { end = offset &+ max(0, count) }
    }

    /// The octet at `position` from here.
    @inline(__always)
    func u8(_ position: Int) -> UInt8 {
        // SAFETY: RawSpan's load traps when position lies outside the captured bytes.
        unsafe bytes.unsafeLoad(fromByteOffset: offset &+ position, as: UInt8.self)
    }

    /// The 16-bit field at `position` from here.
    @inline(__always)
    func u16(_ position: Int) -> UInt16 {
        // SAFETY: as in u8; every bit pattern is a UInt16.
        UInt16(bigEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset &+ position, as: UInt16.self))
    }

    /// The 32-bit field at `position` from here.
    @inline(__always)
    func u32(_ position: Int) -> UInt32 {
        // SAFETY: as in u8; every bit pattern is a UInt32.
        UInt32(bigEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset &+ position, as: UInt32.self))
    }

    /// The 64-bit field at `position` from here.
    @inline(__always)
    func u64(_ position: Int) -> UInt64 {
        // SAFETY: as in u8; every bit pattern is a UInt64.
        UInt64(bigEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset &+ position, as: UInt64.self))
    }
}
