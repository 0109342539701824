import Capture
import Delivery
import Exporter
import FlowTable
import NetTypes
import Pipeline
import Synchronization

/// The outputs of a replay, made from its options.
final class OutputSinks {
    /// Every output, in the order in which each batch reaches them.
    private(set) var all: [any RecordSink] = []
    /// What the report is made of; nil when nobody asked for one.
    private(set) var summary: TrafficSummary?
    /// The outputs of IPFIX and NetFlow, each with what to call it.
    private(set) var ipfix: [(name: String, sink: any CollectorSink)] = []
    /// The spool and its collectors; nil without one.
    private(set) var delivery: SpooledDelivery?
    /// What was found that an earlier run had left, a sentence each.
    private(set) var notes: [String] = []
    private let captureNumbers = CaptureNumbers()
    /// Tells how many packets have been read, for the spool's commits; set once there is a run that reads.
    let packetsRead = PacketCount()
    private var store: SQLiteSink?

    /// Opens every output; throws when one cannot be opened.
    init(_ options: OutputOptions, inputs: [String]) throws {
        do throws(ExportError) {
            try open(options, inputs)
        } catch {
            throw ProbeFailure(code: .outputFailed, message: error.description)
        }
    }

    private func open(_ options: OutputOptions, _ inputs: [String]) throws(ExportError) {
        if !options.quiet {
            let summary = TrafficSummary()
            self.summary = summary
            all.append(summary)
        }
        if let path = options.json { all.append(try JSONSink(path: path, stitched: options.stitched)) }
        if inputs.count > 256 {
            notes.append(
                "Records say of 255 files which one their flow began in; observationPointId 256 stands for all others. Replay "
                    + "fewer at a time where that matters.")
        }
        let ipfixOptions = options.ipfixOptions(inputs: inputs)
        if let destination = try options.ipfixFile {
            let sink = try IPFIXFileSink(destination, options: ipfixOptions)
            if let note = sink.openingNote { notes.append(note) }
            add(destination.path, sink)
        }
        let (groups, collectors) = (try options.groups, try options.destinations)
        let shares = DirectShares(groups, of: collectors)
        if let configuration = options.spooling.configuration {
            let numbers = captureNumbers
            let delivery = try SpooledDelivery(
                configuration, endpoints: collectors.filter { !$0.transport.isDatagram }, groups: groups,
                options: ipfixOptions,
                captureStatistics: { numbers.value }, observedPackets: { [packetsRead] in packetsRead.now })
            self.delivery = delivery
            notes += delivery.spool.openingNotes
            all.append(delivery.sink)
            delivery.start()
        }
        for endpoint in collectors {
            let adapted = ipfixOptions.adapted(to: endpoint)
            switch endpoint.transport {
            case .udp: add(endpoint, try IPFIXUDPSink(endpoint: endpoint, options: adapted), shares)
            case .netflow9: try addNetFlow(.nine, endpoint, adapted, shares)
            case .netflow5: try addNetFlow(.five, endpoint, adapted, shares)
            case .tcp where delivery == nil:
                add(endpoint, try IPFIXTCPSink(endpoint: endpoint, options: adapted), shares)
            case .tcp, .tls, .http, .https, .kafka: break
            }
        }
        if let path = options.store {
            var run = StoreRun()
            run.program = "flowprobe \(flowprobeVersion)"
            run.inputs = inputs
            run.options = CommandLine.arguments.dropFirst().joined(separator: " ")
            let sink = try SQLiteSink(path: path, run: run)
            store = sink
            all.append(sink)
        }
    }

    private func addNetFlow(
        _ version: NetFlowVersion, _ endpoint: ExportEndpoint, _ options: IPFIXOptions, _ shares: DirectShares
    ) throws(ExportError) {
        add(endpoint, try NetFlowSink(version, endpoint: endpoint, options: options), shares)
        notes.append("\(endpoint.name): \(version.limits)")
    }

    private func add(_ endpoint: ExportEndpoint, _ sink: any CollectorSink, _ shares: DirectShares) {
        add(endpoint.name, shares.way(to: sink, at: endpoint))
    }

    private func add(_ name: String, _ sink: any CollectorSink) {
        ipfix.append((name, sink))
        all.append(sink)
    }

    /// Tells the outputs what only the end of a run knows.
    func prepareToFinish(_ result: ReplayPipeline.Result, inputs: [InputSummary], balance: Balance) {
        store?.balance = (StoredDamage.lines(ReplayReport.damage(of: inputs)) + balance.lines).joined(separator: "\n")
        var statistics = ExportStatistics()
        statistics.observedPackets = balance.packetsRead
        statistics.observedOctets = result.tallies.wireOctets
        statistics.ignoredPackets =
            result.tallies.nonFlowPackets + balance.packetsFiltered + result.counters.dropped.packets
        // The octets of filtered packets are not known: they were never looked at.
        statistics.ignoredOctets = result.tallies.nonFlowWireOctets + result.counters.dropped.wireOctets
        statistics.duplicatePackets = result.counters.dropped.packets
        statistics.undecodablePackets = result.tallies.undecodablePackets
        statistics.captureLossPackets = inputs.reduce(0) { $0 &+ $1.packetsLost }
        for (_, sink) in ipfix { sink.captureStatistics = statistics }
        captureNumbers.value = statistics
    }
}
