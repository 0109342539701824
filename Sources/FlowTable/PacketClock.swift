import NetTypes

/// The time that packets tell: the latest time seen, unless a lone packet claims a time far off.
///
/// A forward jump over a minute needs a second packet in a row that agrees (design semantics 4), a backward one sixteen,
/// so that one wrong time stamp, even the first, does not end every flow. Depends on the packets' order only.
package struct PacketClock: Sendable {
    /// A step needs confirmation beyond this.
    private static let plausibleStep = 60 * nanosecondsPerSecond
    private static let backwardConfirmations = 16

    /// The packet clock; 0 before the first packet.
    package private(set) var now: Nanoseconds = 0
    /// Steps that were confirmed and taken.
    package private(set) var steps: UInt64 = 0
    private var started = false
    private var pendingForward: Nanoseconds?
    private var behind = 0
    private var latestBehind: Nanoseconds = 0

    /// A clock that has seen nothing.
    package init() {}

    /// Whether times from `earliest` to `latest` only move the clock on, whatever their order, so that `advance(to:)` is
    /// all there is to do.
    package func isPlain(earliest: Nanoseconds, latest: Nanoseconds) -> Bool {
        started && latest <= now + Self.plausibleStep && earliest >= max(now, latest) - Self.plausibleStep
    }

    /// Takes times known to be plain.
    package mutating func advance(to latest: Nanoseconds) {
        now = max(now, latest)
        pendingForward = nil
        behind = 0
    }

    /// Takes one packet's time.
    package mutating func observe(_ time: Nanoseconds) {
        guard started else {
            started = true
            now = time
            return
        }
        if time > now + Self.plausibleStep {
            behind = 0
            if let pending = pendingForward, abs(time - pending) <= Self.plausibleStep {
                step(to: max(time, pending))
            } else {
                pendingForward = time
            }
        } else if time < now - Self.plausibleStep {
            pendingForward = nil
            latestBehind = behind == 0 ? time : max(latestBehind, time)
            behind += 1
            if behind == Self.backwardConfirmations { step(to: latestBehind) }
        } else {
            advance(to: time)
        }
    }

    private mutating func step(to time: Nanoseconds) {
        now = time
        steps += 1
        pendingForward = nil
        behind = 0
    }
}
