import FlowTable
import NetTypes

/// The five supervision lists and the attempts beside them.
enum ReportLists {
    /// A mark, and the 39 characters that hold any IPv6 address.
    private static let columns = [
        ReportText.Column(width: 40, isNumber: false), .init(width: 9, isNumber: true),
        .init(width: 11, isNumber: true), .init(width: 8, isNumber: true), .init(width: 7, isNumber: true),
    ]
    private static let splitColumns = [
        ReportText.Column(width: 28, isNumber: false), .init(width: 9, isNumber: true),
        .init(width: 11, isNumber: true), .init(width: 8, isNumber: true), .init(width: 7, isNumber: true),
        .init(width: 11, isNumber: true),
    ]

    static func render(_ summary: TrafficSummary, top: Int, into text: inout ReportText) {
        let protocols = summary.protocols.enumerated().map { (index, split) in
            (protocolTitle(UInt8(truncatingIfNeeded: index)), split)
        }
        splitList("Protocols", protocols, summary.answeredTotal, top, &text)
        let whole = summary.answeredTotal.octets
        list("Source addresses (initiators)", summary.answered.sources, whole, top, &text) { "\($0.address)" }
        list("Destination addresses (responders)", summary.answered.destinations, whole, top, &text) { "\($0.address)" }
        list("Service ports", summary.answered.services, whole, top, &text, serviceTitle)
        let directions = FlowRecord.ZoneDirection.allCases.map {
            ("\($0)", summary.directions[Int($0.rawValue)])
        }
        splitList("Directions between zones", directions, summary.answeredTotal, top, &text)
        attempts(summary, top, &text)
    }

    private static func attempts(_ summary: TrafficSummary, _ top: Int, _ text: inout ReportText) {
        var total = summary.silentTotal
        total.add(summary.refusedTotal)
        text.line()
        text.line("Attempts: flows that were silent or refused, ranked by flows", .heading)
        guard total.packets > 0 else {
            text.line("  none")
            return
        }
        text.line(
            "  \(ReadableNumbers.exact(total.flows)) flows, \(ReadableNumbers.exact(total.packets)) packets, "
                + "\(ReadableNumbers.octets(total.octets)); shares are of these flows", .faint)
        let attempts = summary.attempts
        list("Attempts by source", attempts.sources, total.flows, top, &text, byFlows: true) { "\($0.address)" }
        list("Attempts by destination", attempts.destinations, total.flows, top, &text, byFlows: true) {
            "\($0.address)"
        }
        list("Attempts by service port", attempts.services, total.flows, top, &text, byFlows: true, serviceTitle)
    }

    private static func serviceTitle(_ key: ServiceKey) -> String {
        let port = "\(key.port)/\(ServiceNames.protocolName(key.protocolIdentifier))"
        guard let name = ServiceNames.service(port: key.port, protocolIdentifier: key.protocolIdentifier) else {
            return port
        }
        return port + String(repeating: " ", count: max(1, 14 - port.count)) + name
    }

    private static func protocolTitle(_ identifier: UInt8) -> String {
        let name = ServiceNames.protocolName(identifier)
        return name == String(identifier) ? "protocol \(name)" : "\(name) (\(identifier))"
    }

    /// A list with few keys: answered traffic, and the attempts in a column of their own.
    private static func splitList(
        _ title: String, _ rows: [(String, TrafficSummary.Split)], _ whole: TrafficCounters, _ top: Int,
        _ text: inout ReportText
    ) {
        text.line()
        text.row(splitColumns, [title, "flows", "packets", "octets", "share", "attempts"], .heading)
        // The sort is stable by construction: ties keep the order of their keys.
        let used = rows.enumerated().filter { $0.element.1.answered.packets > 0 || $0.element.1.attempts.packets > 0 }
            .sorted { left, right in
                let (a, b) = (left.element.1, right.element.1)
                return (b.answered.octets, b.attempts.flows, left.offset)
                    < (a.answered.octets, a.attempts.flows, right.offset)
            }
        if used.isEmpty { text.line("  none") }
        for (_, (name, split)) in used.prefix(top) {
            text.row(
                splitColumns,
                ["  " + name] + cells(split.answered, ReadableNumbers.share(split.answered.octets, of: whole.octets))
                    + [ReadableNumbers.count(split.attempts.flows, width: 11)])
        }
        guard used.count > top else { return }
        var rest = TrafficSummary.Split()
        for (_, (_, split)) in used.dropFirst(top) {
            rest.answered.add(split.answered)
            rest.attempts.add(split.attempts)
        }
        text.row(
            splitColumns,
            ["  \(used.count - top) more"]
                + cells(rest.answered, ReadableNumbers.share(rest.answered.octets, of: whole.octets))
                + [ReadableNumbers.count(rest.attempts.flows, width: 11)], .faint)
    }

    private static func cells(_ counters: TrafficCounters, _ share: String) -> [String] {
        [
            ReadableNumbers.count(counters.flows, width: 9), ReadableNumbers.count(counters.packets, width: 11),
            ReadableNumbers.octets(counters.octets), share,
        ]
    }

    /// A bounded list: its heaviest keys, then what is not shown, so that the column adds up.
    private static func list<Key: SummaryKey>(
        _ title: String, _ list: HeavyHitterList<Key, TrafficCounters>, _ whole: UInt64, _ top: Int,
        _ text: inout ReportText, byFlows: Bool = false, _ name: (Key) -> String
    ) {
        text.line()
        text.row(columns, [title, "flows", "packets", "octets", "share"], .heading)
        let rows = list.top(top) { byFlows ? $0.flows : $0.octets }
        if rows.isEmpty { text.line("  none") }
        func share(_ counters: TrafficCounters) -> String {
            ReadableNumbers.share(byFlows ? counters.flows : counters.octets, of: whole)
        }
        var rest = list.other
        for entry in list.entries { rest.add(entry.tally) }
        for entry in rows {
            rest.subtract(entry.tally)
            let mark = entry.error > 0 ? "\u{2265}" : " "
            text.row(columns, [mark + name(entry.key)] + cells(entry.tally, share(entry.tally)))
        }
        let distinct = list.distinct
        guard distinct > UInt64(rows.count) else { return }
        let more = ReadableNumbers.exact(distinct - UInt64(rows.count))
        let title = list.isSampled ? " other: about \(more) more" : " \(more) more"
        text.row(columns, [title] + cells(rest, share(rest)), .faint)
        guard list.isSampled else { return }
        let error = byFlows ? ReadableNumbers.exact(list.floor) + " flows" : ReadableNumbers.octets(list.floor)
        text.wrapped(
            "More than \(ReadableNumbers.exact(UInt64(list.capacity))) entries: about \(ReadableNumbers.exact(distinct)) "
                + "different ones (standard error 0.81 %). A row marked \u{2265} may lack up to \(error), and so much may "
                + "a missing row have.", indent: " ", .faint)
    }
}
