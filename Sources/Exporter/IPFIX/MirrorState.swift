import NetTypes

/// How one thing that may be wrong with an input stands, for options data.
package struct MirrorState: Sendable, Equatable {
    /// The input (IE 138).
    package var observationPointId: UInt32
    /// The domain of its records (IE 149).
    package var observationDomainId: UInt32
    /// What is judged, by the numbers of `mirrorVerdictKind`.
    package var kind: UInt8
    /// How bad it is, by the numbers of `mirrorVerdictSeverity`.
    package var severity: UInt8
    /// Since when, Unix time.
    package var since: Nanoseconds
    /// What was seen, for a person.
    package var sentence: String

    /// All of it.
    package init(
        observationPointId: UInt32, observationDomainId: UInt32, kind: UInt8, severity: UInt8, since: Nanoseconds,
        sentence: String
    ) {
        self.observationPointId = observationPointId
        self.observationDomainId = observationDomainId
        self.kind = kind
        self.severity = severity
        self.since = since
        self.sentence = sentence
    }

    /// Whether a collector should be told at once: something else than the sentence's numbers has changed.
    func isNews(after other: MirrorState) -> Bool {
        (observationPointId, kind, severity, since) != (
            other.observationPointId, other.kind, other.severity, other.since
        )
    }

    /// The values of `OptionsTemplate.mirrorVerdict`.
    var values: [OptionsValue] {
        [
            .number(UInt64(observationPointId)), .number(UInt64(kind)), .number(UInt64(severity)),
            .number(UInt64(clamping: since / 1_000_000)), .text(sentence),
        ]
    }
}
