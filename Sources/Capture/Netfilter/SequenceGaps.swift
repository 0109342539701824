/// Tells from numbers that go up by one, and begin again after 2^32, how many were left out.
struct SequenceGaps {
    private var expected: UInt32

    /// Nothing has come; the first number is `first`.
    init(first: UInt32) { expected = first }

    /// Takes the next number. Returns how many are missing before it; a number that goes back is a new beginning.
    mutating func missing(before number: UInt32) -> UInt64 {
        let gap = number &- expected
        expected = number &+ 1
        return gap < 1 << 31 ? UInt64(gap) : 0
    }
}
