import Labels

/// Records on their way out of a stripe, in output order, and beside them the attributes of those that have some, in the
/// same order. Grows by doubling; its memory is kept for the next batch.
// SAFETY: (@safe, @unchecked) owns its memory from init to deinit, checks every index, and belongs to one thread at a time.
@safe package final class RecordBuffer: @unchecked Sendable {
    /// How many records there are.
    // SAFETY: (here and below) `state` points to one value that lives as long as the buffer.
    package var count: Int { unsafe state.pointee.count }
    private let state: UnsafeMutablePointer<State>

    /// All that changes. Kept behind a pointer: every use of a class's own variable is checked at run time for
    /// overlapping uses, and that cost more than making a record did.
    // SAFETY: (@safe) private to this file, where every use of `base` says why it holds.
    @safe private struct State {
        var count = 0
        var capacity: Int
        var base: UnsafeMutablePointer<FlowRecord>
        var attributes: [UInt8] = []
        /// Which records have attributes, and where each one's begin, in order.
        var lists: [(record: Int, start: Int)] = []
    }

    /// An empty buffer with room for `capacity` records.
    package init(capacity: Int = 64) {
        let capacity = max(1, capacity)
        // SAFETY: both are freed in deinit; the records are initialised as far as count.
        unsafe state = UnsafeMutablePointer<State>.allocate(capacity: 1)
        unsafe state.initialize(
            to: State(capacity: capacity, base: UnsafeMutablePointer<FlowRecord>.allocate(capacity: capacity)))
    }

    deinit {
        // SAFETY: allocated by init or grow; FlowRecord is trivial.
        unsafe state.pointee.base.deallocate()
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// Forgets the records, keeps the memory.
    package func removeAll() {
        // SAFETY: `state` lives as long as the buffer.
        unsafe state.pointee.count = 0
        // SAFETY: as above.
        if unsafe !state.pointee.lists.isEmpty { forgetAttributes() }
    }

    /// Where the next record goes, with room for it.
    @inline(__always)
    private var place: UnsafeMutablePointer<FlowRecord> {
        // SAFETY: `state` lives as long as the buffer.
        if unsafe state.pointee.count == state.pointee.capacity { grow() }
        // SAFETY: count < capacity; FlowRecord is trivial, so that any memory holds one.
        return unsafe state.pointee.base + state.pointee.count
    }

    /// Adds a record, without the attributes that it may have had elsewhere.
    @inline(__always)
    package func append(_ record: FlowRecord) {
        // SAFETY: as `place` says.
        unsafe place.initialize(to: record)
        next.attributeOctets = 0
        commit()
    }

    /// Adds the record at `position` of `other`.
    @inline(__always)
    func append(from other: RecordBuffer, at position: Int) {
        precondition(position >= 0 && position < other.count)
        // SAFETY: the position was checked; the buffers are different objects.
        unsafe place.initialize(from: other.state.pointee.base + position, count: 1)
        if next.attributeOctets != 0 { copyAttributes(of: other, at: position) }
        commit()
    }

    /// Adds all records of `other`.
    package func append(all other: RecordBuffer) {
        for position in 0..<other.count { append(from: other, at: position) }
    }

    /// The place of the next record, to be written before `commit()` counts it. What it holds means nothing.
    @inline(__always)
    var next: FlowRecord {
        // SAFETY: as `place` says.
        unsafeAddress { unsafe UnsafePointer(place) }
        // SAFETY: as `place` says.
        unsafeMutableAddress { unsafe place }
    }

    /// Counts the record written at `next`.
    @inline(__always)
    func commit() {
        // SAFETY: `state` lives as long as the buffer.
        unsafe state.pointee.count &+= 1
    }

    @inline(never)
    private func grow() {
        // SAFETY: `state` lives as long as the buffer.
        let larger = unsafe UnsafeMutablePointer<FlowRecord>.allocate(capacity: state.pointee.capacity * 2)
        // SAFETY: moves count initialised records to the larger allocation, which takes the old one's place.
        unsafe larger.moveInitialize(from: state.pointee.base, count: state.pointee.count)
        unsafe state.pointee.base.deallocate()
        // SAFETY: as above.
        unsafe state.pointee.base = larger
        unsafe state.pointee.capacity *= 2
    }

    /// The records, for reading.
    package var records: Span<FlowRecord> {
        @_lifetime(borrow self)
        get {
            // SAFETY: count records are initialised; the span borrows this buffer, which owns them.
            let span = unsafe Span(_unsafeStart: state.pointee.base, count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Calls `body` with the records, to be changed in place.
    package func withMutableRecords(_ body: (inout MutableSpan<FlowRecord>) -> Void) {
        // SAFETY: count records are initialised; the span does not outlive this call.
        var span = unsafe MutableSpan(_unsafeStart: state.pointee.base, count: count)
        body(&span)
    }
}

// Attributes, out of the way of records that have none.
extension RecordBuffer {
    /// The attributes of all records, one list after the other (`AttributeWalk` tells which is whose).
    package var attributes: [UInt8] {
        // SAFETY: `state` lives as long as the buffer.
        unsafe state.pointee.attributes
    }

    /// The attributes of the records in `range`, one list after the other.
    package func attributes(of range: Range<Int>) -> [UInt8] {
        let octets = attributes
        // SAFETY: `state` lives as long as the buffer.
        let lists = unsafe state.pointee.lists
        func start(_ record: Int) -> Int {
            let place = Self.place(of: record, lists)
            return place < lists.count ? lists[place].start : octets.count
        }
        return Array(octets[start(range.lowerBound)..<start(range.upperBound)])
    }

    /// Number of the first of `lists` that is of `record` or a later one: they are in order, a search in halves.
    private static func place(of record: Int, _ lists: [(record: Int, start: Int)]) -> Int {
        var (low, high) = (0, lists.count)
        while low < high {
            let middle = (low + high) / 2
            if lists[middle].record < record { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Adds a record with its attributes, an `AttributeList`.
    package func append(_ record: FlowRecord, attributes list: Span<UInt8>) {
        // SAFETY: as `place` says.
        unsafe place.initialize(to: record)
        setAttributes(list)
        commit()
    }

    /// Gives the record that is written at `next`, and not yet counted, its attributes; longer ones than a record can have
    /// are none.
    func setAttributes(_ list: Span<UInt8>) {
        next.attributeOctets = UInt16(exactly: list.count) ?? 0
        guard next.attributeOctets > 0 else { return }
        // SAFETY: `state` lives as long as the buffer.
        unsafe state.pointee.lists.append((count, state.pointee.attributes.count))
        // SAFETY: as above.
        unsafe state.pointee.attributes.append(list)
    }

    /// Gives the record at `next` the attributes of `other`'s record at `position`.
    @inline(never)
    private func copyAttributes(of other: RecordBuffer, at position: Int) {
        // SAFETY: `state` lives as long as its buffer; the buffers are different objects.
        let lists = unsafe other.state.pointee.lists
        let place = Self.place(of: position, lists)
        let length = Int(next.attributeOctets)
        next.attributeOctets = 0
        guard place < lists.count, lists[place].record == position else { return }
        // SAFETY: as above.
        let attributes = unsafe other.state.pointee.attributes
        setAttributes(attributes.span.extracting(lists[place].start..<lists[place].start + length))
    }

    private func forgetAttributes() {
        // SAFETY: `state` lives as long as the buffer.
        unsafe state.pointee.lists.removeAll(keepingCapacity: true)
        // SAFETY: as above.
        unsafe state.pointee.attributes.removeAll(keepingCapacity: true)
    }
}

/// Finds the attributes of each record among those of a batch, record after record.
package struct AttributeWalk: Sendable {
    private var position = 0

    /// At the first record.
    package init() {}

    /// Where the attributes of the next record, which has `length` octets of them, are in a batch that has `count` octets in
    /// all; an empty range when it has none, or the batch has fewer.
    @inline(__always)
    package mutating func next(_ length: UInt16, of count: Int) -> Range<Int> {
        let start = position
        guard length > 0, count - start >= Int(length) else { return start..<start }
        position = start + Int(length)
        return start..<position
    }
}
