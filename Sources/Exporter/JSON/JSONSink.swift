import FlowTable
import Labels
import NetTypes

/// Writes flows as JSON lines (docs/json.md): a record a line, or with `stitched` a flow a line.
///
/// Stitched, a flow's line comes when the flow ends. At most `stitchCapacity` unfinished flows of several slices are
/// held; beyond that the flow whose last slice is longest ago is written as it is, and what follows of it becomes a
/// line of its own with the same flowId and a sliceIndex above 0. Lines come in an order that depends on the order of
/// records alone.
// SAFETY: (@safe) owns its buffer from init to deinit, and `used` stays within it.
@safe package final class JSONSink: RecordSink {
    private static let blockSize = 256 << 10

    private let file: OutputFile
    private let buffer: UnsafeMutableRawBufferPointer
    private var used = 0
    private var encoder = JSONLineEncoder()
    private var stitcher: FlowStitcher?
    /// Attributes of flows that the stitcher holds, by flowId: the latest of each, since a later slice knows more; what it
    /// lacks, for want of packets in a direction, an earlier one has.
    private var heldAttributes: [UInt64: [UInt8]] = [:]
    private var members: [UInt8] = []
    /// Lines made so far.
    package private(set) var lines: UInt64 = 0

    /// Opens `path` (`-` is standard output; an existing file is replaced). Throws when it cannot be opened.
    package init(path: String, stitched: Bool, stitchCapacity: Int = 65_536) throws(ExportError) {
        file = try OutputFile(path: path)
        if stitched { stitcher = FlowStitcher(capacity: stitchCapacity) }
        // SAFETY: uninitialised bytes, written before they are read, freed in deinit.
        unsafe buffer = .allocate(byteCount: Self.blockSize + JSONLineEncoder.reserve, alignment: 64)
    }

    deinit {
        // SAFETY: allocated in init, and no cursor outlives a call.
        unsafe buffer.deallocate()
    }

    /// Writes a batch. Throws when the file or pipe cannot take it.
    package func consume(_ records: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError) {
        try consume(records, attributes: Span(), packetClock: packetClock)
    }

    /// Writes a batch with its attributes.
    package func consume(
        _ records: Span<FlowRecord>, attributes: Span<UInt8>, packetClock: Nanoseconds
    ) throws(ExportError) {
        var walk = AttributeWalk()
        var index = 0
        while index < records.count {
            if !members.isEmpty { members.removeAll(keepingCapacity: true) }
            let list = walk.next(records[index].attributeOctets, of: attributes.count)
            if stitcher == nil || FlowStitcher.isWhole(records[index]) {
                if !list.isEmpty { JSONAttributes.append(attributes, list, to: &members) }
                try write(records[index])
            } else {
                if !list.isEmpty { hold(attributes.extracting(list), of: records[index].flowId) }
                if let flow = stitcher?.add(records[index]) { try writeHeld(flow) }
            }
            index += 1
        }
    }

    /// Writes unfinished flows and what is buffered.
    package func finish(packetClock: Nanoseconds) throws(ExportError) {
        while let flow = stitcher?.popOldest() { try writeHeld(flow) }
        try flush()
    }

    private func hold(_ attributes: Span<UInt8>, of flow: UInt64) {
        let list = attributes.indices.map { attributes[$0] }
        heldAttributes[flow] = heldAttributes[flow].map { AttributeList.joined($0, list) } ?? list
    }

    private func writeHeld(_ flow: FlowRecord) throws(ExportError) {
        members.removeAll(keepingCapacity: true)
        if let list = heldAttributes.removeValue(forKey: flow.flowId) {
            JSONAttributes.append(list.span, 0..<list.count, to: &members)
        }
        try write(flow)
    }

    private func write(_ record: FlowRecord) throws(ExportError) {
        // SAFETY: used < blockSize here, so that at least `JSONLineEncoder.reserve` octets follow it.
        let start = unsafe buffer.baseAddress! + used
        var cursor = unsafe OctetCursor(start)
        encoder.encode(record, members: members, into: &cursor)
        // SAFETY: compares the addresses of the line's ends.
        used += unsafe cursor.distance(from: start)
        lines += 1
        if used >= Self.blockSize { try flush() }
    }

    /// Writes what is buffered.
    package func flush() throws(ExportError) {
        let count = used
        used = 0
        // SAFETY: the first `count` octets of the buffer were written.
        try unsafe file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
}
