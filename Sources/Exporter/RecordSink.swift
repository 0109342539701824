import FlowTable
import NetTypes

/// Takes records on their way out: a file, a collector, a store, the report. Used by one thread at a time.
package protocol RecordSink: AnyObject {
    /// Takes a batch of records, in output order. `packetClock` is the packet clock at the batch (replay's Export
    /// Time). The span is valid during the call only.
    func consume(_ records: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError)

    /// The same with the records' attributes, one list after the other: `AttributeWalk` tells which is whose. Who has no use
    /// for them leaves this out, and is given the records alone.
    func consume(
        _ records: Span<FlowRecord>, attributes: Span<UInt8>, packetClock: Nanoseconds
    ) throws(ExportError)

    /// Sends what has been collected, blocks and messages filled or not: for live use, so that a quiet network's records
    /// leave.
    func flush() throws(ExportError)

    /// Ends the output: everything taken is written out and handed to the operating system or the peer.
    func finish(packetClock: Nanoseconds) throws(ExportError)
}

extension RecordSink {
    /// Attributes are of no use.
    package func consume(
        _ records: Span<FlowRecord>, attributes: Span<UInt8>, packetClock: Nanoseconds
    ) throws(ExportError) {
        try consume(records, packetClock: packetClock)
    }

    /// Nothing is collected.
    package func flush() throws(ExportError) {}
}

/// Why an output could not take records. `description` says what, where and what to do.
package struct ExportError: Error, CustomStringConvertible {
    /// Complete sentence for a person.
    package let description: String

    /// An error with its message.
    package init(_ description: String) {
        self.description = description
    }
}
