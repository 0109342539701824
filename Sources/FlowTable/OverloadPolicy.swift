import NetTypes

/// How far a live run may go when packets come faster than they can be counted (docs/overload.md).
package struct OverloadPolicy: Sendable, Equatable {
    /// The last step that may be taken.
    package enum Limit: String, Sendable, CaseIterable {
        /// None: what the ring cannot hold is lost, and counted.
        case off
        /// Payloads are no longer looked at for labels.
        case labels
        /// Beside that, one of 2, 4, … 64 flows is counted.
        case select
    }

    /// The last step that may be taken.
    package var limit = Limit.select
    /// A step is taken when pressure has lasted for so long.
    package var after: Nanoseconds = 3 * nanosecondsPerSecond
    /// A step is taken back when all has been calm for so long; longer where that turned out to be too early.
    package var calm: Nanoseconds = 30 * nanosecondsPerSecond

    /// What `after` may be.
    package static let afterRange = nanosecondsPerSecond...600 * nanosecondsPerSecond
    /// What `calm` may be.
    package static let calmRange = nanosecondsPerSecond...86_400 * nanosecondsPerSecond

    /// The defaults.
    package init() {}
}
