/// How much label work may be done per second of packet time.
///
/// Counted in units, not in time, so that a replay says the same on every machine and with every number of workers: looking
/// at a payload costs one unit, and decrypting a QUIC Initial `decryptionCost` of them, as it costs so much more time.
/// Unused units of at most one second are kept.
package struct LabelBudget: Sendable {
    /// Units that decrypting one QUIC Initial takes.
    package static let decryptionCost = 50
    private static let nanosecondsPerSecond: Int64 = 1_000_000_000

    /// Units added per second, and the most that are kept.
    package let unitsPerSecond: Int
    /// Payloads that were not looked at, and decryptions that were not tried, for want of units.
    package private(set) var refusals: UInt64 = 0
    private var units: Int
    private var second = Int64.min

    /// A budget that begins full.
    package init(unitsPerSecond: Int) {
        self.unitsPerSecond = max(1, unitsPerSecond)
        units = self.unitsPerSecond
    }

    /// Takes `cost` units at `time`, nanoseconds of packet time. False, and nothing taken, when there are not so many;
    /// time that goes back takes from the second that is under way.
    package mutating func take(_ cost: Int, at time: Int64) -> Bool {
        let now = time / Self.nanosecondsPerSecond
        if now > second {
            units = unitsPerSecond
            second = now
        }
        guard units >= cost else {
            refusals &+= 1
            return false
        }
        units -= cost
        return true
    }
}
