import FlowTable
import NetTypes

/// The top conversations, two lines each: what either side sent.
enum ReportConversations {
    /// 47 characters hold any `[IPv6 address]:port`: 39 + 2 + 1 + 5.
    private static let columns = [
        ReportText.Column(width: 6, isNumber: false), .init(width: 47, isNumber: false),
        .init(width: 5, isNumber: true), .init(width: 10, isNumber: true), .init(width: 8, isNumber: true),
    ]

    static func render(_ summary: TrafficSummary, top: Int, into text: inout ReportText) {
        let list = summary.conversations
        text.line()
        text.line("Top conversations (initiator > responder: packets and octets that each sent)", .heading)
        let rows = list.top(top) { $0.octets }
        if rows.isEmpty {
            text.line("  none")
            return
        }
        text.row(columns, ["", "", "flows", "packets", "octets"], .heading)
        for entry in rows { conversation(entry, &text) }
        let distinct = list.distinct
        if distinct > UInt64(rows.count) {
            var rest = list.other
            for entry in list.entries { rest.add(entry.tally) }
            var shown = ConversationTally()
            for entry in rows { shown.add(entry.tally) }
            let more = ReadableNumbers.exact(distinct - UInt64(rows.count))
            text.row(
                columns,
                [
                    "", list.isSampled ? "other: about \(more) more" : "\(more) more",
                    ReadableNumbers.count(rest.flows &- shown.flows, width: 5),
                    ReadableNumbers.count(rest.packets &- shown.packets, width: 10),
                    ReadableNumbers.octets(rest.octets &- shown.octets),
                ], .faint)
        }
        if list.isSampled {
            text.wrapped(
                "More than \(ReadableNumbers.exact(UInt64(list.capacity))) conversations. One marked \u{2265} may lack up "
                    + "to \(ReadableNumbers.octets(list.floor)), and so much may a missing one have.", indent: " ",
                .faint)
        }
    }

    private static func conversation(
        _ entry: HeavyHitterList<ConversationKey, ConversationTally>.Entry, _ text: inout ReportText
    ) {
        let (key, tally) = (entry.key, entry.tally)
        let low = endpoint(key.lowAddress, key.lowPort, key)
        let high = endpoint(key.highAddress, key.highPort, key)
        // Who began most of the flows stands first; the smaller endpoint where both began as many.
        let highFirst = tally.flowsFromHigh > tally.flows - min(tally.flows, tally.flowsFromHigh)
        let mark = entry.error > 0 ? "\u{2265}" : ""
        text.row(
            columns,
            [
                mark + ServiceNames.protocolName(key.protocolIdentifier), highFirst ? high : low,
                ReadableNumbers.count(tally.flows, width: 5),
                ReadableNumbers.count(highFirst ? tally.packetsFromHigh : tally.packetsFromLow, width: 10),
                ReadableNumbers.octets(highFirst ? tally.octetsFromHigh : tally.octetsFromLow),
            ])
        text.row(
            columns,
            [
                "    >", highFirst ? low : high, "",
                ReadableNumbers.count(highFirst ? tally.packetsFromLow : tally.packetsFromHigh, width: 10),
                ReadableNumbers.octets(highFirst ? tally.octetsFromLow : tally.octetsFromHigh),
            ])
    }

    private static func endpoint(_ address: IPAddress, _ port: UInt16, _ key: ConversationKey) -> String {
        guard key.hasPorts else { return "\(address)" }
        return address.version == 6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
