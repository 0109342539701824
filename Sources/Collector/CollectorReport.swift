/// What a collecting process says of its sessions, for a person.
package enum CollectorReport {
    /// Each session's messages, records, loss by domain, what was malformed and where first.
    package static func text(_ sessions: [CollectorSession]) -> String {
        sessions.map { text(SessionSummary($0)) }.joined(separator: "\n")
    }

    /// The same of a process; with several sessions, their sums first.
    package static func text(_ process: CollectingProcess) -> String {
        let (sessions, others) = process.summary()
        var parts = sessions.map(text)
        var totals = others
        for session in sessions { totals.add(session) }
        if others.sessions > 0 { parts.append(text(others, "\(others.sessions) other sessions")) }
        if totals.sessions != 1 { parts.insert(text(totals, "All \(totals.sessions) sessions"), at: 0) }
        return parts.joined(separator: "\n")
    }

    /// What became of records on connections whose batches are acknowledged.
    package static func text(_ tally: BatchTally) -> String {
        let requests =
            tally.requests == 0
            ? "" : "  requests     \(tally.requests) that closed no batch, \(tally.requestRecords) records\n"
        return """
            Batches
              durable      \(tally.durable) batches, \(tally.durableRecords) records
              again        \(tally.repeated) batches, \(tally.repeatedRecords) records, dropped
              refused      \(tally.refused) batches, \(tally.refusedRecords) records, dropped
              unfinished   \(tally.unfinishedRecords) records of batches that were not closed, or of requests that were not taken
              without      \(tally.otherRecords) records of exporters that make no batches
            \(requests)
            """
    }

    private static func text(_ session: SessionSummary) -> String {
        let tally = session.tally
        var lines = [
            "Session \(session.name) (\(session.transport.rawValue))",
            "  messages     \(tally.messages), \(tally.octets) octets, \(tally.templates) templates",
            "  records      \(tally.records) of flows, \(tally.optionsRecords) of options",
        ]
        lines += samples(tally.samples)
        if let exported = tally.exportedRecords {
            let notSent = tally.notSentRecords.map { ", \($0) not sent" } ?? ""
            lines.append("  exporter     says \(exported) flow records sent\(notSent)")
        }
        for domain in session.domains {
            lines.append(
                "  domain \(domain.id): \(domain.records) records, \(domain.lost) lost, \(domain.repeatedMessages) "
                    + "messages twice, \(domain.lateMessages) late, \(domain.restarts) restarts")
        }
        lines += malformed(tally.malformed)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ totals: SessionTotals, _ title: String) -> String {
        let lines =
            [
                title,
                "  messages     \(totals.messages), \(totals.octets) octets, \(totals.templates) templates",
                "  records      \(totals.records) of flows, \(totals.optionsRecords) of options",
                "  numbers      \(totals.lost) lost, \(totals.repeatedMessages) messages twice, \(totals.lateMessages) "
                    + "late, \(totals.restarts) restarts",
            ] + samples(totals.samples) + malformed(totals.malformed)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func samples(_ tally: SampleTally) -> [String] {
        guard tally.flows &+ tally.others > 0 else { return [] }
        return [
            "  samples      \(tally.flows) of flows, \(tally.withoutFlow) of them without an IP packet that is read; "
                + "\(tally.others) of counters; \(tally.dropped) dropped by the exporter"
        ]
    }

    private static func malformed(_ tally: MalformationTally) -> [String] {
        if tally.total == 0 { return ["  malformed    none"] }
        return Malformation.allCases.filter { tally[$0] > 0 }.map { kind in
            let place = tally.firstPlace(kind).map { ", first in message \($0.message) at octet \($0.offset)" } ?? ""
            return "  malformed    \(tally[kind]) times\(place): \(kind.explanation)"
        }
    }
}
