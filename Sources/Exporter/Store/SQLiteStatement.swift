import CSQLite

/// A prepared statement. Parameters count from 1, columns from 0, as in SQLite.
// SAFETY: (@safe) owns the statement from init to deinit, and keeps its database open for so long.
@safe struct SQLiteStatement: ~Copyable {
    private let handle: OpaquePointer
    private let database: SQLiteDatabase

    // SAFETY: takes over a statement that was just prepared.
    @unsafe init(_ handle: OpaquePointer, database: SQLiteDatabase) {
        unsafe self.handle = handle
        self.database = database
    }

    deinit {
        // SAFETY: finalised once, here.
        unsafe sqlite3_finalize(handle)
    }

    /// Runs to the next row. False when there is none.
    func step() throws(ExportError) -> Bool {
        // SAFETY: an open statement.
        let code = unsafe sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw database.failure(code)
        }
    }

    /// Runs a statement that returns no row, and makes it ready to run again.
    func run() throws(ExportError) {
        // SAFETY: an open statement.
        let code = unsafe sqlite3_step(handle)
        unsafe sqlite3_reset(handle)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw database.failure(code) }
    }

    /// Binds an integer. A wrong index cannot happen: statements and indices are made from one list.
    @inline(__always)
    func bind(_ index: Int32, _ value: Int64) {
        // SAFETY: an open statement.
        unsafe sqlite3_bind_int64(handle, index, value)
    }

    /// Binds NULL.
    @inline(__always)
    func bindNull(_ index: Int32) {
        // SAFETY: an open statement.
        unsafe sqlite3_bind_null(handle, index)
    }

    /// Binds text, or NULL.
    func bind(_ index: Int32, _ text: String?) {
        guard let text else { return bindNull(index) }
        // SAFETY: the wrapper has SQLite copy the text within the call.
        unsafe flowprobe_bind_text(handle, index, text, Int32(clamping: text.utf8.count))
    }

    /// Binds an address as 16 octets in network order.
    @inline(__always)
    func bind(_ index: Int32, _ address: StoreAddress) {
        var octets = (address.high.bigEndian, address.low.bigEndian)
        // SAFETY: 16 octets that live for the call; the wrapper has SQLite copy them.
        unsafe flowprobe_bind_blob(handle, index, &octets, 16)
    }

    /// Whether a column of the current row is NULL.
    func isNull(_ column: Int32) -> Bool {
        // SAFETY: an open statement that stands on a row.
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    /// A column of the current row as an integer; 0 for NULL.
    func integer(_ column: Int32) -> Int64 {
        // SAFETY: an open statement that stands on a row.
        unsafe sqlite3_column_int64(handle, column)
    }

    /// A column of the current row as text; nil for NULL.
    func text(_ column: Int32) -> String? {
        // SAFETY: the text is copied before the statement goes on.
        guard let text = unsafe sqlite3_column_text(handle, column) else { return nil }
        return unsafe String(cString: text)
    }

    /// A column of the current row as an address; nil when it is not a blob of 16 octets.
    func address(_ column: Int32) -> StoreAddress? {
        // SAFETY: the pointer holds as many octets as the count says, until the statement goes on.
        guard let bytes = unsafe sqlite3_column_blob(handle, column), unsafe sqlite3_column_bytes(handle, column) == 16
        else { return nil }
        // SAFETY: 16 octets were just checked.
        let high = unsafe bytes.loadUnaligned(as: UInt64.self)
        let low = unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        return StoreAddress(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    }
}
