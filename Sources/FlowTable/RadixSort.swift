/// Sorting of 64-bit keys by counting their digits: linear, and several times faster than comparing.
enum RadixSort {
    private static let digitBits: UInt64 = 11
    private static let digits = 1 << 11
    /// Below this comparing is faster.
    private static let smallest = 256

    /// Sorts `keys` ascending. `scratch` is memory to work in; what it holds afterwards means nothing.
    static func sort(_ keys: inout [UInt64], scratch: inout [UInt64]) {
        var isSorted = true
        var (low, high) = (UInt64.max, UInt64.min)
        var last: UInt64 = 0
        for key in keys {
            if key < last { isSorted = false }
            last = key
            low = min(low, key)
            high = max(high, key)
        }
        if isSorted { return }
        guard keys.count >= smallest else {
            keys.sort()
            return
        }
        if scratch.count < keys.count { scratch = Array(repeating: 0, count: keys.count) }
        let bits = UInt64(64 - (high - low).leadingZeroBitCount)
        var shift: UInt64 = 0
        var inScratch = false
        while shift < bits {
            if inScratch {
                pass(scratch.span, keys.count, into: &keys, shift: shift, base: low)
            } else {
                pass(keys.span, keys.count, into: &scratch, shift: shift, base: low)
            }
            inScratch.toggle()
            shift += digitBits
        }
        if inScratch { for index in keys.indices { keys[index] = scratch[index] } }
    }

    /// One stable pass by the digit at `shift` of each key less `base`.
    private static func pass(
        _ source: Span<UInt64>, _ count: Int, into target: inout [UInt64], shift: UInt64, base: UInt64
    ) {
        var starts = [Int](repeating: 0, count: digits)
        for index in 0..<count { starts[Int((source[index] &- base) &>> shift & UInt64(digits - 1))] += 1 }
        var sum = 0
        for digit in 0..<digits {
            let size = starts[digit]
            starts[digit] = sum
            sum += size
        }
        var output = target.mutableSpan
        for index in 0..<count {
            let digit = Int((source[index] &- base) &>> shift & UInt64(digits - 1))
            output[starts[digit]] = source[index]
            starts[digit] += 1
        }
    }
}
