import FlowTable

/// Makes JSON lines (docs/json.md) in memory, a record a line, for who sends them on. Used by one thread at a time.
// SAFETY: (@safe) owns its line from init to deinit, and nothing of it is read that was not written.
@safe package final class JSONLines {
    private var encoder = JSONLineEncoder()
    private let line: UnsafeMutableRawPointer

    /// An encoder for any number of records.
    package init() {
        // SAFETY: uninitialised octets, written before they are read, freed in deinit.
        unsafe line = .allocate(byteCount: JSONLineEncoder.reserve, alignment: 64)
    }

    deinit {
        // SAFETY: allocated in init, and no cursor outlives a call.
        unsafe line.deallocate()
    }

    /// The lines of `records` with their attributes (`AttributeWalk`), each with its line feed. O(n).
    package func encode(_ records: Span<FlowRecord>, attributes: Span<UInt8> = Span()) -> [UInt8] {
        var octets: [UInt8] = []
        var members: [UInt8] = []
        var walk = AttributeWalk()
        // Most lines have between 400 and 600 octets.
        octets.reserveCapacity(records.count * 512)
        for index in 0..<records.count {
            members.removeAll(keepingCapacity: true)
            let list = walk.next(records[index].attributeOctets, of: attributes.count)
            if !list.isEmpty { JSONAttributes.append(attributes, list, to: &members) }
            // SAFETY: a line has at most `JSONLineEncoder.reserve` octets, the overhang of its last store included.
            var cursor = unsafe OctetCursor(line)
            encoder.encode(records[index], members: members, into: &cursor)
            // SAFETY: so many octets have just been written.
            unsafe octets.append(
                contentsOf: UnsafeRawBufferPointer(start: line, count: cursor.distance(from: line)))
        }
        return octets
    }
}
