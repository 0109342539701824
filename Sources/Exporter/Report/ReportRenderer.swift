import FlowTable
import NetTypes

/// What the report says about the input beside its traffic.
package struct ReportHeader: Sendable {
    /// What was read, one line each (file names).
    package var inputs: [String] = []
    /// Time of the first and the last packet of the input; nil to say that of the records.
    package var firstPacket: Nanoseconds?
    /// Time of the last packet of the input; nil to say that of the records.
    package var lastPacket: Nanoseconds?
    /// Packets in the input, those outside flows included; nil when only records are known (a store).
    package var packets: UInt64?
    /// Octets on the wire (layer 2) in the input; nil when only records are known.
    package var wireOctets: UInt64?
    /// What was wrong with the input, one complete sentence each.
    package var damage: [String] = []
    /// Whether anybody knows that nothing else was: not of a store that an older version wrote.
    package var isDamageKnown = true
    /// Other facts to print below the totals, one complete sentence each (sums, drops).
    package var notes: [String] = []

    /// Nothing known but the records.
    package init() {}
}

/// How to print the report.
package struct ReportOptions: Sendable {
    /// Rows per list, at least 1.
    package var top = 10
    /// Whether to use a terminal's colours.
    package var color = false

    /// Ten rows, no colour.
    package init() {}
}

/// Prints a summary for people, in at most 80 columns.
package enum ReportRenderer {
    /// The report: span and totals, damage, the five lists, attempts, top conversations. Ends with a line feed.
    package static func render(
        _ summary: TrafficSummary, header: ReportHeader = ReportHeader(), options: ReportOptions = ReportOptions()
    ) -> String {
        var text = ReportText(color: options.color)
        let top = max(1, options.top)
        overview(summary, header, &text)
        ReportLists.render(summary, top: top, into: &text)
        ReportConversations.render(summary, top: top, into: &text)
        return text.text
    }

    private static func overview(_ summary: TrafficSummary, _ header: ReportHeader, _ text: inout ReportText) {
        text.line("Traffic", .heading)
        for input in header.inputs { text.line("  input        " + ReportText.printable(input)) }
        let first = header.firstPacket ?? summary.firstPacket
        let last = header.lastPacket ?? summary.lastPacket
        var seconds = 0.0
        if let first, let last {
            seconds = Double(max(0, last - first)) / Double(nanosecondsPerSecond)
            text.line("  first packet " + rfc3339(first))
            text.line("  last packet  " + rfc3339(last))
            text.line("  duration     " + ReadableNumbers.span(last - first))
        }
        func perSecond(_ amount: UInt64, _ factor: Double, _ unit: String) -> String {
            let rate = seconds > 0 ? Double(amount) * factor / seconds : 0
            // Less than one in a hundred seconds is no rate: a few records of a year.
            return rate >= 0.01 ? ", " + ReadableNumbers.rate(rate, unit: unit) : ""
        }
        func octets(_ amount: UInt64) -> String {
            ReadableNumbers.exact(amount) + (amount < 1000 ? "" : " (" + ReadableNumbers.octets(amount) + ")")
        }
        if let packets = header.packets {
            text.line("  packets      " + ReadableNumbers.exact(packets) + perSecond(packets, 1, "packets"))
        }
        if let wire = header.wireOctets {
            text.line("  wire octets  " + octets(wire) + perSecond(wire, 8, "bit"))
        }
        let total = summary.total
        text.line(
            "  in flows     " + ReadableNumbers.exact(total.packets) + " packets"
                + (header.packets == nil ? perSecond(total.packets, 1, "packets") : ""))
        text.line(
            "  octets       " + octets(total.octets) + " from the IP header on"
                + (header.wireOctets == nil ? perSecond(total.octets, 8, "bit") : ""))
        text.line("  flows        " + ReadableNumbers.exact(total.flows))
        for (name, part) in [
            ("answered", summary.answeredTotal), ("silent", summary.silentTotal), ("refused", summary.refusedTotal),
        ] where total.flows > 0 {
            let flows = ReadableNumbers.exact(part.flows)
            let blanks = String(repeating: " ", count: max(0, ReadableNumbers.exact(total.flows).count - flows.count))
            text.line(
                "    " + (name + "         ").prefix(9) + "  " + blanks + flows + "  "
                    + ReadableNumbers.share(part.flows, of: total.flows))
        }
        for note in header.notes { text.wrapped(note, indent: "  ") }
        let selected = summary.selected
        if !selected.isEmpty {
            let parts = selected.map { "\(ReadableNumbers.exact($0.flows)) are one of \($0.selector.factor)" }
            text.wrapped(
                "Under overload not every flow was counted: of the flows here \(parts.joined(separator: ", ")). The lists have "
                    + "what was counted, not multiplied.", indent: "  ", .warning)
        }
        if summary.uncertainFlows > 0 {
            text.wrapped(
                "More long flows were open at once than can be followed: the number of flows may be up to "
                    + "\(ReadableNumbers.exact(summary.uncertainFlows)) too small.", indent: "  ", .warning)
        }
        if header.isDamageKnown || !header.damage.isEmpty {
            text.line("  damage       " + (header.damage.isEmpty ? "none" : ""), header.damage.isEmpty ? nil : .warning)
        }
        for damage in header.damage { text.wrapped(damage, indent: "    ", .warning) }
        text.line()
        text.line("Octets are layer 3, both directions; kB, MB, GB are powers of 1000.", .faint)
        text.line("Shares are of all answered octets.", .faint)
    }
}
