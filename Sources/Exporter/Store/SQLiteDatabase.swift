import CSQLite

/// One connection to an SQLite file, used by one thread at a time. Closed when it goes.
// SAFETY: (@safe) owns the connection from init to deinit; statements keep the database alive.
@safe final class SQLiteDatabase {
    /// How to open a file.
    enum Mode {
        /// For writing; made when it does not exist.
        case write
        /// For reading only: neither a checkpoint nor a lock that would hold a writer up.
        case read
        /// For reading a file that nobody writes, from a folder that may not be written either.
        case readImmutable
    }

    private let handle: OpaquePointer
    let path: String

    /// Opens `path`. Nothing of the file is read yet.
    init(path: String, mode: Mode) throws(ExportError) {
        var flags =
            SQLITE_OPEN_NOMUTEX | (mode == .write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY)
        var name = path
        if mode == .readImmutable {
            flags |= SQLITE_OPEN_URI
            name = "file:" + Self.percentEncoded(path) + "?immutable=1"
        }
        var opened: OpaquePointer?
        // SAFETY: the string lives for the call; SQLite stores a handle even when it fails, which is then closed.
        let code = unsafe sqlite3_open_v2(name, &opened, flags, nil)
        guard code == SQLITE_OK, let handle = unsafe opened else {
            // SAFETY: a static string; closing nil does nothing.
            let reason = unsafe String(cString: sqlite3_errstr(code))
            unsafe sqlite3_close_v2(opened)
            throw ExportError(
                "The store \(path) cannot be opened: \(reason). Check that the path is right and that you may "
                    + (mode == .write ? "write there." : "read it."))
        }
        // SAFETY: the handle that was just opened, closed in deinit.
        unsafe self.handle = handle
        self.path = path
        // SAFETY: an open handle. Five seconds: as long as a writer's largest commit should last.
        unsafe sqlite3_busy_timeout(handle, 5000)
    }

    deinit {
        // SAFETY: the handle is open, and close_v2 waits for statements that are still there.
        unsafe sqlite3_close_v2(handle)
    }

    /// Runs statements that return nothing.
    func execute(_ sql: String) throws(ExportError) {
        // SAFETY: an open handle, and a string that lives for the call.
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// Prepares one statement.
    func prepare(_ sql: String) throws(ExportError) -> SQLiteStatement {
        var prepared: OpaquePointer?
        // SAFETY: an open handle, and a string that lives for the call.
        let code = unsafe sqlite3_prepare_v2(handle, sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let statement = unsafe prepared else { throw failure(code) }
        return unsafe SQLiteStatement(statement, database: self)
    }

    /// The first column of the first row as an integer; 0 without a row.
    func integer(_ sql: String) throws(ExportError) -> Int64 {
        let statement = try prepare(sql)
        return try statement.step() ? statement.integer(0) : 0
    }

    /// The row that was inserted last.
    var lastInsertedRow: Int64 {
        // SAFETY: an open handle.
        unsafe sqlite3_last_insert_rowid(handle)
    }

    /// What a result code means for the person who runs the program.
    func failure(_ code: Int32) -> ExportError {
        // SAFETY: an open handle; the message is copied at once.
        let reason = unsafe String(cString: sqlite3_errmsg(handle))
        let advice =
            switch code & 0xFF {
            case SQLITE_NOTADB: "It is not an SQLite database: name another file."
            case SQLITE_BUSY, SQLITE_LOCKED: "Another program is writing it: wait for that, or name another file."
            case SQLITE_FULL: "The disk is full: make room, or name a file on another disk."
            case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM: "Check that you may write the file and its folder."
            case SQLITE_CORRUPT: "The file is damaged: restore it from a copy, or name another file."
            default: "Check the disk and the file."
            }
        return ExportError("The store \(path) failed: \(reason). \(advice)")
    }

    /// A path as a URI may hold it.
    private static func percentEncoded(_ path: String) -> String {
        var text = ""
        for octet in path.utf8 {
            let isPlain =
                (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
                || [0x2D, 0x2E, 0x2F, 0x5F, 0x7E].contains(octet)
            text += isPlain ? String(UnicodeScalar(octet)) : "%" + (octet < 16 ? "0" : "") + String(octet, radix: 16)
        }
        return text
    }
}
