import ArgumentParser
import Exporter
import NetTypes

/// `flowprobe report`: the report again, from a store.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Print the report from an SQLite store, of all flows or some.")

    @Argument(help: "A store written by flowprobe replay --store.", completion: .file())
    var store: String

    @Option(
        help: ArgumentHelp(
            "Only records that end at this time or later (RFC 3339 or seconds since 1970).", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only records that begin before this time.", valueName: "time"))
    var until: String?

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Only records that match, as in 'address 10.0.0.0/8 and port 53 and protocol udp'.", valueName: "expression"
        ))
    var expression: String?

    @Option(help: ArgumentHelp("Rows in each list.", valueName: "rows"))
    var top = 10

    @Option(help: ArgumentHelp("Colour in the report.", valueName: "when"))
    var color = ColorChoice.auto

    func validate() throws {
        guard (1...10_000).contains(top) else { throw ValidationError("--top takes a number from 1 to 10000.") }
    }

    func run() throws {
        let filter = try filter()
        let summary = TrafficSummary()
        var header = ReportHeader()
        do throws(ExportError) {
            let reader = try StoreReader(path: store)
            let runs = try reader.runs()
            header.inputs = ["\(store) (\(runs.count) run\(runs.count == 1 ? "" : "s"))"]
            (header.damage, header.isDamageKnown) = StoredDamage.read(runs)
            for run in runs where !run.isComplete {
                header.notes.append("Run \(run.runId) did not reach its end: its records are incomplete.")
            }
            try reader.read(filter, into: summary)
        } catch {
            throw ProbeFailure(code: .inputUnreadable, message: error.description)
        }
        var options = ReportOptions()
        options.top = top
        options.color = color.applies(to: 1)
        try Terminal.printReport(ReportRenderer.render(summary, header: header, options: options), to: 1)
    }

    private func filter() throws -> StoreReader.Filter {
        var filter = StoreReader.Filter()
        filter.since = try since.map { try Self.time($0, "--since") }
        filter.until = try until.map { try Self.time($0, "--until") }
        if let expression {
            do throws(WhereError) {
                filter.expression = try WhereExpression(expression)
            } catch {
                throw ProbeFailure(code: .usage, message: error.description)
            }
        }
        return filter
    }

    private static func time(_ text: String, _ option: String) throws -> Nanoseconds {
        guard let time = TimePoint.parse(text) else {
            throw ProbeFailure(
                code: .usage,
                message: "\(option): '\(text)' is not a time. "
                    + "Use RFC 3339 (2026-11-22T10:14:23Z) or seconds since 1970.")
        }
        return time
    }
}
