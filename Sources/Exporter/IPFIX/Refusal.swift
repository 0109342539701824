/// Whether the host of a collector says that nobody takes datagrams there. It says so of one that was sent before, and only of those that
/// are sent: after a minute without one, nothing is known any more.
struct Refusal {
    private static let standing = Duration.seconds(60)
    private var since: ContinuousClock.Instant?

    /// Notes what was said when something was sent.
    mutating func note(_ isRefused: Bool) { since = isRefused ? .now : nil }

    /// Whether it stands.
    var isStanding: Bool { since.map { ContinuousClock.now - $0 < Self.standing } ?? false }
}
