/// Records on their way out of a stripe, in output order. Grows by doubling; its memory is kept for the next batch.
// SAFETY: (@safe, @unchecked) owns its memory from init to deinit, checks every index, and belongs to one thread at a time.
@safe package final class RecordBuffer: @unchecked Sendable {
    // SAFETY: (exclusivity) nothing here calls out while it uses these; a check per record would cost more than the copy.
    /// How many records there are.
    @exclusivity(unchecked) package private(set) var count = 0
    @exclusivity(unchecked) private var capacity: Int
    @exclusivity(unchecked) private var base: UnsafeMutablePointer<FlowRecord>

    /// An empty buffer with room for `capacity` records.
    package init(capacity: Int = 64) {
        self.capacity = max(1, capacity)
        // SAFETY: freed in deinit; initialised as far as count.
        unsafe base = UnsafeMutablePointer<FlowRecord>.allocate(capacity: self.capacity)
    }

    deinit {
        // SAFETY: allocated by init or grow; FlowRecord is trivial.
        unsafe base.deallocate()
    }

    /// Forgets the records, keeps the memory.
    package func removeAll() { count = 0 }

    /// Adds a record.
    @inline(__always)
    package func append(_ record: FlowRecord) {
        if count == capacity { grow() }
        // SAFETY: count < capacity.
        unsafe (base + count).initialize(to: record)
        count &+= 1
    }

    private func grow() {
        // SAFETY: moves count initialised records to a larger allocation.
        let larger = UnsafeMutablePointer<FlowRecord>.allocate(capacity: capacity * 2)
        unsafe larger.moveInitialize(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = larger
        capacity *= 2
    }

    /// The records, for reading.
    package var records: Span<FlowRecord> {
        @_lifetime(borrow self)
        get {
            // SAFETY: count records are initialised; the span borrows this buffer, which owns them.
            let span = unsafe Span(_unsafeStart: base, count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Calls `body` with the records, to be changed in place.
    package func withMutableRecords(_ body: (inout MutableSpan<FlowRecord>) -> Void) {
        // SAFETY: count records are initialised; the span does not outlive this call.
        var span = unsafe MutableSpan(_unsafeStart: base, count: count)
        body(&span)
    }
}
