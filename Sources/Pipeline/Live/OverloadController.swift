import FlowTable
import NetTypes

/// Decides, about once a second, what an observation domain gives up so that it loses nothing else: first labels, then one
/// flow in two, three in four, and so on to 63 in 64. A value that knows no clock and no packets.
///
/// Up by a step when pressure has lasted for `OverloadPolicy.after`, since the step before; down by one when all has been calm
/// for `calm`. A step that was taken back too early, so that pressure came again soon, has the next ones wait twice as long.
package struct OverloadController: Sendable {
    /// What is given up.
    package struct State: Sendable, Equatable {
        /// Whether payloads are looked at for labels.
        package var inspectsLabels = true
        /// Which flows are counted.
        package var selector = FlowSelector.all

        /// Nothing is.
        package init() {}

        /// 0: nothing, 1: labels, 2: flows, and labels if there were any. The numbers of `overloadStep`.
        package var step: UInt8 { selector != .all ? 2 : inspectsLabels ? 0 : 1 }
        /// Names of the steps, by number.
        package static let stepNames = ["none", "labels", "select"]
    }

    /// What is read of the domain's workers since the last reading.
    package struct Reading: Sendable {
        /// Packets lost because a ring or a socket's buffer was full.
        package var lost: UInt64 = 0
        /// The part of the fullest ring that waits to be read, 0 to 1.
        package var backlog: Double = 0
        /// The part of the time that the busiest worker spent on packets, 0 to 1.
        package var busy: Double = 0
        /// The part of the flows alive that had to leave for others each second.
        package var turnover: Double = 0

        /// Nothing to be seen.
        package init() {}
    }

    /// What tells that there is too much to do.
    package enum Signal: String, Sendable {
        /// Packets were lost.
        case loss = "packets were lost"
        /// A ring was half full, or more.
        case backlog = "a ring was half full"
        /// The table lets its flows go within ten seconds.
        case table = "the flow table was too small for ten seconds of traffic"
        /// A worker had no time left.
        case busy = "a worker had no time left"
        /// Nothing did for long.
        case calm = "there was time left"
    }

    /// A step that was taken.
    package struct Change: Sendable, Equatable {
        /// What held before.
        package var from: State
        /// What holds now.
        package var to: State
        /// Why.
        package var signal: Signal
    }

    /// A worker that is busy for this part of the time has none left.
    private static let busyLimit = 0.95
    /// Below this one it has enough for the next step down.
    private static let calmLimit = 0.75
    /// Readings that are this far apart belong to one time of pressure: the kernel's counters are read once a second by
    /// others, so that one reading in between may show nothing.
    private static let gap: Nanoseconds = 2_500_000_000
    /// How many times as long as the policy says a step down may have to wait.
    private static let longestCalm: Nanoseconds = 16

    private let policy: OverloadPolicy
    private let ladder: [State]
    private var place = 0
    private var last: Nanoseconds?
    private var changed: Nanoseconds
    private var pressedSince: Nanoseconds?
    private var lastPressed: Nanoseconds = 0
    private var calmSince: Nanoseconds?
    private var lastDown: Nanoseconds?
    /// Whether the last step was one down.
    private var hasGoneBack = false
    private var wait: Nanoseconds

    /// For a domain of which nothing is known at `time`, by any clock that goes on. `labels` tells whether there are labels to
    /// give up.
    package init(_ policy: OverloadPolicy, labels: Bool, at time: Nanoseconds) {
        self.policy = policy
        var ladder = [State()]
        if labels, policy.limit != .off {
            ladder.append(State())
            ladder[1].inspectsLabels = false
        }
        if policy.limit == .select {
            for selector in FlowSelector.allSelectors.dropFirst() {
                var state = ladder[ladder.count - 1]
                state.selector = selector
                ladder.append(state)
            }
        }
        self.ladder = ladder
        changed = time
        wait = policy.calm
    }

    /// What is given up now.
    package var state: State { ladder[place] }

    /// Takes a reading made at `time`. The step that it leads to, if any.
    package mutating func observe(_ reading: Reading, at time: Nanoseconds) -> Change? {
        if let last, time < last { rebase(by: time - last) }
        last = time
        let signal = pressure(reading)
        if signal != nil {
            if pressedSince == nil || time - lastPressed > Self.gap { pressedSince = time }
            (lastPressed, calmSince) = (time, nil)
        } else if isCalm(reading) {
            calmSince = calmSince ?? time
        } else {
            calmSince = nil
        }
        if let signal, let pressedSince, place + 1 < ladder.count, time - max(pressedSince, changed) >= policy.after {
            return up(signal, time)
        }
        if place > 0, let calmSince, time - max(calmSince, changed) >= wait { return down(time) }
        return nil
    }

    /// A clock that was set back has nothing last shorter or longer for it.
    private mutating func rebase(by step: Nanoseconds) {
        changed += step
        pressedSince = pressedSince.map { $0 + step }
        lastPressed += step
        calmSince = calmSince.map { $0 + step }
        lastDown = lastDown.map { $0 + step }
    }

    /// What of the reading asks for the next step. Being busy is no reason to leave packets out: as long as none is lost and
    /// the ring does not fill up, all are counted.
    private func pressure(_ reading: Reading) -> Signal? {
        if reading.lost > 0 { return .loss }
        if reading.backlog >= 0.5 { return .backlog }
        if reading.turnover >= 0.1 { return .table }
        let givesUpLabels = place + 1 < ladder.count && ladder[place + 1].selector == .all
        return reading.busy >= Self.busyLimit && givesUpLabels ? .busy : nil
    }

    private func isCalm(_ reading: Reading) -> Bool {
        reading.lost == 0 && reading.backlog < 0.25 && reading.turnover < 0.05 && reading.busy < Self.calmLimit
    }

    private mutating func up(_ signal: Signal, _ time: Nanoseconds) -> Change {
        // Once for a way back, however many steps lead up again.
        if hasGoneBack, let lastDown, time - lastDown < 2 * wait {
            wait = min(2 * wait, Self.longestCalm * policy.calm)
        }
        hasGoneBack = false
        return move(to: place + 1, signal, time)
    }

    private mutating func down(_ time: Nanoseconds) -> Change {
        // The step down before has held.
        if let lastDown, time - lastDown >= 2 * wait { wait = max(policy.calm, wait / 2) }
        (lastDown, hasGoneBack) = (time, true)
        return move(to: place - 1, .calm, time)
    }

    private mutating func move(to next: Int, _ signal: Signal, _ time: Nanoseconds) -> Change {
        let before = state
        (place, changed) = (next, time)
        return Change(from: before, to: state, signal: signal)
    }
}
