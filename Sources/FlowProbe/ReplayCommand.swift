import ArgumentParser
import Capture
import Delivery
import Exporter
import FlowTable
import Foundation
import NetTypes
import PacketDecode
import Pipeline

/// `flowprobe replay`: captures in, flows out.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Turn captures into flows: report, JSON, IPFIX, SQLite.",
        discussion: """
            Reads pcap and pcapng, also inside gzip or zstd; several files are merged by packet time. The same files and \
            options give the same output, byte for byte, whatever the number of workers.
            """)

    @Argument(help: "Capture files, folders of them, or - for standard input.", completion: .file())
    var files: [String]

    @Option(help: ArgumentHelp("Only packets that match, in the language of pcap-filter(7).", valueName: "expression"))
    var filter: String?

    @OptionGroup(title: "Flows") var flows: FlowOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func validate() throws {
        try flows.validate()
        try output.validate()
    }

    func run() throws {
        let source: ReplaySource
        do throws(CaptureError) {
            source = try ReplaySource(ReplayInput(paths: files, filter: filter))
        } catch {
            throw ProbeFailure(code: error.isUsage ? .usage : .inputUnreadable, message: error.description)
        }
        let zones = try flows.zoneTable()
        try output.checkOverlap(inputs: source.summaries.map(\.path))
        let sinks = try OutputSinks(output, inputs: source.summaries.map(\.path))
        var configuration = ReplayPipeline.Configuration()
        configuration.table = flows.tableConfiguration
        configuration.table.labels = output.labelConfiguration
        configuration.workers = flows.workers
        configuration.segmentRule = flows.segment
        configuration.tunnels = flows.tunnelPolicy
        configuration.checksums = flows.checksums == .on
        configuration.mtu = flows.mtu
        if let zones { configuration.annotate = { zones.annotate(&$0) } }
        for note in sinks.notes { Terminal.write("flowprobe: \(note)\n", to: 2) }
        let pipeline = ReplayPipeline(configuration: configuration, source: source, sinks: sinks.all)

        sinks.packetsRead.ask { pipeline.packetsRead.load(ordering: .relaxed) }

        let interrupt = source.interrupt
        let signals = StopSignals {
            pipeline.requestStop()
            interrupt.request()
        }
        let progress =
            Terminal.isTerminal(2) && !output.quiet && !output.noProgress
            ? ProgressDisplay(source.progress, pipeline) : nil
        let result = pipeline.run { result in
            sinks.prepareToFinish(
                result, inputs: source.summaries,
                balance: Balance(result, inputs: source.summaries, filtered: source.packetsFiltered))
        }
        progress?.stop()
        let hasArrived = sinks.delivery.map { deliver($0, signals) } ?? true
        withExtendedLifetime(signals) {}
        try conclude(result, source, sinks, hasArrived: hasArrived)
    }

    /// Waits for the collectors behind the spool, whose thread is not the run's. After Ctrl-C they have a moment left.
    private func deliver(_ delivery: SpooledDelivery, _ signals: StopSignals) -> Bool {
        if signals.isRequested { return delivery.finish(until: Date(timeIntervalSinceNow: 5)) }
        return delivery.finish { signals.isRequested }
    }

    /// Prints what there is to say and ends with the code that says how it went.
    private func conclude(
        _ result: ReplayPipeline.Result, _ source: ReplaySource, _ sinks: OutputSinks, hasArrived: Bool
    ) throws {
        let summaries = source.summaries
        let balance = Balance(result, inputs: summaries, filtered: source.packetsFiltered)
        let report = ReplayReport(result: result, inputs: summaries, balance: balance, sinks: sinks)
        var unprinted: (any Error)?
        if !output.quiet {
            let descriptor: Int32 = output.json == "-" ? 2 : 1
            let text = report.text(top: output.top, color: output.color.applies(to: descriptor))
            do { try Terminal.printReport(text, to: descriptor) } catch { unprinted = error }
        }
        for message in report.complaints { Terminal.write("flowprobe: \(message)\n", to: 2) }
        if let unprinted { throw unprinted }
        if !result.failures.isEmpty || !hasArrived || !report.undelivered.isEmpty {
            throw ProbeExit.outputFailed.parserCode
        }
        if report.isUnreadable { throw ProbeExit.inputUnreadable.parserCode }
        if report.isDamaged { throw ProbeExit.inputDamaged.parserCode }
    }
}
