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

    /// A watch that has seen nothing.
    package init() {}

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
