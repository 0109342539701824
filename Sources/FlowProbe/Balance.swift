import Capture
import Delivery
import Exporter
import FlowTable
import PacketDecode
import Pipeline
import Spool

/// The sums that prove what became of every packet and record (design semantics 6), and whether they come out even.
struct Balance {
    let tallies: DecodeTallies
    let counters: FlowTableCounters
    let clockSteps: UInt64
    let packetsRead: UInt64
    let packetsFiltered: UInt64
    /// Flows that had not ended, of a run that goes on.
    var liveFlows: UInt64 = 0
    /// What flow selection left out.
    var leftOut = SelectionSums()
    /// Later fragments that wait for their first one, of a run that goes on.
    var waitingFragments: UInt64 = 0
    /// Packets that captures say were lost before they were written, a line for each interface.
    var captureLosses: [String] = []
    /// Sums of a live run's inputs, beside those of packets and records.
    var inputSums: [Sum] = []

    /// Two numbers that must be equal.
    struct Sum {
        var what: String
        var left: UInt64
        var right: UInt64
    }

    init(_ result: ReplayPipeline.Result, inputs: [InputSummary], filtered: UInt64) {
        tallies = result.tallies
        counters = result.counters
        clockSteps = result.clockSteps
        packetsRead = inputs.reduce(0) { $0 + $1.packets }
        packetsFiltered = filtered
        captureLosses = inputs.flatMap(\.lossLines)
    }

    /// The sums of a live run up to a snapshot.
    init(_ snapshot: LiveSnapshot) {
        tallies = snapshot.tallies
        counters = snapshot.counters
        clockSteps = snapshot.clockSteps
        liveFlows = snapshot.liveFlows
        leftOut = snapshot.leftOut
        waitingFragments = snapshot.waitingFragments
        packetsRead = snapshot.handedOut
        packetsFiltered = 0
    }

    /// Packets that are counted in a flow: all that belong to one, but for copies that were dropped and flows that were not
    /// selected.
    var packetsInFlows: UInt64 { tallies.flowPackets &- counters.dropped.packets &- leftOut.packets.packets }

    /// What the table counted, or its records have, of packets in flows and of those counted again in tunnels' flows.
    private func counted(_ decoded: UInt64, _ again: UInt64, _ sum: KeyPath<PacketSums, UInt64>) -> UInt64 {
        let second = again &- counters.droppedTunnelCopies[keyPath: sum] &- leftOut.tunnelCopies[keyPath: sum]
        return once(decoded, sum) &+ second
    }

    /// The same without what was counted again.
    private func once(_ decoded: UInt64, _ sum: KeyPath<PacketSums, UInt64>) -> UInt64 {
        decoded &- counters.dropped[keyPath: sum] &- leftOut.packets[keyPath: sum]
    }

    /// What does not come out even; empty when all sums hold.
    var mistakes: [String] {
        let packets = counted(tallies.flowPackets, tallies.tunnelCopies, \.packets)
        var sums =
            inputSums + [
                Sum(
                    what: "packets read = filtered + decoded", left: packetsRead,
                    right: packetsFiltered + tallies.packets),
                Sum(
                    what: "packets decoded = in flows + not selected + duplicates dropped + not a flow + undecodable",
                    left: tallies.packets,
                    right: packetsInFlows &+ leftOut.packets.packets &+ counters.dropped.packets
                        &+ tallies.nonFlowPackets &+ tallies.undecodablePackets),
                Sum(
                    what: "packets in flows + counted again in tunnels' flows = packets counted by the table + waiting",
                    left: packets, right: counters.packets &+ waitingFragments),
                Sum(
                    what:
                        "ICMP errors that name a flow = about a flow that is known + about another + dropped copies + not selected",
                    left: tallies.icmpNotices,
                    right: counters.errorsLinked &+ counters.errorsWithoutFlow &+ counters.errorsDropped
                        &+ leftOut.notices),
                Sum(
                    what: "flows begun = flows ended + alive", left: counters.flowsBegun,
                    right: counters.flowsEndedTotal + liveFlows),
                Sum(
                    what: "records = flow ends + cuts - ends with nothing left to report", left: counters.records,
                    right: counters.flowsEndedTotal + counters.slicesCutTotal - counters.endsWithoutRecord),
            ]
        // What live flows have counted is in no record yet.
        if liveFlows == 0, waitingFragments == 0 {
            sums += [
                Sum(
                    what: "packets in flows + counted again in tunnels' flows = packets in records", left: packets,
                    right: counters.recordPackets),
                Sum(
                    what: "layer 3 octets in flows + counted again = in records",
                    left: counted(tallies.flowNetworkOctets, tallies.tunnelCopyNetworkOctets, \.networkOctets),
                    right: counters.recordNetworkOctets),
                Sum(
                    what: "layer 2 octets in flows + counted again = in records",
                    left: counted(tallies.flowWireOctets, tallies.tunnelCopyWireOctets, \.wireOctets),
                    right: counters.recordWireOctets),
            ]
        }
        // An interrupted run may have read packets that it did not decode: they were never handed on.
        return sums.filter { $0.left != $0.right }.map { "\($0.what): \($0.left) is not \($0.right)" }
    }

    /// Flow end reasons (IE 136) by number.
    static let endReasons = [
        (number: 1, name: "idle"), (number: 2, name: "active timeout"), (number: 3, name: "end of flow"),
        (number: 4, name: "end of input"), (number: 5, name: "lack of resources"),
    ]

    /// The sums, a line each, for the end of the report.
    var lines: [String] {
        func reasons(_ counts: InlineArray<6, UInt64>) -> String {
            let parts = Self.endReasons.filter { counts[$0.number] > 0 }.map { "\($0.name) \(counts[$0.number])" }
            return parts.isEmpty ? "" : " (" + parts.joined(separator: ", ") + ")"
        }
        var lines = [
            "packets    \(packetsRead) read = \(packetsInFlows) in flows + \(tallies.nonFlowPackets) not a flow"
                + " + \(tallies.undecodablePackets) undecodable + \(packetsFiltered) filtered"
                + (counters.dropped.packets > 0 ? " + \(counters.dropped.packets) duplicates dropped" : "")
                + (leftOut.packets.packets > 0 ? " + \(leftOut.packets.packets) not selected" : ""),
            "octets     \(tallies.wireOctets) on the wire,"
                + " \(once(tallies.flowWireOctets, \.wireOctets)) in flows;"
                + " layer 3 in flows \(once(tallies.flowNetworkOctets, \.networkOctets))",
            "flows      \(counters.flowsBegun) begun = \(counters.flowsEndedTotal) ended"
                + reasons(counters.flowsEnded) + (liveFlows > 0 ? " + \(liveFlows) alive" : ""),
            "records    \(counters.records) = \(counters.flowsEndedTotal) flow ends"
                + " + \(counters.slicesCutTotal) cuts" + reasons(counters.slicesCut)
                + " - \(counters.endsWithoutRecord) ends with nothing left to report",
        ]
        if leftOut != SelectionSums() {
            lines.append(
                "selection  \(leftOut.packets.packets) packets of flows that were not selected under overload:"
                    + " \(leftOut.packets.networkOctets) octets of layer 3, \(leftOut.packets.wireOctets) on the wire;"
                    + " \(counters.flowsDeselected) flows cut off")
        }
        let tunnelled = TunnelKind.allCases.filter { tallies.count($0) > 0 }
        for kind in tunnelled { lines.append("in tunnels \(tallies.count(kind)) \(kind.name)") }
        if tallies.tunnelCopies > 0 {
            let (dropped, left) = (counters.droppedTunnelCopies, leftOut.tunnelCopies)
            lines.append(
                "again      \(tallies.tunnelCopies &- dropped.packets &- left.packets) packets counted a second time, in the"
                    + " flow of the tunnel around them:"
                    + " \(tallies.tunnelCopyNetworkOctets &- dropped.networkOctets &- left.networkOctets) octets of layer 3,"
                    + " \(tallies.tunnelCopyWireOctets &- dropped.wireOctets &- left.wireOctets) on the wire")
        }
        if waitingFragments > 0 {
            lines.append("waiting    \(waitingFragments) later fragments in flows wait for their first one")
        }
        if tallies.icmpNotices > 0 {
            lines.append(
                "errors     \(tallies.icmpNotices) of ICMP that name a flow = \(counters.errorsLinked) about one that is"
                    + " known + \(counters.errorsWithoutFlow) about another"
                    + (counters.errorsDropped > 0 ? " + \(counters.errorsDropped) copies dropped" : "")
                    + (leftOut.notices > 0 ? " + \(leftOut.notices) about flows not selected" : ""))
        }
        for clock in MirrorClock.allCases where tallies.count(clock) > 0 {
            lines.append("time stamp \(tallies.count(clock)) in ERSPAN type III, not used: \(clock)")
        }
        lines += duplicateLines
        for tunnel in OpaqueTunnel.allCases where tallies.count(tunnel) > 0 {
            lines.append("opaque     \(tallies.count(tunnel)) \(tunnel.description)")
        }
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
        if tallies.mergedEstimate > 0 {
            lines.append(
                "merged     \(tallies.count(.merged)) packets longer than the link takes were about"
                    + " \(tallies.mergedEstimate) on the wire")
        }
        if counters.macTableOverflows > 0 {
            lines.append("odd        \(counters.macTableOverflows) flows without Ethernet addresses (too many pairs)")
        }
        if counters.tunnelTableOverflows > 0 {
            lines.append("odd        \(counters.tunnelTableOverflows) flows without tunnel (too many tunnels)")
        }
        lines += captureLosses
        if clockSteps > 0 { lines.append("odd        \(clockSteps) steps of the packet clock") }
        let mistakes = mistakes
        lines.append(mistakes.isEmpty ? "balance    every sum holds" : "balance    DOES NOT HOLD:")
        lines += mistakes.map { "           " + $0 }
        return lines
    }
}

extension Balance {
    /// What was told of packets that came again.
    private var duplicateLines: [String] {
        var lines: [String] = []
        if counters.duplicates > 0 {
            let part = counters.dropped.packets == 0 ? "counted in flows" : "dropped"
            lines.append("duplicates \(counters.duplicates) copies of packets that had come just before, \(part)")
        }
        if counters.uncertainDuplicates > 0 {
            lines.append(
                "duplicates \(counters.uncertainDuplicates) more may be copies, or sent again: counted in flows")
        }
        if counters.duplicatesForgotten > 0 {
            lines.append(
                "duplicates \(counters.duplicatesForgotten) packets forgotten early: too many at once to tell all copies"
            )
        }
        return lines
    }

    /// What an IPFIX or NetFlow output sent, as a line beside those of the balance.
    static func exportLine(_ name: String, _ sent: IPFIXStatistics) -> String {
        "export     \(name): \(sent.records) records in \(sent.messages) messages, \(sent.octets) octets;"
            + " not sent: \(sent.failedRecords) records"
            + (sent.refusals > 0 ? "; refused \(sent.refusals) times: nobody listened there" : "")
            + (sent.cutAttributes > 0 ? "; \(sent.cutAttributes) records without some of their attributes" : "")
            + (sent.filtered > 0 ? "; filtered: \(sent.filtered) flow records" : "")
            + inexpressible(sent)
    }

    /// What a format could not say, as the end of a line; empty when there is no such thing.
    private static func inexpressible(_ sent: IPFIXStatistics) -> String {
        let losses = sent.inexpressible
        var text = ""
        if losses[.ipv6] > 0 {
            text +=
                "; not expressible: \(losses[.ipv6]) records (IPv6) of \(losses.packets) packets, \(losses.octets) octets"
        }
        if losses[.counter] > 0 { text += "; \(losses[.counter]) records with counters at their limit" }
        if losses[.time] > 0 { text += "; \(losses[.time]) records with times at their limit" }
        if sent.splitRecords > 0 { text += "; \(sent.splitRecords) flows split, since counters have 32 bits" }
        return text
    }

    /// What a spool and its collectors made of every record.
    static func deliveryLines(_ delivery: SpooledDelivery) -> [String] {
        let status = delivery.spool.status
        let lost = status.lost.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            "\($0.value) lost (\($0.key.rawValue))"
        }
        var lines = [
            "spool      \(status.made) records made over all runs; "
                + ([String(status.octets >> 10) + " KiB in \(status.segments) segments"] + lost).joined(separator: ", ")
        ]
        for stream in delivery.streams {
            guard let account = stream.account else { continue }
            let stray = stream.status.strayAnswers
            let discarded = SpoolAccount.DiscardReason.allCases.filter { account.discarded($0) > 0 }
                .map { " + \(account.discarded($0)) given up (\($0.rawValue))" }.joined()
            lines.append(
                "export     \(stream.name): \(status.made - account.start) records made since it began = "
                    + "\(account.acknowledged) acknowledged + \(status.made - account.settled) pending"
                    + (account.filtered > 0 ? " + \(account.filtered) filtered" : "") + "\(discarded); "
                    + "\(account.resent) sent again"
                    + (stray > 0 ? "; \(stray) answers were about no batch under way" : ""))
            if let active = stream.status.active {
                lines.append("failover   \(stream.name): \(active.member) is active; switches: \(active.switches)")
            }
            if let refusal = stream.status.refusal { lines.append("refused    \(refusal)") }
        }
        return lines
    }

    /// The accounting as a report's last part.
    static func section(_ lines: [String]) -> String { "\nAccounting\n" + lines.map(wrapped).joined() }

    /// A line of the accounting in at most 80 columns: what does not fit goes below its text.
    private static func wrapped(_ line: String) -> String {
        var lines = ""
        var current = "  "
        for word in line.split(separator: " ", omittingEmptySubsequences: false) {
            if current.count + word.count > 80, current.count > 13 {
                lines += current.dropLast() + "\n"
                current = String(repeating: " ", count: 13)
            }
            current += word + " "
        }
        return lines + current.dropLast() + "\n"
    }
}

extension InputSummary {
    /// Packets that the capture says were lost before they were written.
    var packetsLost: UInt64 { interfaces.reduce(0) { $0 &+ $1.packetsLost } }

    /// The same for each interface, in words.
    fileprivate var lossLines: [String] {
        interfaces.enumerated().filter { $1.packetsLost > 0 }.map { number, interface in
            let name = interface.name.isEmpty ? "interface \(number)" : interface.name
            return "lost       \(interface.packetsDroppedByInterface ?? 0) packets by the interface,"
                + " \(interface.packetsDroppedBySystem ?? 0) by the system, before they were written: \(name) of \(path)"
        }
    }
}

extension CaptureInterface {
    /// Packets that were dropped by it or behind it.
    fileprivate var packetsLost: UInt64 { (packetsDroppedByInterface ?? 0) &+ (packetsDroppedBySystem ?? 0) }
}
