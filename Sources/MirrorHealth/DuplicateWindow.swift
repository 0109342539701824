import NetTypes

/// Tells packets that come a second time within 10 ms: what a switch does that mirrors a packet where it enters and where it
/// leaves.
///
/// Copies on one mirror port are as far apart as the packet was in the switch, and the port's queue: microseconds to a few
/// milliseconds. No TCP sends a segment again so soon unless it was told that the first was lost, and then it carries
/// another identification.
///
/// Bounded: 8192 packets in sets of four, 128 KiB; the oldest of a full set leaves. Beyond some 800,000 packets a second
/// packets leave before their 10 ms are over, and of copies far apart some are missed: never is one too many counted.
package struct DuplicateWindow: Sendable {
    /// How far apart copies may be.
    package static let span: Nanoseconds = 10_000_000
    /// Packets remembered.
    package static let capacity = sets * ways
    private static let ways = 4
    private static let sets = 2048
    private static let never: Nanoseconds = .min / 2

    private var fingerprints = [UInt64](repeating: 0, count: capacity)
    private var times = [Nanoseconds](repeating: never, count: capacity)

    /// A window that has seen nothing.
    package init() {}

    /// Takes a packet. True when the same was seen up to `span` before, or after in case inputs are read in turns.
    package mutating func isDuplicate(_ fingerprint: UInt64, at time: Nanoseconds) -> Bool {
        let start = Int(truncatingIfNeeded: (fingerprint >> 40) & UInt64(Self.sets - 1)) * Self.ways
        var oldest = start
        for place in start..<start + Self.ways {
            if fingerprints[place] == fingerprint, abs(time &- times[place]) <= Self.span { return true }
            if times[place] < times[oldest] { oldest = place }
        }
        // The first of several copies keeps its time: a packet sent every 10 ms is a duplicate of one, not of all.
        fingerprints[oldest] = fingerprint
        times[oldest] = time
        return false
    }
}
