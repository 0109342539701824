import FlowTable
import NetTypes

/// Gives a sink those records that a filter keeps, and counts the others as filtered.
package final class FilteredSink: CollectorSink {
    private let keeps: (FlowRecord, Span<UInt8>) -> Bool
    private let sink: any CollectorSink
    private var filtered: UInt64 = 0
    private var kept: [FlowRecord] = []
    private var keptAttributes: [UInt8] = []

    /// A way to `sink` for the records, given with their attributes, for which `keeps` holds.
    package init(to sink: any CollectorSink, keeps: @escaping (FlowRecord, Span<UInt8>) -> Bool) {
        self.keeps = keeps
        self.sink = sink
    }

    /// A way to `sink` through `filter`.
    package convenience init(_ filter: RecordFilter, to sink: any CollectorSink) {
        self.init(to: sink) { filter.keeps($0, $1) }
    }

    /// Those of the sink, and what the filter left out.
    package var statistics: IPFIXStatistics {
        var statistics = sink.statistics
        statistics.filtered = filtered
        return statistics
    }

    /// Those of the sink.
    package var captureStatistics: ExportStatistics {
        get { sink.captureStatistics }
        set { sink.captureStatistics = newValue }
    }

    /// As the sink.
    package var isConnected: Bool { sink.isConnected }

    /// Passes on what the filter keeps.
    package func consume(_ records: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError) {
        try consume(records, attributes: Span(), packetClock: packetClock)
    }

    /// Passes on what the filter keeps, with its attributes.
    package func consume(
        _ records: Span<FlowRecord>, attributes: Span<UInt8>, packetClock: Nanoseconds
    ) throws(ExportError) {
        kept.removeAll(keepingCapacity: true)
        keptAttributes.removeAll(keepingCapacity: true)
        var walk = AttributeWalk()
        for index in records.indices {
            let list = walk.next(records[index].attributeOctets, of: attributes.count)
            guard keeps(records[index], attributes.extracting(list)) else { continue }
            kept.append(records[index])
            for place in list { keptAttributes.append(attributes[place]) }
        }
        // Also when nothing is left: the sink's clock goes on.
        let (kept, keptAttributes) = (kept, keptAttributes)
        try sink.consume(kept.span, attributes: keptAttributes.span, packetClock: packetClock)
        filtered += UInt64(records.count - kept.count)
    }

    /// As the sink.
    package func flush() throws(ExportError) { try sink.flush() }

    /// As the sink.
    package func finish(packetClock: Nanoseconds) throws(ExportError) { try sink.finish(packetClock: packetClock) }
}
