import Collector
import CollectorService
import Exporter
import FlowTable
import Foundation
import Glibc

extension CollectCommand {
    /// Listens until a signal or one of the options ends it.
    func runOnSockets() throws {
        var configuration = try listenAddresses()
        do { configuration.token = try token.map { try RequestToken(file: $0) } } catch {
            throw ProbeFailure(code: .inputUnreadable, message: "\(error)")
        }
        if let certificate, let key {
            configuration.files = CollectorConfiguration.TLS(
                certificate: certificate, key: key, clientAuthority: clientAuthority)
        }
        (configuration.acknowledges, configuration.namesExporter) = (ack, exporters)
        (configuration.untilIdle, configuration.connections) = (untilIdle, connections)
        let isTerminal = Terminal.isTerminal(1)
        if live { configuration.liveSeconds = isTerminal ? 1 : 10 }
        let outcome = try serve(configuration, isTerminal: isTerminal)
        if let failure = outcome.failure {
            // The report tells how far it came: nobody can ask for it any more.
            if !quiet { Terminal.write(outcome.report, to: 2) }
            throw ProbeFailure(code: .outputFailed, message: failure)
        }
        if !quiet { try Terminal.printReport(outcome.report, to: json == "-" ? 2 : 1) }
        if outcome.isMalformed { throw ProbeExit.inputDamaged.parserCode }
    }

    private func serve(_ configuration: CollectorConfiguration, isTerminal: Bool) throws -> CollectorServer.Outcome {
        let request = SignalRequest(SIGUSR1)
        let server = CollectorServer(
            configuration,
            CollectorListener(
                note: { Terminal.write("flowprobe: \($0)\n", to: 2) }, wantsReport: request.taker,
                report: { Terminal.write($0, to: 2) },
                live: { Terminal.write(isTerminal ? Self.onTerminal($0) : $0 + "\n", to: 1) }))
        let signals = StopSignals { server.stop() }
        defer { withExtendedLifetime((signals, request)) {} }
        do {
            return try server.run { [self] watcher in
                do throws(ExportError) { return try openOutput(watcher) } catch {
                    throw ProbeFailure(code: .outputFailed, message: error.description)
                }
            }
        } catch let error as ExportError {
            throw ProbeFailure(code: .inputUnreadable, message: error.description)
        }
    }

    /// From the top left corner, over what stands there; what stands below is taken away.
    private static func onTerminal(_ text: String) -> String {
        "\u{1B}[H" + text.replacingOccurrences(of: "\n", with: "\u{1B}[K\n") + "\u{1B}[J"
    }

    private func openOutput(_ watcher: ((FlowRecord) -> Void)?) throws(ExportError) -> CollectorOutput {
        guard ack else {
            return CollectorOutput(
                lines: try json.map { path throws(ExportError) in try LineFile(path: path) }, store: try openStore(),
                watcher: watcher)
        }
        let lines = try json.map { path throws(ExportError) in try BatchFile(path: path) }
        if let lines, lines.cutOctets > 0 {
            Terminal.write(
                "flowprobe: \(lines.cutOctets) octets at the end of \(json ?? "") were cut off: they are of a batch that "
                    + "was never whole, and comes again.\n", to: 2)
        }
        return try CollectorOutput(batchLines: lines, store: try openStore(), watcher: watcher)
    }
}
