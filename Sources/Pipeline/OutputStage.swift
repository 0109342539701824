import Exporter
import FlowTable
import NetTypes

/// Where records go, in output order: annotation first, then every sink. A sink that fails is left out from then on; the
/// others go on.
// SAFETY: (@unchecked) used by one thread at a time: the worker whose turn it is.
final class OutputStage: @unchecked Sendable {
    private var sinks: [any RecordSink]
    private let annotate: ((inout MutableSpan<FlowRecord>) -> Void)?
    /// Records since the last checkpoint.
    private let pending = RecordBuffer(capacity: 1024)
    /// What went wrong, one entry for each sink that failed.
    private(set) var failures: [ExportError] = []

    init(sinks: [any RecordSink], annotate: ((inout MutableSpan<FlowRecord>) -> Void)?) {
        self.sinks = sinks
        self.annotate = annotate
    }

    /// Takes what the stripes let out for one chunk. With a checkpoint in the chunk, `checkpointClock` is the packet clock
    /// there: records up to it are handed on, and later ones stay until the next.
    func consume(_ outputs: [StripeOutput], checkpointClock: Nanoseconds?) {
        if let checkpointClock {
            RecordMerge.merge(outputs, .beforeCheckpoint, into: pending)
            RecordMerge.merge(outputs, .swept, into: pending)
            handOn(packetClock: checkpointClock)
        }
        RecordMerge.merge(outputs, .afterCheckpoint, into: pending)
    }

    /// Hands on what has been collected.
    func handOn(packetClock: Nanoseconds) {
        guard pending.count > 0 else { return }
        consume(pending, packetClock: packetClock)
        pending.removeAll()
    }

    /// Takes records that are in order.
    func consume(_ records: RecordBuffer, packetClock: Nanoseconds) {
        if let annotate { records.withMutableRecords { annotate(&$0) } }
        let attributes = records.attributes
        forEachSink { sink throws(ExportError) in
            try sink.consume(records.records, attributes: attributes.span, packetClock: packetClock)
        }
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
