/// Nested prefixes flattened into ranges that do not overlap, for longest-match look-up by binary search.
///
/// Range `i` runs from `starts[i]` to just before `starts[i + 1]` and belongs to the prefix `owners[i]`, or to none.
/// The first range starts at 0, so that every address is in exactly one range. Look-up is O(log n) without branches
/// that depend on the data.
struct AddressRanges<Word: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    /// Owner of the addresses no prefix covers.
    static var nobody: UInt32 { .max }

    private var starts: [Word] = [0]
    private var owners: [UInt32] = [Self.nobody]

    /// One prefix: its first address, its last address, and what to answer for addresses in it.
    struct Span {
        var first: Word
        var last: Word
        var owner: UInt32
    }

    /// Ranges from prefixes, in any order. Prefixes are either nested or disjoint; equal ones must not occur.
    init(_ prefixes: [Span]) {
        // An outer prefix comes before the inner ones that start where it does.
        let sorted = prefixes.sorted { ($0.first, $1.last) < ($1.first, $0.last) }
        var open: [Span] = []
        for prefix in sorted {
            while let top = open.last, top.last < prefix.first { close(&open) }
            append(prefix.first, prefix.owner)
            open.append(prefix)
        }
        while !open.isEmpty { close(&open) }
    }

    /// Ends the innermost open prefix: what follows it belongs to the prefix around it.
    private mutating func close(_ open: inout [Span]) {
        guard let inner = open.popLast(), inner.last != Word.max else { return }
        append(inner.last + 1, open.last?.owner ?? Self.nobody)
    }

    private mutating func append(_ start: Word, _ owner: UInt32) {
        if starts[starts.count - 1] == start {
            owners[owners.count - 1] = owner
        } else {
            starts.append(start)
            owners.append(owner)
        }
    }

    /// The owner of the longest prefix that holds `address`, or `nobody`.
    func owner(of address: Word) -> UInt32 {
        var base = 0
        var count = starts.count
        while count > 1 {
            let half = count >> 1
            base = starts[base + half] <= address ? base + half : base
            count -= half
        }
        return owners[base]
    }
}
