import Exporter
import FlowTable
import NetTypes

/// Where records go, in output order: annotation first, then every sink. A sink that fails is left out from then on; the
/// others go on.
// SAFETY: (@unchecked) used by one thread at a time: the worker whose turn it is.
final class OutputStage: @unchecked Sendable {
    private var sinks: [any RecordSink]
    private let annotate: ((inout MutableSpan<FlowRecord>) -> Void)?
    private let merged = RecordBuffer(capacity: 1024)
    /// What went wrong, one entry for each sink that failed.
    private(set) var failures: [ExportError] = []

    init(sinks: [any RecordSink], annotate: ((inout MutableSpan<FlowRecord>) -> Void)?) {
        self.sinks = sinks
        self.annotate = annotate
    }

    /// Takes what the stripes let out for one chunk.
    func consume(_ outputs: [StripeOutput], packetClock: Nanoseconds) {
        var count = 0
        for output in outputs { count += output.buffer.count }
        guard count > 0 else { return }
        merged.removeAll()
        RecordMerge.merge(outputs, into: merged)
        consume(merged, packetClock: packetClock)
    }

    /// Takes records that are in order.
    func consume(_ records: RecordBuffer, packetClock: Nanoseconds) {
        if let annotate { records.withMutableRecords { annotate(&$0) } }
        forEachSink { sink throws(ExportError) in try sink.consume(records.records, packetClock: packetClock) }
    }

    /// Ends every output.
    func finish(packetClock: Nanoseconds) {
        forEachSink { sink throws(ExportError) in try sink.finish(packetClock: packetClock) }
    }

    private func forEachSink(_ body: (any RecordSink) throws(ExportError) -> Void) {
        var index = 0
        while index < sinks.count {
            do throws(ExportError) {
                try body(sinks[index])
                index += 1
            } catch {
                failures.append(error)
                sinks.remove(at: index)
            }
        }
    }
}
