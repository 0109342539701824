import NetTypes

/// Finds the times in which an input did not see everything, from what is read of it once a second.
package struct CoverageWatch: Sendable {
    /// Why an input did not see everything.
    package enum Cause: Sendable, CaseIterable {
        /// It was down, or its interface was gone.
        case down
        /// Its ring or queue was full.
        case ring
        /// Its network adapter lost packets.
        case adapter
        /// Its payloads were not looked at for labels.
        case labelsOff
        /// Flow selection left flows out.
        case selection

        /// Whether it lasts from one reading to another, and not just from one loss to the next.
        var isState: Bool { self != .ring && self != .adapter }
    }

    /// A time in which it did not.
    package struct Interval: Equatable, Sendable {
        /// Why.
        package var cause: Cause
        /// The last reading at which all was well, Unix time.
        package var start: Nanoseconds
        /// The first reading at which it is well again or, where packets were lost, the last that showed a loss.
        package var end: Nanoseconds
        /// Packets lost in it, or left out; 0 when it was down, since nobody knows.
        package var lost: UInt64
    }

    /// What is read of an input.
    package struct Reading: Sendable {
        /// Whether it is there and up.
        package var isUp: Bool
        /// Packets lost so far for want of room.
        package var ringLoss: UInt64
        /// Packets lost so far by the adapter.
        package var adapterLoss: UInt64
        /// Whether payloads are not looked at for labels.
        package var isWithoutLabels = false
        /// Whether not every flow is counted.
        package var isSelecting = false
        /// Packets so far of flows that were not chosen.
        package var leftOut: UInt64 = 0

        /// All of it, when nothing is given up.
        package init(isUp: Bool, ringLoss: UInt64, adapterLoss: UInt64) {
            self.isUp = isUp
            self.ringLoss = ringLoss
            self.adapterLoss = adapterLoss
        }
    }

    /// A time that is longer is told in parts, so that a probe that is killed has told of most of it.
    package static let longest = 60 * nanosecondsPerSecond
    /// Losses that are no further apart are one time.
    package static let calm = 5 * nanosecondsPerSecond

    private struct Open {
        var start: Nanoseconds
        var lastLoss: Nanoseconds
        var lost: UInt64
    }

    private var last: Nanoseconds
    private var totals: [Cause: UInt64] = [:]
    private var open: [Cause: Open] = [:]

    /// A watch that begins at `time`, Unix time, when nothing has been lost yet.
    package init(at time: Nanoseconds) { last = time }

    /// Takes a reading; the times that have ended with it, or that have become too long for one.
    package mutating func observe(_ reading: Reading, at time: Nanoseconds) -> [Interval] {
        // A clock that was set back: a time that ends before it begins says nothing.
        if time < last { last = time }
        for (cause, state) in open {
            open[cause]?.start = min(state.start, time)
            open[cause]?.lastLoss = min(state.lastLoss, time)
        }
        var ended = state(.down, !reading.isUp, lost: 0, time)
        ended += state(.labelsOff, reading.isWithoutLabels, lost: 0, time)
        let (left, before) = (reading.leftOut, totals[.selection, default: 0])
        totals[.selection] = left
        ended += state(.selection, reading.isSelecting, lost: left - min(left, before), time)
        ended += loss(.ring, reading.ringLoss, time)
        ended += loss(.adapter, reading.adapterLoss, time)
        last = time
        for cause in Cause.allCases {
            guard let state = open[cause], time - state.start >= Self.longest else { continue }
            let end = cause.isState ? time : state.lastLoss
            ended.append(interval(cause, state, end: end))
            open[cause] = cause.isState ? Open(start: time, lastLoss: time, lost: 0) : nil
        }
        return ended
    }

    /// The times that are under way, as far as they have come.
    package mutating func finish(at time: Nanoseconds) -> [Interval] {
        defer { open.removeAll() }
        return Cause.allCases.compactMap { cause in
            open[cause].map { interval(cause, $0, end: cause.isState ? time : $0.lastLoss) }
        }
    }

    /// Something that is so or not, and `lost` packets since the last reading, which count also when it is so no more.
    private mutating func state(_ cause: Cause, _ isSo: Bool, lost: UInt64, _ time: Nanoseconds) -> [Interval] {
        if isSo || lost > 0, open[cause] == nil { open[cause] = Open(start: last, lastLoss: time, lost: 0) }
        open[cause]?.lost &+= lost
        guard !isSo, let state = open.removeValue(forKey: cause) else { return [] }
        return [interval(cause, state, end: time)]
    }

    private mutating func loss(_ cause: Cause, _ total: UInt64, _ time: Nanoseconds) -> [Interval] {
        // A counter that was set back, by an adapter that was reset, begins again.
        let before = totals[cause, default: 0]
        let lost = total >= before ? total - before : total
        totals[cause] = total
        if lost > 0 {
            var state = open[cause] ?? Open(start: last, lastLoss: time, lost: 0)
            (state.lastLoss, state.lost) = (time, state.lost &+ lost)
            open[cause] = state
            return []
        }
        guard let state = open[cause], time - state.lastLoss >= Self.calm else { return [] }
        open[cause] = nil
        return [interval(cause, state, end: state.lastLoss)]
    }

    private func interval(_ cause: Cause, _ state: Open, end: Nanoseconds) -> Interval {
        Interval(cause: cause, start: min(state.start, end), end: end, lost: state.lost)
    }
}
