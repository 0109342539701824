/// What a session has received, without the means to receive more.
package struct SessionSummary: Sendable {
    /// One observation domain.
    package struct Domain: Sendable {
        /// IE 149.
        package var id: UInt32
        /// Flow records.
        package var records: UInt64
        /// As `SequenceTracker` has them.
        package var lost: UInt64
        /// Messages that came twice.
        package var repeatedMessages: UInt64
        /// Messages that came after later ones.
        package var lateMessages: UInt64
        /// How often numbers began anew.
        package var restarts: UInt64
    }

    /// What the peer or the file is called.
    package var name: String
    /// How messages travelled.
    package var transport: CollectorTransport
    /// What came.
    package var tally: SessionTally
    /// By id.
    package var domains: [Domain]

    /// Of a session as it is now.
    package init(_ session: CollectorSession) {
        name = session.name
        transport = session.transport
        tally = session.tally
        domains = session.sequences.map { id, records, sequence in
            Domain(
                id: id, records: records, lost: sequence.lost, repeatedMessages: sequence.repeatedMessages,
                lateMessages: sequence.lateMessages, restarts: sequence.restarts)
        }
    }

    /// Lost, all domains together.
    package var lost: UInt64 { domains.reduce(0) { $0 &+ $1.lost } }
}

/// What many sessions have received together.
package struct SessionTotals: Sendable {
    /// How many.
    package private(set) var sessions: UInt64 = 0
    /// Sums of `SessionTally`.
    package private(set) var messages: UInt64 = 0
    /// Octets of messages.
    package private(set) var octets: UInt64 = 0
    /// Flow records.
    package private(set) var records: UInt64 = 0
    /// Records of options data.
    package private(set) var optionsRecords: UInt64 = 0
    /// Templates.
    package private(set) var templates: UInt64 = 0
    /// Samples of sFlow.
    package private(set) var samples = SampleTally()
    /// Lost by sequence number.
    package private(set) var lost: UInt64 = 0
    /// Messages that came twice.
    package private(set) var repeatedMessages: UInt64 = 0
    /// Messages that came late.
    package private(set) var lateMessages: UInt64 = 0
    /// Restarts of exporters.
    package private(set) var restarts: UInt64 = 0
    /// What was wrong; places are of no use here.
    package private(set) var malformed = MalformationTally()

    /// Of no session.
    package init() {}

    /// Adds one.
    package mutating func add(_ session: SessionSummary) {
        sessions += 1
        messages &+= session.tally.messages
        octets &+= session.tally.octets
        records &+= session.tally.records
        optionsRecords &+= session.tally.optionsRecords
        templates &+= session.tally.templates
        samples.add(session.tally.samples)
        malformed.add(session.tally.malformed)
        for domain in session.domains {
            lost &+= domain.lost
            repeatedMessages &+= domain.repeatedMessages
            lateMessages &+= domain.lateMessages
            restarts &+= domain.restarts
        }
    }
}
