/// Writes octets one after the other into memory whose owner has made sure that there is room.
///
/// The only place of the JSON output that stores through a pointer. Stores may touch up to 63 octets beyond what they
/// advance by; `JSONLineEncoder` reserves that, too.
// SAFETY: (@safe) made only over a buffer that is alive for as long as the cursor and has the room its user declared.
@safe struct OctetCursor {
    private var next: UnsafeMutableRawPointer

    /// A cursor at `start`.
    // SAFETY: stores the pointer; the caller answers for the memory behind it.
    @unsafe init(_ start: UnsafeMutableRawPointer) { unsafe next = start }

    /// Octets from `start` to here.
    func distance(from start: UnsafeMutableRawPointer) -> Int {
        // SAFETY: compares addresses only.
        unsafe next - start
    }

    /// One octet.
    @inline(__always)
    mutating func put(_ octet: UInt8) {
        // SAFETY: the owner has reserved more than the longest line before the first store of a line.
        unsafe next.storeBytes(of: octet, as: UInt8.self)
        unsafe next += 1
    }

    /// The first `count` octets of `value`'s memory.
    @inline(__always)
    mutating func put<Value: BitwiseCopyable>(_ value: Value, count: Int) {
        // SAFETY: as above; the octets after `count` are within the reserve and are written over by what follows.
        unsafe next.storeBytes(of: value, as: Value.self)
        unsafe next += count
    }
}
