/// Records on their way out of a stripe, in output order. Grows by doubling; its memory is kept for the next batch.
// SAFETY: (@safe, @unchecked) owns its memory from init to deinit, checks every index, and belongs to one thread at a time.
@safe package final class RecordBuffer: @unchecked Sendable {
    /// How many records there are.
    package var count: Int { state.count }
    private var state: State

    /// All that changes, in one value: an append is then one access to check, not three.
    // SAFETY: (@safe) private to this file, where every use of `base` says why it holds.
    @safe private struct State {
        var count = 0
        var capacity: Int
        var base: UnsafeMutablePointer<FlowRecord>
    }

    /// An empty buffer with room for `capacity` records.
    package init(capacity: Int = 64) {
        let capacity = max(1, capacity)
        // SAFETY: freed in deinit; initialised as far as count.
        unsafe state = State(
            capacity: capacity, base: UnsafeMutablePointer<FlowRecord>.allocate(capacity: capacity))
    }

    deinit {
        // SAFETY: allocated by init or grow; FlowRecord is trivial.
        unsafe state.base.deallocate()
    }

    /// Forgets the records, keeps the memory.
    package func removeAll() { state.count = 0 }

    /// Adds a record.
    @inline(__always)
    package func append(_ record: FlowRecord) {
        Self.append(record, to: &state)
    }

    /// Adds the record at `position` of `other`.
    @inline(__always)
    func append(from other: RecordBuffer, at position: Int) {
        if state.count == state.capacity { Self.grow(&state) }
        precondition(position >= 0 && position < other.state.count)
        // SAFETY: count < capacity, and the position was checked; the buffers are different objects.
        unsafe (state.base + state.count).initialize(from: other.state.base + position, count: 1)
        state.count &+= 1
    }

    /// The place of the next record, to be written before `commit()` counts it. What it holds means nothing.
    @inline(__always)
    var next: FlowRecord {
        unsafeAddress {
            if state.count == state.capacity { Self.grow(&state) }
            // SAFETY: count < capacity; FlowRecord is trivial, so that any memory holds one.
            return unsafe UnsafePointer(state.base + state.count)
        }
        unsafeMutableAddress {
            if state.count == state.capacity { Self.grow(&state) }
            // SAFETY: as above.
            return unsafe state.base + state.count
        }
    }

    /// Counts the record written at `next`.
    @inline(__always)
    func commit() { state.count &+= 1 }

    @inline(__always)
    private static func append(_ record: FlowRecord, to state: inout State) {
        if state.count == state.capacity { grow(&state) }
        // SAFETY: count < capacity.
        unsafe (state.base + state.count).initialize(to: record)
        state.count &+= 1
    }

    @inline(never)
    private static func grow(_ state: inout State) {
        // SAFETY: moves count initialised records to a larger allocation.
        let larger = UnsafeMutablePointer<FlowRecord>.allocate(capacity: state.capacity * 2)
        unsafe larger.moveInitialize(from: state.base, count: state.count)
        unsafe state.base.deallocate()
        unsafe state.base = larger
        state.capacity *= 2
    }

    /// The records, for reading.
    package var records: Span<FlowRecord> {
        @_lifetime(borrow self)
        get {
            // SAFETY: count records are initialised; the span borrows this buffer, which owns them.
            let span = unsafe Span(_unsafeStart: state.base, count: state.count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Calls `body` with the records, to be changed in place.
    package func withMutableRecords(_ body: (inout MutableSpan<FlowRecord>) -> Void) {
        // SAFETY: count records are initialised; the span does not outlive this call.
        var span = unsafe MutableSpan(_unsafeStart: state.base, count: state.count)
        body(&span)
    }
}
