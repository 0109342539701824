import NetTypes

/// Tells times as NetFlow does: milliseconds since the exporter's start, which a reader finds from the two times in a
/// message's header, the seconds since 1970 and the milliseconds since that start (RFC 3954 section 5.1).
///
/// The probe's own start would not do: in a replay flows are older than it, and an offset of 32 bits ends after 49.7 days.
/// The start told is therefore chosen for the flows: a whole second, a day before the first flow, so that flows which began
/// a little earlier have a place too. With whole seconds in both times of the header, the start that a reader
/// computes is exact, and so is each flow's millisecond. A flow that is out of reach (49 days) of the start makes it move:
/// to a reader a restart of the exporter, whose flows are as exact as those before.
struct UptimeClock {
    /// The start told, seconds since 1970.
    private(set) var bootSeconds: Int64 = 0
    private var isSet = false
    private var clockSeconds: Int64 = 0

    /// Seconds that offsets from a start reach: 49 days, some hours less than 32 bits do, since readers look for a flow's time
    /// around the header's.
    static let reach: Int64 = 49 * 86_400
    /// Seconds from the start to the first flow.
    static let margin: Int64 = 86_400

    /// Moves the time of messages on to the packet clock; it never goes back.
    mutating func advance(to clock: Nanoseconds) {
        clockSeconds = max(clockSeconds, clock / nanosecondsPerSecond)
    }

    /// Whether the start told has room for a flow from `first` to `last`, milliseconds since 1970.
    func reaches(_ first: Int64, _ last: Int64) -> Bool {
        isSet && first >= bootSeconds * 1000 && last <= (bootSeconds + Self.reach) * 1000
    }

    /// Chooses the start for a flow from `first` to `last`, milliseconds since 1970. `reaches` is still false afterwards for a
    /// flow longer than offsets reach.
    mutating func choose(_ first: Int64, _ last: Int64) {
        isSet = true
        bootSeconds = max(0, first / 1000 - Self.margin)
        if !reaches(first, last) { bootSeconds = first / 1000 }
    }

    /// The time of a message whose latest flow ends at `latest`, milliseconds since 1970: the packet clock's, no earlier than
    /// that flow's end and within reach of the start. Seconds since 1970.
    func seconds(latest: Int64) -> Int64 {
        let clock = clockSeconds <= bootSeconds + Self.reach ? clockSeconds : 0
        let wanted = max(clock, (latest + 999) / 1000, bootSeconds)
        return min(wanted, bootSeconds + Self.reach, Int64(UInt32.max))
    }

    /// The header's milliseconds since the start, at `seconds` since 1970.
    func upTime(at seconds: Int64) -> UInt32 { UInt32(clamping: (seconds - bootSeconds) * 1000) }

    /// The offset of a time, milliseconds since 1970, and whether it is exact.
    func offset(_ time: Int64) -> (milliseconds: UInt32, isExact: Bool) {
        let offset = time - bootSeconds * 1000
        let kept = min(max(0, offset), Self.reach * 1000)
        return (UInt32(kept), kept == offset)
    }
}
