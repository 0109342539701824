/// How much label work may be done per second of packet time, in nanoseconds.
///
/// The nanoseconds are nominal, not measured: what is done has a fixed price, so that a replay says the same on every machine
/// and with every number of workers. The prices are what the work takes at most on the machine of docs/performance.md, which
/// `scripts/cost-worst` holds them to. Unused time of at most one second is kept.
package struct LabelBudget: Sendable {
    /// Nanoseconds for looking at a payload, whatever it is.
    package static let lookCost = 2_000
    /// Nanoseconds for each octet of it, and of what it is joined with.
    package static let octetCost = 4
    /// Nanoseconds for decrypting one QUIC Initial.
    package static let decryptionCost = 70_000
    private static let secondLength: Int64 = 1_000_000_000

    /// Nanoseconds added per second, and the most that are kept.
    package let nanosecondsPerSecond: Int
    /// Payloads that were not looked at, and decryptions that were not tried, for want of time.
    package private(set) var refusals: UInt64 = 0
    /// Fingerprints that were not made, since a message had more to make them of than any sender's has.
    package internal(set) var refusedFingerprints: UInt64 = 0
    private var left: Int
    private var second = Int64.min

    /// A budget that begins full.
    package init(nanosecondsPerSecond: Int) {
        self.nanosecondsPerSecond = max(1, nanosecondsPerSecond)
        left = self.nanosecondsPerSecond
    }

    /// Takes `cost` nanoseconds at `time`, nanoseconds of packet time. False, and nothing taken, when there are not so many;
    /// time that goes back takes from the second that is under way.
    package mutating func take(_ cost: Int, at time: Int64) -> Bool {
        let now = time / Self.secondLength
        if now > second {
            left = nanosecondsPerSecond
            second = now
        }
        guard left >= cost else {
            refusals &+= 1
            return false
        }
        left -= cost
        return true
    }
}
