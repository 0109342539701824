import Delivery
import Exporter
import Foundation
import PacketDecode
import Pipeline
import Synchronization

/// The destinations of a live run, made from its options.
final class LiveOutputs {
    /// What an IPFIX or NetFlow destination's own thread last told of it.
    final class Books: Sendable {
        let name: String
        /// Whether the format leaves out what it cannot say.
        let isNetFlow: Bool
        /// Whether nobody is connected: a collector that is not there does not keep others from being served.
        let isDatagram: Bool
        /// Whether a filter leaves out records.
        let isFiltered: Bool
        private let state = Mutex(IPFIXStatistics())
        private let connected = Atomic(true)

        init(_ name: String, isNetFlow: Bool = false, isDatagram: Bool = false, isFiltered: Bool = false) {
            self.name = name
            self.isNetFlow = isNetFlow
            self.isDatagram = isDatagram
            self.isFiltered = isFiltered
        }

        /// What was sent, and what was not.
        var statistics: IPFIXStatistics { state.withLock { $0 } }
        /// Whether the collector takes records, as far as is known.
        var isConnected: Bool { connected.load(ordering: .relaxed) }

        fileprivate func note(_ sink: any CollectorSink) {
            let now = sink.statistics
            state.withLock { $0 = now }
            connected.store(sink.isConnected, ordering: .relaxed)
        }
    }

    private(set) var destinations: [Destination] = []
    /// The outputs of IPFIX and NetFlow among them.
    private(set) var books: [Books] = []
    /// What the report is made of; nil when nobody asked for one. Only to be read when the run is over.
    private(set) var summary: TrafficSummary?
    /// The spool and its collectors; nil without one.
    private(set) var delivery: SpooledDelivery?
    /// What was found that an earlier run had left, a sentence each.
    private(set) var notes: [String] = []
    let captureNumbers = CaptureNumbers()

    /// Opens every output; throws when one cannot be opened. Collectors need not be there yet. `rings` count packets.
    init(_ plan: LivePlan, rings: [LiveSourceStatus]) throws {
        do throws(ExportError) {
            try open(plan, rings)
        } catch {
            throw ProbeFailure(code: .outputFailed, message: error.description)
        }
    }

    private func open(_ plan: LivePlan, _ rings: [LiveSourceStatus]) throws(ExportError) {
        let output = plan.output
        if !output.quiet {
            let summary = TrafficSummary()
            self.summary = summary
            destinations.append(Destination(name: "report", sink: summary))
        }
        if let path = output.json {
            destinations.append(Destination(name: path, sink: try JSONSink(path: path, stitched: output.stitched)))
        }
        var options = output.ipfixOptions(inputs: [])
        options.observationPoints = plan.inputs.enumerated().map { index, input in
            input.observationPoint(UInt32(index + 1))
        }
        (options.startsUnconnected, options.isLive) = (true, true)
        options.statisticsSeconds = 60
        options.tellsMirror = plan.verdictSeconds != nil
        options.tellsOverload = plan.overload.limit != .off
        if let destination = try output.ipfixFile {
            let sink = try IPFIXFileSink(destination, isLive: true, options: options)
            if let note = sink.openingNote { notes.append(note) }
            add(destination.path, sink)
        }
        let (groups, collectors) = (try output.groups, try output.destinations)
        let shares = DirectShares(groups, of: collectors)
        if let configuration = output.spooling.configuration {
            let numbers = captureNumbers
            let delivery = try SpooledDelivery(
                configuration, endpoints: collectors.filter { !$0.transport.isDatagram }, groups: groups,
                options: options,
                captureStatistics: { numbers.value },
                observedPackets: { rings.reduce(0) { $0 + $1.handedOut.load(ordering: .relaxed) } })
            self.delivery = delivery
            notes += delivery.spool.openingNotes
            destinations.append(
                Destination(name: "spool", sink: delivery.sink, flushSeconds: SpoolSink.flushSeconds))
        }
        for endpoint in collectors {
            let adapted = options.adapted(to: endpoint)
            switch endpoint.transport {
            case .udp: add(endpoint, try IPFIXUDPSink(endpoint: endpoint, options: adapted), shares)
            case .netflow9: try addNetFlow(.nine, endpoint, adapted, shares)
            case .netflow5: try addNetFlow(.five, endpoint, adapted, shares)
            case .tcp where delivery == nil:
                add(endpoint, try IPFIXTCPSink(endpoint: endpoint, options: adapted), shares)
            case .tcp, .tls, .http, .https, .kafka: break
            }
        }
        if let path = output.store {
            var run = StoreRun()
            run.program = "flowprobe \(flowprobeVersion)"
            run.inputs = plan.inputs.map(\.capture.interface)
            run.options = CommandLine.arguments.dropFirst().joined(separator: " ")
            destinations.append(Destination(name: path, sink: try SQLiteSink(path: path, run: run)))
        }
    }

    private func addNetFlow(
        _ version: NetFlowVersion, _ endpoint: ExportEndpoint, _ options: IPFIXOptions, _ shares: DirectShares
    ) throws(ExportError) {
        add(endpoint, try NetFlowSink(version, endpoint: endpoint, options: options), shares)
        notes.append("\(endpoint.name): \(version.limits)")
    }

    private func add(_ endpoint: ExportEndpoint, _ sink: any CollectorSink, _ shares: DirectShares) {
        add(
            endpoint.name, shares.way(to: sink, at: endpoint),
            Books(
                endpoint.name, isNetFlow: endpoint.transport.netFlowVersion != nil,
                isDatagram: endpoint.transport.isDatagram, isFiltered: shares.isFiltered(endpoint)))
    }

    private func add(_ name: String, _ sink: any CollectorSink, _ own: Books? = nil) {
        let books = own ?? Books(name)
        self.books.append(books)
        let numbers = captureNumbers
        destinations.append(
            Destination(name: name, sink: sink) { sink in
                guard let sink = sink as? any CollectorSink else { return }
                sink.captureStatistics = numbers.value
                books.note(sink)
            })
    }
}
