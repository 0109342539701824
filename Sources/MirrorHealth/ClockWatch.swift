import Exporter
import NetTypes

/// Tells when somebody sets the host's clock: time of day and a clock that nobody sets must go equally fast.
///
/// Both are slewed together by NTP, so that their difference changes by a step only.
package struct ClockWatch: Sendable {
    /// Differences below this are what reading two clocks one after the other costs on a busy host.
    package static let tolerance: Nanoseconds = 10_000_000

    /// Steps seen.
    package private(set) var steps: UInt64 = 0
    /// The step that was furthest, forward or (negative) back; 0 without one.
    package private(set) var largestStep: Nanoseconds = 0
    private var difference: Nanoseconds?

    private let begun = ContinuousClock.now

    /// A watch that has seen nothing.
    package init() {}

    /// Looks at the host's clocks. A thread that does not run between the readings learns nothing.
    package mutating func observeHost() {
        for _ in 0..<3 {
            let earlier = ContinuousClock.now
            let timeOfDay = HostClock.timeOfDay
            let later = ContinuousClock.now
            guard later - earlier < .milliseconds(1) else { continue }
            let (seconds, attoseconds) = begun.duration(to: later).components
            observe(timeOfDay: timeOfDay, steady: seconds * nanosecondsPerSecond + attoseconds / 1_000_000_000)
            return
        }
    }

    /// The steps so far, and the furthest; counting begins anew.
    package mutating func takeSteps() -> (count: UInt64, largest: Nanoseconds) {
        defer { (steps, largestStep) = (0, 0) }
        return (steps, largestStep)
    }

    /// Takes what both clocks say at one moment.
    package mutating func observe(timeOfDay: Nanoseconds, steady: Nanoseconds) {
        let now = timeOfDay &- steady
        defer { difference = now }
        guard let difference else { return }
        let step = now &- difference
        guard abs(step) > Self.tolerance else { return }
        steps += 1
        if abs(step) > abs(largestStep) { largestStep = step }
    }
}
