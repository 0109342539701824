import CSQLite

/// The index of a spool: what its segments hold, how far each destination is. Kept in SQLite by the one connection that
/// writes it; readers may look with any SQL tool. The segments are what counts: a broken index is made again from them.
// SAFETY: (@safe) owns the connection from init to deinit, and is used by one thread at a time.
@safe final class SpoolIndex {
    private let handle: OpaquePointer
    let path: String

    /// Number of this layout of tables.
    ///
    /// Version 1 has no column `filtered`, which is added.
    private static let version = 2

    /// Opens or makes the index. Throws when it is damaged, or of another version.
    init(path: String, waitsForDisk: Bool) throws(SpoolError) {
        self.path = path
        var opened: OpaquePointer?
        // SAFETY: the string lives for the call; SQLite stores a handle even when it fails, which is then closed.
        let code = unsafe sqlite3_open_v2(
            path, &opened, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
        guard code == SQLITE_OK, let handle = unsafe opened else {
            // SAFETY: closing nil does nothing.
            unsafe sqlite3_close_v2(opened)
            throw SpoolError(
                code == SQLITE_CANTOPEN ? .readOnly : .inputOutput, "The spool's index \(path) cannot be opened.")
        }
        // SAFETY: the handle that was just opened, closed in deinit.
        unsafe self.handle = handle
        // SAFETY: an open handle.
        unsafe sqlite3_busy_timeout(handle, 2000)
        try execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = \(waitsForDisk ? "FULL" : "NORMAL")")
        let version = try rows("PRAGMA user_version").first?.first.flatMap { $0 }.flatMap(Int.init) ?? 0
        guard (0...Self.version).contains(version), try rows("PRAGMA quick_check").first?.first == "ok" else {
            throw SpoolError(.inputOutput, "The spool's index \(path) is damaged, or of another version.")
        }
        try execute(
            """
            BEGIN IMMEDIATE;
            CREATE TABLE IF NOT EXISTS spool (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS segment (
                number INTEGER PRIMARY KEY, firstBatch INTEGER, lastBatch INTEGER, recordsBefore INTEGER,
                recordsAfter INTEGER, octets INTEGER, committedAt INTEGER);
            CREATE TABLE IF NOT EXISTS destination (
                name TEXT PRIMARY KEY, start INTEGER, settled INTEGER, releasedBatch INTEGER, acknowledged INTEGER,
                resent INTEGER, discardedSize INTEGER, discardedAge INTEGER, discardedDamage INTEGER,
                discardedRefusal INTEGER, filtered INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
            \(version == 1 ? "ALTER TABLE destination ADD COLUMN filtered INTEGER NOT NULL DEFAULT 0;" : "")
            PRAGMA user_version = \(Self.version);
            COMMIT
            """)
    }

    deinit {
        // SAFETY: the handle is open, and no statement outlives its call.
        unsafe sqlite3_close_v2(handle)
    }

    /// Runs statements that return nothing; undoes a transaction that fails.
    func execute(_ sql: String) throws(SpoolError) {
        // SAFETY: an open handle, and a string that lives for the call.
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code != SQLITE_OK else { return }
        let error = failure(code)
        // SAFETY: as above; without a transaction this fails, and nothing is changed.
        unsafe sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
        throw error
    }

    /// All rows of a query, each value as text.
    func rows(_ sql: String) throws(SpoolError) -> [[String?]] {
        var prepared: OpaquePointer?
        // SAFETY: an open handle, and a string that lives for the call; the statement is finalised below.
        var code = unsafe sqlite3_prepare_v2(handle, sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let statement = unsafe prepared else { throw failure(code) }
        defer {
            // SAFETY: the statement just prepared.
            unsafe sqlite3_finalize(statement)
        }
        var rows: [[String?]] = []
        while true {
            // SAFETY: an open statement.
            code = unsafe sqlite3_step(statement)
            guard code == SQLITE_ROW else { break }
            // SAFETY: an open statement that stands on a row; its texts are copied before it goes on.
            rows.append(
                unsafe (0..<sqlite3_column_count(statement)).map { column in
                    unsafe sqlite3_column_text(statement, column).map { unsafe String(cString: $0) }
                })
        }
        guard code == SQLITE_DONE else { throw failure(code) }
        return rows
    }

    private func failure(_ code: Int32) -> SpoolError {
        // SAFETY: an open handle; the message is copied at once.
        let text = unsafe String(cString: sqlite3_errmsg(handle))
        let reason: SpoolError.Reason =
            switch code & 0xFF {
            case SQLITE_FULL: .diskFull
            case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM: .readOnly
            default: .inputOutput
            }
        return SpoolError(reason, "The spool's index \(path) failed: \(text). \(reason.advice)")
    }
}

extension SpoolIndex {
    /// A segment's row.
    struct Segment: Equatable {
        var number: UInt64
        var firstBatch: UInt64
        /// Less than `firstBatch` when there is no batch yet.
        var lastBatch: UInt64
        var recordsBefore: UInt64
        var recordsAfter: UInt64
        /// Octets of its sound part.
        var octets: UInt64
        /// When its youngest batch was committed.
        var committedAt: Int64
    }

    /// Everything that the index says.
    struct Content {
        var values: [String: String] = [:]
        var segments: [UInt64: Segment] = [:]
        var accounts: [SpoolAccount] = []
        /// Who gets which share, by the name of the group of balance.
        var shares: [String: ShareHistory] = [:]
    }

    /// Reads everything.
    func content() throws(SpoolError) -> Content {
        var content = Content()
        for row in try rows("SELECT key, value FROM spool") {
            guard let key = row[0] else { continue }
            guard key.hasPrefix(Self.sharesPrefix) else {
                content.values[key] = row[1]
                continue
            }
            guard let history = row[1].flatMap(ShareHistory.init(text:)) else {
                throw SpoolError(.inputOutput, "The spool's index \(path) is damaged.")
            }
            content.shares[String(key.dropFirst(Self.sharesPrefix.count))] = history
        }
        func numbers(_ row: ArraySlice<String?>) throws(SpoolError) -> [Int64] {
            var numbers: [Int64] = []
            for text in row {
                guard let number = text.flatMap(Int64.init), number >= 0 else {
                    throw SpoolError(.inputOutput, "The spool's index \(path) is damaged.")
                }
                numbers.append(number)
            }
            return numbers
        }
        for row in try rows("SELECT * FROM segment") {
            let n = try numbers(row[...])
            content.segments[UInt64(n[0])] = Segment(
                number: UInt64(n[0]), firstBatch: UInt64(n[1]), lastBatch: UInt64(n[2]), recordsBefore: UInt64(n[3]),
                recordsAfter: UInt64(n[4]), octets: UInt64(n[5]), committedAt: n[6])
        }
        for row in try rows("SELECT * FROM destination") {
            guard let name = row[0] else { continue }
            let n = try numbers(row[1...])
            guard n.count == 10 else {
                throw SpoolError(.inputOutput, "The spool's index is damaged: a destination has \(n.count) numbers.")
            }
            var account = SpoolAccount(name: name, start: UInt64(n[0]), releasedBatch: UInt64(n[2]))
            account.settled = UInt64(n[1])
            account.acknowledged = UInt64(n[3])
            account.resent = UInt64(n[4])
            // Before `filtered`, which came later.
            account.discards = n[5..<9].map { UInt64($0) }
            account.filtered = UInt64(n[9])
            content.accounts.append(account)
        }
        return content
    }

    /// A statement that sets a segment's row.
    static func setting(_ segment: Segment) -> String {
        "REPLACE INTO segment VALUES (\(segment.number), \(segment.firstBatch), \(segment.lastBatch), "
            + "\(segment.recordsBefore), \(segment.recordsAfter), \(segment.octets), \(segment.committedAt));\n"
    }

    /// A statement that sets a destination's row.
    static func setting(_ account: SpoolAccount) -> String {
        let name = quoted(account.name)
        let discards = account.discards.map { "\($0)" }.joined(separator: ", ")
        return "REPLACE INTO destination VALUES (\(name), \(account.start), \(account.settled), "
            + "\(account.releasedBatch), \(account.acknowledged), \(account.resent), \(discards), \(account.filtered));\n"
    }

    /// A statement that sets one of the spool's own values.
    static func setting(_ key: String, _ value: String) -> String {
        "REPLACE INTO spool VALUES (\(quoted(key)), \(quoted(value)));\n"
    }

    /// What the keys of shares begin with, in the table of the spool's own values.
    private static let sharesPrefix = "shares/"

    /// A statement that says who gets which share of a group of balance.
    static func setting(_ history: ShareHistory, of group: String) throws(SpoolError) -> String {
        setting(sharesPrefix + group, try history.text)
    }

    /// A statement that removes a destination's row.
    static func forgetting(account name: String) -> String { "DELETE FROM destination WHERE name = \(quoted(name));\n" }

    /// A statement that removes who gets which share of a group.
    static func forgetting(sharesOf group: String) -> String {
        "DELETE FROM spool WHERE key = \(quoted(sharesPrefix + group));\n"
    }

    /// A text as SQL writes it.
    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}
