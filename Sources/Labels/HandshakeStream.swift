/// The beginning of a stream whose parts come by offset and in any order, as QUIC's CRYPTO frames do. Bounded in octets and
/// in parts.
struct HandshakeStream: Sendable {
    private static let octetLimit = 4096
    private static let partLimit = 32

    private var octets: [UInt8] = []
    /// What has come, in order, without overlaps and gaps between neighbours that touch.
    private var parts: [Range<Int>] = []

    /// Forgets all, and keeps the memory.
    mutating func removeAll() {
        octets.removeAll(keepingCapacity: true)
        parts.removeAll(keepingCapacity: true)
    }

    /// How many octets there are without a gap from the first one on.
    var contiguous: Int { parts.first.map { $0.lowerBound == 0 ? $0.upperBound : 0 } ?? 0 }

    /// The octets without a gap from the first one on.
    var beginning: Span<UInt8> {
        @_lifetime(borrow self)
        get { octets.span.extracting(0..<contiguous) }
    }

    /// Adds the octets in `range` of `payload`, which stand at `offset` in the stream. What lies beyond the limits is left out.
    mutating func add(_ payload: Payload, _ range: Range<Int>, at offset: Int) {
        guard offset >= 0, offset < Self.octetLimit, parts.count < Self.partLimit else { return }
        let count = min(range.count, Self.octetLimit - offset, max(0, payload.count - range.lowerBound))
        guard count > 0 else { return }
        if octets.count < offset + count {
            octets.append(contentsOf: repeatElement(0, count: offset + count - octets.count))
        }
        for index in 0..<count { octets[offset + index] = UInt8(payload.u8(range.lowerBound + index) ?? 0) }
        // In place: an Initial may have hundreds of parts of one octet.
        var merged = offset..<offset + count
        var first = 0
        while first < parts.count, parts[first].upperBound < merged.lowerBound { first += 1 }
        var last = first
        while last < parts.count, parts[last].lowerBound <= merged.upperBound {
            merged =
                min(merged.lowerBound, parts[last].lowerBound)..<max(merged.upperBound, parts[last].upperBound)
            last += 1
        }
        parts.replaceSubrange(first..<last, with: CollectionOfOne(merged))
    }
}
