import Exporter
import FlowTable
import NetTypes
import Spool

/// Makes the bodies of requests: a batch, or a part of one, as IPFIX messages or JSON lines.
final class RequestBodies {
    private let parameters: ConnectionParameters
    private let probe: [UInt8]
    private let lines = JSONLines()
    private let transport: MemoryTransport
    private let sink: IPFIXSink

    /// For `endpoint`; `probe` is what batches are called by beside their ids.
    init(_ endpoint: ExportEndpoint, options: IPFIXOptions, probe: [UInt8]) throws(ExportError) {
        parameters = endpoint.parameters
        self.probe = probe
        var options = options
        options.announcesBatches = true
        options.statisticsSeconds = 60
        (options.startsUnconnected, options.isLive) = (false, true)
        transport = MemoryTransport(destination: endpoint.name)
        sink = try IPFIXSink(transport: transport, options: options)
    }

    /// Tells what options data say of the capture side, and of records given up.
    func note(_ statistics: ExportStatistics, givenUp: UInt64) {
        (sink.captureStatistics, sink.givenUp) = (statistics, givenUp)
    }

    /// The body for `records`, which are `part` of `batch`. IPFIX: the batch is closed only when the part is all of it, since
    /// who drops repeats of batches would take its other parts for such.
    func body(
        _ records: Span<FlowRecord>, attributes: Span<UInt8>, _ batch: SpoolBatch, _ part: BatchParts.Part
    ) throws(ExportError) -> [UInt8] {
        let octets: [UInt8]
        switch parameters.format {
        case .ndjson: octets = lines.encode(records, attributes: attributes)
        case .ipfix:
            try sink.renewSession(statistics: false) {}
            _ = transport.take()
            try sink.consume(records, attributes: attributes, packetClock: HostClock.timeOfDay)
            if part.count == batch.recordCount { try close(batch) }
            try sink.flush()
            octets = transport.take()
        }
        return try ContentCoding.pack(octets, parameters.compression)
    }

    /// The body for a batch that tells of a time without records: IPFIX only.
    func body(_ batch: SpoolBatch, _ gap: CoverageGap) throws(ExportError) -> [UInt8] {
        try sink.renewSession(statistics: false) {}
        _ = transport.take()
        try sink.add(gap.optionsTemplate, gap.optionsValues, domain: 0)
        try close(batch)
        try sink.flush()
        return try ContentCoding.pack(transport.take(), parameters.compression)
    }

    private func close(_ batch: SpoolBatch) throws(ExportError) {
        try sink.add(
            .batch, [.number(batch.id), .octets(probe)], domain: batch.recordCount == 0 ? 0 : batch.domain)
    }

    /// A record as JSON, for who keeps it.
    func line(_ records: Span<FlowRecord>, attributes: Span<UInt8>) -> [UInt8] {
        lines.encode(records, attributes: attributes)
    }
}
