import CPlatform

/// Where a stripe's index lies in memory: enough to ask for a cache line of it, not to read it.
struct IndexLines {
    var address: UInt = 0
    var mask: UInt = 0

    /// Asks for the line where `hash` begins.
    @inline(__always)
    func prefetch(_ hash: UInt32) {
        // SAFETY: a prefetch never faults, wherever it points.
        unsafe flowprobe_prefetch(UnsafeRawPointer(bitPattern: address &+ (UInt(hash) & mask) &* 4))
    }
}
