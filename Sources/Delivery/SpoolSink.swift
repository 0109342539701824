import Exporter
import FlowTable
import NetTypes
import Spool

/// Puts records into a spool, from which every destination takes them. Never fails: what the disk does not take is
/// counted by the spool.
package final class SpoolSink: RecordSink {
    /// How often `flush` must be called at least, in seconds, so that records are committed in time.
    package static let flushSeconds = 0.25

    private let spool: Spool

    /// A way into `spool`.
    package init(_ spool: Spool) { self.spool = spool }

    /// Takes records; those of a batch are committed together.
    package func consume(_ records: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError) {
        try consume(records, attributes: Span(), packetClock: packetClock)
    }

    /// Takes records and their attributes.
    package func consume(
        _ records: Span<FlowRecord>, attributes: Span<UInt8>, packetClock: Nanoseconds
    ) throws(ExportError) {
        spool.append(records, attributes: attributes, packetClock: packetClock, now: HostClock.timeOfDay)
    }

    /// Commits what has waited long enough.
    package func flush() throws(ExportError) { spool.tick(now: HostClock.timeOfDay) }

    /// Commits what is left, and closes the spool.
    package func finish(packetClock: Nanoseconds) throws(ExportError) { spool.close(now: HostClock.timeOfDay) }
}
