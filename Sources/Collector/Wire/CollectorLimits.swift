/// What a collecting process keeps for its exporters at most. An exporter that wants more is counted, not served.
package struct CollectorLimits: Sendable {
    /// Observation domains of a session.
    package var domains = 256
    /// Templates of a session.
    package var templates = 8192
    /// Fields in all templates of a session.
    package var fields = 131_072
    /// Fields in all templates of all sessions, a template by itself counted as eight: some 150 MB.
    package var fieldsInAll = 1 << 20
    /// Observation domains of all sessions: some 50 MB.
    package var domainsInAll = 16_384
    /// Sources of sFlow samples of all sessions whose drops are followed: some 5 MB.
    package var sampleSourcesInAll = 65_536
    /// Descriptions of private elements of all sessions: some 20 MB.
    package var elementsInAll = 131_072
    /// Octets of records that wait for the end of their batch, of one session.
    package var heldOctets = 64 << 20
    /// The same of all sessions.
    package var heldOctetsInAll = 256 << 20
    /// Exporters that send datagrams, by address and port.
    package var peers = 4096
    /// Connections.
    package var connections = 512
    /// Sessions that are reported one by one; of the others, the sums.
    package var reportedSessions = 64
    /// Descriptions of private elements of a session (RFC 5610).
    package var elements = 4096
    /// The defaults.
    package init() {}
}

/// What all sessions of a collecting process share.
final class CollectorBudgets {
    /// `CollectorLimits.fieldsInAll`.
    let fields: SharedBudget
    /// `CollectorLimits.domainsInAll`.
    let domains: SharedBudget
    /// `CollectorLimits.elementsInAll`.
    let elements: SharedBudget
    /// `CollectorLimits.sampleSourcesInAll`.
    let sampleSources: SharedBudget
    /// What reads samples of sFlow; made with the first.
    private(set) lazy var samples = SampleReader()

    /// All of it.
    init(_ limits: CollectorLimits) {
        fields = SharedBudget(limits.fieldsInAll)
        domains = SharedBudget(limits.domainsInAll)
        elements = SharedBudget(limits.elementsInAll)
        sampleSources = SharedBudget(limits.sampleSourcesInAll)
    }
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
