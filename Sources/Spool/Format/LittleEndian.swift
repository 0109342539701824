/// Integers in headers of the spool's files: lowest octet first.
extension [UInt8] {
    /// The unsigned integer of `width` octets, 1 to 8, at `offset`. The octets must be there.
    func little(_ offset: Int, _ width: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in (0..<width).reversed() { value = value << 8 | UInt64(self[offset + index]) }
        return value
    }

    /// Adds the low `width` octets of `value`.
    mutating func appendLittle(_ value: UInt64, _ width: Int) {
        for index in 0..<width { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}
