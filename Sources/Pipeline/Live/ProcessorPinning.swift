import CPlatform

/// Keeps a thread on one processor.
enum ProcessorPinning {
    private static let mostProcessors = 1024

    /// Pins the calling thread to `processor`, from 0; false when the system has none of that number.
    static func pin(to processor: Int) -> Bool {
        guard (0..<mostProcessors).contains(processor) else { return false }
        var mask = [UInt64](repeating: 0, count: mostProcessors / 64)
        mask[processor / 64] = 1 << UInt64(processor % 64)
        // SAFETY: the call reads as many octets of the mask as it is told.
        return unsafe mask.withUnsafeBytes { unsafe flowprobe_set_affinity(UInt($0.count), $0.baseAddress) == 0 }
    }
}
