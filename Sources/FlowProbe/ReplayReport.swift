import Capture
import Exporter
import NetTypes
import Pipeline

/// What a replay says at its end.
struct ReplayReport {
    let result: ReplayPipeline.Result
    let inputs: [InputSummary]
    let balance: Balance
    let sinks: OutputSinks

    /// Packets arrived, but none of a link type that can be decoded.
    var isUnreadable: Bool {
        result.tallies.packets > 0 && result.tallies.count(.linkTypeUnknown) == result.tallies.packets
    }

    /// Part of an input could not be used, or a sum does not hold.
    var isDamaged: Bool {
        inputs.contains { $0.damageCount > 0 } || result.tallies.count(.linkTypeUnknown) > 0
            || !balance.mistakes.isEmpty
    }

    /// The report for people; empty without a summary.
    func text(top: Int, color: Bool) -> String {
        guard let summary = sinks.summary else { return "" }
        var header = ReportHeader()
        header.inputs = inputs.map { input in
            (input.path == "-" ? "standard input" : input.path) + ", " + input.format
                + (input.compression == .none ? "" : ", \(input.compression)")
        }
        header.firstPacket = inputs.compactMap(\.firstTime).min()
        header.lastPacket = inputs.compactMap(\.lastTime).max()
        header.packets = balance.packetsRead
        header.wireOctets = result.tallies.wireOctets
        header.damage = Self.damage(of: inputs)
        if result.interrupted { header.notes.append("The run was interrupted: what had been read is counted.") }
        var options = ReportOptions()
        options.top = top
        options.color = color
        return ReportRenderer.render(summary, header: header, options: options)
            + Balance.section(balance.lines + exportLines)
    }

    /// What was wrong with the inputs, a sentence each.
    static func damage(of inputs: [InputSummary]) -> [String] {
        var lines: [String] = []
        for input in inputs {
            lines += input.damages.map(\.description)
            let more = input.damageCount - UInt64(input.damages.count)
            if more > 0 { lines.append("\(input.path): and \(more) damages more.") }
        }
        return lines
    }

    private var exportLines: [String] {
        sinks.ipfix.map { Balance.exportLine($0.name, $0.sink.statistics) }
            + (sinks.delivery.map(Balance.deliveryLines) ?? [])
    }

    /// What collectors have not got through the spool, a sentence each.
    var undelivered: [String] {
        guard let delivery = sinks.delivery else { return [] }
        var lines: [String] = []
        for stream in delivery.streams {
            guard let account = stream.account, delivery.spool.status.made > account.settled else { continue }
            lines.append(
                "\(delivery.spool.status.made - account.settled) records stay in the spool for \(stream.name) and are sent by "
                    + "the next run with this spool. \(stream.status.problem ?? "")")
        }
        let lost = delivery.spool.status.lost.values.reduce(0, +)
        if lost > 0 {
            lines.append(
                "\(lost) records are lost to the spool: \(delivery.spool.status.problem ?? "the disk failed.")")
        }
        return lines
    }

    /// Complete sentences for standard error.
    var complaints: [String] {
        var lines = result.failures.map(\.description) + undelivered
        for entry in result.tallies.unknownLinkTypeNumbers {
            let (what, verb) = entry.packets == 1 ? ("packet", "was") : ("packets", "were")
            lines.append(
                "\(entry.packets) \(what) of link type \(linkTypeText(entry.linkType)) \(verb) not decoded: this link type"
                    + " is not supported.")
        }
        if sinks.summary == nil { lines += Self.damage(of: inputs) }
        let refusals = result.counters.labelRefusals
        if refusals > 0 {
            lines.append(
                "\(refusals) payloads were not looked at for labels, or not decrypted: more work per second than labels may "
                    + "have (docs/labels.md).")
        }
        let unmade = result.counters.fingerprintRefusals
        if unmade > 0 {
            lines.append(
                "\(unmade) messages have no fingerprint: they had more to make it of than any sender's has (docs/labels.md)."
            )
        }
        let refused = result.counters.attributeRefusals
        if refused > 0 {
            lines.append(
                "\(refused) flows go without their labels' attributes: the memory for these was used up. Give --flow-memory "
                    + "more, an eighth of which they get, or choose fewer with --label-attributes.")
        }
        let damaged = result.counters.damagedHeaders
        if damaged > 0 {
            lines.append(
                "\(damaged) SYNs, or first packets of SCTP, have options or chunks that do not add up; what stands before that "
                    + "is told.")
        }
        lines += balance.mistakes.map { "a sum does not hold, which is a fault of this program: \($0)." }
        return lines
    }
}
