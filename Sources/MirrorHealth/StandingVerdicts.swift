import NetTypes

/// The verdicts about one port, judged again and again: how each stands, and which change is news.
///
/// What becomes worse is news at once; what becomes better, when it has been so twice, so that a share which wavers about a
/// threshold does not fill the log. Too little traffic to tell is no news: what was known before stands.
package struct StandingVerdicts: Sendable {
    private static let timesBetter = 2

    /// How one verdict stands.
    package struct Entry: Sendable, Equatable {
        /// The newest verdict that said something, or the first; its severity may still have to prove itself.
        package var verdict: MirrorVerdict
        /// The severity that was last news; unknown before any.
        package var severity: MirrorVerdict.Severity
        /// When it became news, Unix time.
        package var since: Nanoseconds
        fileprivate var timesBetter = 0

        fileprivate init(_ verdict: MirrorVerdict, at time: Nanoseconds) {
            self.verdict = verdict
            severity = .unknown
            since = time
        }
    }

    /// In the order of their kinds; empty before the first judgement.
    package private(set) var entries: [Entry] = []

    /// Nothing has been judged.
    package init() {}

    /// Takes a judgement, one verdict for each kind that is judged, always the same kinds; those that are news, with the
    /// severities that they have now. That nothing is wrong is no news when nothing was known.
    package mutating func take(_ verdicts: [MirrorVerdict], at time: Nanoseconds) -> [Entry] {
        if entries.isEmpty { entries = verdicts.map { Entry($0, at: time) } }
        var news: [Entry] = []
        for (place, verdict) in verdicts.enumerated() where place < entries.count && verdict.severity != .unknown {
            let before = entries[place].severity
            entries[place].verdict = verdict
            let isWorse = before == .unknown || verdict.severity.rawValue > before.rawValue
            let isBetter = verdict.severity.rawValue < before.rawValue
            entries[place].timesBetter = isBetter && !isWorse ? entries[place].timesBetter + 1 : 0
            guard isWorse && verdict.severity != before || entries[place].timesBetter >= Self.timesBetter else {
                continue
            }
            entries[place].severity = verdict.severity
            entries[place].since = time
            entries[place].timesBetter = 0
            if before != .unknown || verdict.severity != .ok { news.append(entries[place]) }
        }
        return news
    }
}
