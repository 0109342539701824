/// What a collecting process keeps for its exporters at most. An exporter that wants more is counted, not served.
package struct CollectorLimits: Sendable {
    /// Observation domains of a session.
    package var domains = 256
    /// Templates of a session.
    package var templates = 8192
    /// Fields in all templates of a session.
    package var fields = 131_072
    /// Fields in all templates of all sessions: some 100 MB.
    package var fieldsInAll = 1 << 20
    /// Descriptions of private elements of a session (RFC 5610).
    package var elements = 4096
    /// The defaults.
    package init() {}
}

/// Something that all sessions share out among them.
final class SharedBudget {
    private(set) var left: Int

    /// So much of it.
    init(_ amount: Int) { left = amount }

    /// Takes `amount`, or nothing and says false.
    func take(_ amount: Int) -> Bool {
        guard amount <= left else { return false }
        left -= amount
        return true
    }

    /// Gives back what was taken.
    func giveBack(_ amount: Int) { left += amount }
}
