/// Which parts of a datagram its fragments have brought so far, as far as it takes to find those that overlap.
///
/// Places are in units of eight octets, as fragment offsets are. The latest six fragments are kept one by one; what came
/// before them is kept as two runs, which is all of it when fragments come in order, forwards or backwards, the first
/// one apart. What came twice is told from what overlaps a run by a filter of 64 bits: in a datagram of many fragments
/// some overlaps count as fragments that came twice.
struct FragmentCoverage: BitwiseCopyable, Sendable {
    /// What a fragment brings.
    enum Finding {
        /// Octets that no fragment had brought.
        case fresh
        /// What a fragment before it brought, neither more nor less (RFC 8200 section 4.5 lets receivers ignore it).
        case duplicate
        /// Some of what others brought (RFC 3128, RFC 5722).
        case overlap
    }

    private static let kept = 6
    private var starts = InlineArray<6, UInt16>(repeating: 0)
    private var ends = InlineArray<6, UInt16>(repeating: 0)
    private var runStarts = InlineArray<2, UInt16>(repeating: 0)
    private var runEnds = InlineArray<2, UInt16>(repeating: 0)
    private var next: UInt8 = 0
    private var known: UInt64 = 0

    /// Adds a fragment of `units`, the first of them at `start`.
    mutating func add(start: UInt16, units: UInt16) -> Finding {
        let end = UInt16(clamping: UInt32(start) &+ UInt32(units))
        guard start < end else { return .fresh }
        var finding = Finding.fresh
        for place in 0..<Self.kept where starts[place] < end && start < ends[place] {
            if starts[place] == start, ends[place] == end { return .duplicate }
            finding = .overlap
        }
        let mixed = (UInt64(start) << 16 | UInt64(end)) &* 0x9E37_79B9_7F4A_7C15
        let mark: UInt64 = 1 &<< (mixed &>> 58)
        for run in 0..<2 where finding == .fresh && runStarts[run] < end && start < runEnds[run] {
            if known & mark != 0 { return .duplicate }
            finding = .overlap
        }
        known |= mark
        forget(Int(next))
        starts[Int(next)] = start
        ends[Int(next)] = end
        next = next &+ 1 == UInt8(Self.kept) ? 0 : next &+ 1
        return finding
    }

    /// Makes the fragment at `place` part of a run, or a run of its own; one that touches neither of two is forgotten.
    private mutating func forget(_ place: Int) {
        guard ends[place] != 0 else { return }
        for run in 0..<2 {
            if runEnds[run] == 0 {
                runStarts[run] = starts[place]
                runEnds[run] = ends[place]
                return
            }
            if starts[place] <= runEnds[run], runStarts[run] <= ends[place] {
                runStarts[run] = min(runStarts[run], starts[place])
                runEnds[run] = max(runEnds[run], ends[place])
                return
            }
        }
    }
}
