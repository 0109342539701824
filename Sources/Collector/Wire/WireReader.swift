/// A bounds-checked reader over a part of one message. Integers are in network byte order.
///
/// Readers ask for what they need and get nil when it is not there; nothing here traps on any input.
struct WireReader: ~Escapable {
    private let octets: Span<UInt8>
    /// Octets consumed so far, from the start of the message.
    private(set) var offset: Int
    /// Where readable octets end, from the start of the message.
    let end: Int

    /// A reader of `octets[range]`; a range that leaves the octets is cut.
    @_lifetime(copy octets)
    init(_ octets: Span<UInt8>, _ range: Range<Int>) {
        self.octets = octets
        end = max(0, min(range.upperBound, octets.count))
        offset = max(0, min(range.lowerBound, end))
    }

    /// Octets that may still be read.
    var remaining: Int { end - offset }

    /// Consumes `count` octets; false when there are not so many.
    @_lifetime(self: copy self)
    mutating func skip(_ count: Int) -> Bool {
        guard count >= 0, count <= remaining else { return false }
        offset += count
        return true
    }

    /// The next octet.
    @_lifetime(self: copy self)
    mutating func u8() -> UInt8? { unsigned(1).map { UInt8(truncatingIfNeeded: $0) } }

    /// The next two octets.
    @_lifetime(self: copy self)
    mutating func u16() -> UInt16? { unsigned(2).map { UInt16(truncatingIfNeeded: $0) } }

    /// The next four octets.
    @_lifetime(self: copy self)
    mutating func u32() -> UInt32? { unsigned(4).map { UInt32(truncatingIfNeeded: $0) } }

    /// The next `count` octets, at most 8, as a number.
    @_lifetime(self: copy self)
    mutating func unsigned(_ count: Int) -> UInt64? {
        guard count <= remaining else { return nil }
        defer { offset += count }
        return octets.unsigned(at: offset, count)
    }
}

extension Span<UInt8> {
    /// The number in `count` octets at `offset`, network byte order; the last 8 octets count when there are more. The
    /// octets are there: a template's places were checked against the record.
    @inline(__always)
    func unsigned(at offset: Int, _ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in offset..<offset + count { value = value << 8 | UInt64(self[index]) }
        return value
    }
}
