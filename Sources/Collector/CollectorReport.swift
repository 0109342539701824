/// What a collecting process says of its sessions.
package enum CollectorReport {
    /// Lines for a person: messages, records, loss by domain, what was malformed and where first.
    package static func text(_ sessions: [CollectorSession]) -> String {
        sessions.map(text).joined(separator: "\n")
    }

    private static func text(_ session: CollectorSession) -> String {
        let tally = session.tally
        var lines = [
            "Session \(session.name) (\(session.transport.rawValue))",
            "  messages     \(tally.messages), \(tally.octets) octets, \(tally.templates) templates",
            "  records      \(tally.records) of flows, \(tally.optionsRecords) of options",
        ]
        if let exported = tally.exportedRecords {
            let notSent = tally.notSentRecords.map { ", \($0) not sent" } ?? ""
            lines.append("  exporter     says \(exported) flow records sent\(notSent)")
        }
        for (domain, records, sequence) in session.sequences {
            lines.append(
                "  domain \(domain): \(records) records, \(sequence.lost) lost, \(sequence.repeatedMessages) messages "
                    + "twice, \(sequence.lateMessages) late, \(sequence.restarts) restarts")
        }
        if tally.malformed.total == 0 { lines.append("  malformed    none") }
        for kind in Malformation.allCases where tally.malformed[kind] > 0 {
            let place = tally.malformed.firstPlace(kind)
            lines.append(
                "  malformed    \(tally.malformed[kind]) times, first in message \(place?.message ?? 0) at octet "
                    + "\(place?.offset ?? 0): \(kind.explanation)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
