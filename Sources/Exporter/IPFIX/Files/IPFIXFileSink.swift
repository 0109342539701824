import FlowTable
import NetTypes

/// Exports to an IPFIX file (RFC 5655), or to one after another, each a session of its own.
package final class IPFIXFileSink: IPFIXSink {
    /// Records between two looks at the size.
    private static let stride = 4096

    private let file: FileTransport
    private let rotation: FileDestination.Rotation
    private let isLive: Bool
    /// The packet clock by which the piece is named; nil until it has a record.
    private var start: Nanoseconds?

    /// What was done with what an earlier run left, a sentence; nil when there was nothing.
    package var openingNote: String? { file.note }

    /// Creates the file at `path`.
    package convenience init(path: String, options: IPFIXOptions = IPFIXOptions()) throws(ExportError) {
        try self.init(FileDestination(path: path), options: options)
    }

    /// Creates the file. With `isLive`, a file whose time is over is ended by the host's clock too, so that a quiet network's
    /// files appear.
    package init(
        _ destination: FileDestination, isLive: Bool = false, options: IPFIXOptions = IPFIXOptions()
    ) throws(ExportError) {
        file = try FileTransport(destination)
        rotation = destination.rotation
        self.isLive = isLive
        try super.init(transport: file, options: options)
    }

    /// Encodes the batch, into several files if need be.
    override package func consume(
        _ records: Span<FlowRecord>, attributes: Span<UInt8>, packetClock: Nanoseconds
    ) throws(ExportError) {
        guard rotation != .never else {
            return try super.consume(records, attributes: attributes, packetClock: packetClock)
        }
        if isOver(packetClock) { try endPiece() }
        var walk = AttributeWalk()
        var (first, place) = (0, 0)
        while first < records.count {
            if start == nil { begin(packetClock) }
            let next = min(records.count, first + Self.stride)
            var end = place
            for index in first..<next {
                end = walk.next(records[index].attributeOctets, of: attributes.count).upperBound
            }
            try super.consume(
                records.extracting(first..<next), attributes: attributes.extracting(place..<end),
                packetClock: packetClock)
            (first, place) = (next, end)
            if case .octets(let limit) = rotation, file.length >= limit { try endPiece() }
        }
    }

    /// Writes what has been collected.
    override package func flush() throws(ExportError) {
        if isLive, isOver(HostClock.timeOfDay) { try endPiece() }
        try super.flush()
        // What says how things stand is in a file that ends in its time too.
        if isLive, start == nil, file.length > 0 { begin(HostClock.timeOfDay) }
    }

    /// Writes the last records and statistics, and gives the file its name.
    override package func finish(packetClock: Nanoseconds) throws(ExportError) {
        if start == nil { begin(packetClock) }
        try super.finish(packetClock: packetClock)
    }

    private func begin(_ packetClock: Nanoseconds) {
        var time = packetClock
        if case .seconds(let seconds) = rotation {
            time -= time % (Nanoseconds(seconds) * nanosecondsPerSecond)
        }
        start = time
        file.start = time
    }

    private func isOver(_ clock: Nanoseconds) -> Bool {
        guard case .seconds(let seconds) = rotation, let start else { return false }
        return clock - start >= Nanoseconds(seconds) * nanosecondsPerSecond
    }

    private func endPiece() throws(ExportError) {
        try renewSession(statistics: true) { () throws(ExportError) in try file.endPiece() }
        start = nil
    }
}
