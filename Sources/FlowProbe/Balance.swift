import Capture
import FlowTable
import PacketDecode
import Pipeline

/// The sums that prove what became of every packet and record (design semantics 6), and whether they come out even.
struct Balance {
    let result: ReplayPipeline.Result
    let packetsRead: UInt64
    let packetsFiltered: UInt64

    init(_ result: ReplayPipeline.Result, inputs: [InputSummary], filtered: UInt64) {
        self.result = result
        packetsRead = inputs.reduce(0) { $0 + $1.packets }
        packetsFiltered = filtered
    }

    /// What does not come out even; empty when all sums hold.
    var mistakes: [String] {
        let (tallies, counters) = (result.tallies, result.counters)
        let sums: [(what: String, left: UInt64, right: UInt64)] = [
            ("packets read = filtered + decoded", packetsRead, packetsFiltered + tallies.packets),
            (
                "packets decoded = in flows + not a flow + undecodable", tallies.packets,
                tallies.flowPackets + tallies.nonFlowPackets + tallies.undecodablePackets
            ),
            ("packets in flows = packets counted by the table", tallies.flowPackets, counters.packets),
            ("packets in flows = packets in records", tallies.flowPackets, counters.recordPackets),
            ("layer 3 octets in flows = in records", tallies.flowNetworkOctets, counters.recordNetworkOctets),
            ("layer 2 octets in flows = in records", tallies.flowWireOctets, counters.recordWireOctets),
            ("flows begun = flows ended", counters.flowsBegun, counters.flowsEndedTotal),
            (
                "records = flow ends + cuts - ends with nothing left to report", counters.records,
                counters.flowsEndedTotal + counters.slicesCutTotal - counters.endsWithoutRecord
            ),
        ]
        // An interrupted run may have read packets that it did not decode: they were never handed on.
        return sums.filter { $0.left != $0.right }.map { "\($0.what): \($0.left) is not \($0.right)" }
    }

    /// The sums, a line each, for the end of the report.
    var lines: [String] {
        let (tallies, counters) = (result.tallies, result.counters)
        func reasons(_ counts: InlineArray<6, UInt64>) -> String {
            let names = ["", "idle", "active timeout", "end of flow", "end of input", "lack of resources"]
            let parts = (1..<6).filter { counts[$0] > 0 }.map { "\(names[$0]) \(counts[$0])" }
            return parts.isEmpty ? "" : " (" + parts.joined(separator: ", ") + ")"
        }
        var lines = [
            "packets    \(packetsRead) read = \(tallies.flowPackets) in flows + \(tallies.nonFlowPackets) not a flow"
                + " + \(tallies.undecodablePackets) undecodable + \(packetsFiltered) filtered",
            "octets     \(tallies.wireOctets) on the wire, \(tallies.flowWireOctets) in flows;"
                + " layer 3 in flows \(tallies.flowNetworkOctets)",
            "flows      \(counters.flowsBegun) begun = \(counters.flowsEndedTotal) ended"
                + reasons(counters.flowsEnded),
            "records    \(counters.records) = \(counters.flowsEndedTotal) flow ends"
                + " + \(counters.slicesCutTotal) cuts" + reasons(counters.slicesCut)
                + " - \(counters.endsWithoutRecord) ends with nothing left to report",
        ]
        for entry in tallies.nonFlowProtocols {
            lines.append("not a flow \(entry.packets) \(entry.protocol.description)")
        }
        if tallies.otherNonFlowPackets > 0 {
            lines.append("not a flow \(tallies.otherNonFlowPackets) of further protocols")
        }
        for reason in UndecodableReason.allCases where tallies.count(reason) > 0 {
            lines.append("undecoded  \(tallies.count(reason)) \(reason.description)")
            guard reason == .linkTypeUnknown else { continue }
            for entry in tallies.unknownLinkTypeNumbers {
                lines.append(
                    "of them    \(entry.packets) of link type \(linkTypeText(entry.linkType)), which is not supported")
            }
        }
        for anomaly in Anomaly.allCases where tallies.count(anomaly) > 0 {
            lines.append("odd        \(tallies.count(anomaly)) \(anomaly.description)")
        }
        if counters.macTableOverflows > 0 {
            lines.append("odd        \(counters.macTableOverflows) flows without Ethernet addresses (too many pairs)")
        }
        if result.clockSteps > 0 { lines.append("odd        \(result.clockSteps) steps of the packet clock") }
        let mistakes = mistakes
        lines.append(mistakes.isEmpty ? "balance    every sum holds" : "balance    DOES NOT HOLD:")
        lines += mistakes.map { "           " + $0 }
        return lines
    }
}
