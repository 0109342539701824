/// A stretch of an input's octets in memory, and how far a reader has come in it.
///
/// Its base pointer is valid while the reader walks it; every load outside the two packet loops goes through the checked
/// accessors here.
// SAFETY: (@safe) loads are bounds-checked below; the packet loops that use `base` themselves say `unsafe`.
@safe struct CaptureWindow {
    /// The first octet.
    let base: UnsafeRawPointer
    /// How many octets there are.
    let count: Int
    /// Octets from the input's start to `base`.
    let offset: UInt64
    /// Whether the input ends where the window ends.
    let atEnd: Bool
    /// Octets the reader has used, 0...count.
    var position = 0

    init(base: UnsafeRawPointer, count: Int, offset: UInt64, atEnd: Bool) {
        // SAFETY: stores the pointer; the caller keeps `count` octets alive while the window is used.
        unsafe self.base = base
        self.count = count
        self.offset = offset
        self.atEnd = atEnd
    }

    /// Octets not used yet.
    var remaining: Int { count - position }
    /// Octets from the input's start to the reader's position.
    var absolutePosition: UInt64 { offset + UInt64(position) }

    func u8(_ index: Int) -> UInt8 {
        precondition(index >= 0 && count - index >= 1)
        // SAFETY: the octet lies inside the window, as just checked.
        return unsafe base.load(fromByteOffset: index, as: UInt8.self)
    }

    @inline(__always)
    func u16(_ index: Int, swapped: Bool) -> UInt16 {
        precondition(index >= 0 && count - index >= 2)
        // SAFETY: both octets lie inside the window, as just checked.
        let raw = unsafe base.loadUnaligned(fromByteOffset: index, as: UInt16.self)
        return swapped ? raw.byteSwapped : raw
    }

    @inline(__always)
    func u32(_ index: Int, swapped: Bool) -> UInt32 {
        precondition(index >= 0 && count - index >= 4)
        // SAFETY: the four octets lie inside the window, as just checked.
        let raw = unsafe base.loadUnaligned(fromByteOffset: index, as: UInt32.self)
        return swapped ? raw.byteSwapped : raw
    }

    func u64(_ index: Int, swapped: Bool) -> UInt64 {
        precondition(index >= 0 && count - index >= 8)
        // SAFETY: the eight octets lie inside the window, as just checked.
        let raw = unsafe base.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        return swapped ? raw.byteSwapped : raw
    }
}
