import Exporter
import FlowTable
import NetTypes
import Spool

/// Makes the values of messages: each stands by itself.
final class KafkaValue {
    private let format: KafkaAddress.Format
    private let lines = JSONLines()
    private let flows: IPFIXSink
    private let gaps: IPFIXSink
    private let messages: MemoryTransport

    /// Values of one format; `options` are for IPFIX.
    init(_ format: KafkaAddress.Format, options: IPFIXOptions, destination: String) throws(ExportError) {
        self.format = format
        var options = options
        // What is told of the processes and the inputs has no place among flows.
        (options.statisticsSeconds, options.tellsMirror, options.tellsOverload) = (0, false, false)
        // A closing record would name the batch once more, and the message's headers do already.
        options.announcesBatches = false
        messages = MemoryTransport(destination: destination)
        flows = try IPFIXSink(transport: messages, options: options)
        // A record's value is the same whenever it is made: its Export Time is its batch's. A gap has none.
        (options.announcesBatches, options.isLive) = (true, true)
        gaps = try IPFIXSink(transport: messages, options: options)
    }

    /// Flow records: a JSON line each, or a session of IPFIX.
    func octets(
        _ records: Span<FlowRecord>, attributes: Span<UInt8>, exportTime: Nanoseconds
    ) throws(ExportError) -> [UInt8] {
        guard format == .ipfix else { return lines.encode(records, attributes: attributes) }
        try flows.renewSession(statistics: false) {}
        _ = messages.take()
        try flows.consume(records, attributes: attributes, packetClock: exportTime)
        try flows.flush()
        return messages.take()
    }

    /// A time that no record covers: an object with the elements' names, or a session of IPFIX.
    func octets(_ gap: CoverageGap, batch: SpoolBatch, probe: ProbeId) throws(ExportError) -> [UInt8] {
        guard format == .ipfix else {
            return Array((gap.object + "\n").utf8)
        }
        try gaps.renewSession(statistics: false) {}
        _ = messages.take()
        try gaps.add(gap.optionsTemplate, gap.optionsValues, domain: 0)
        try gaps.add(.batch, [.number(batch.id), .octets(probe.octets)], domain: 0)
        try gaps.flush()
        return messages.take()
    }

    /// One record as a JSON object, for what is set aside.
    func object(_ record: Span<FlowRecord>, attributes: Span<UInt8>) -> [UInt8] {
        Array(lines.encode(record, attributes: attributes).dropLast())
    }
}
