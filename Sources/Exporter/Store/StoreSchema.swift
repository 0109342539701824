import FlowTable

/// The tables of a store (docs/store.md). Columns come from the members of JSON records, and so from the
/// information-element table: equal names mean equal values.
enum StoreSchema {
    /// `PRAGMA application_id` of our files: "flpb".
    static let applicationID: Int64 = 0x666C_7062
    /// `PRAGMA user_version`: goes up when a reader of the version before would misread the file.
    static let version: Int64 = 4
    /// The oldest version that is read, and made one of this version when it is written to: 2 had no attributes, 3 no
    /// selector, since every flow was counted.
    static let oldestVersion: Int64 = 2

    /// The column with a record's attributes: a JSON object with the members that `JSONAttributes` writes, NULL without any.
    /// One column, since most records have none of them, and each NULL is an octet in each row.
    static let attributesColumn = "attributes"

    /// One integer column of a record.
    struct Column {
        var name: String
        var place: Place
        /// The words of an enumeration; nil for numbers.
        var words: JSONWords?
    }

    /// Where a record keeps a column's value, and when. Without references, because it is read for every value.
    struct Place: BitwiseCopyable {
        /// `JSONField.Conditions` that must all hold.
        var conditions: UInt16
        /// Octets from the start of a `FlowRecord`, and octets of the value there.
        var offset: UInt16
        var width: UInt8
        /// Bit n: an enumeration has the value n. 0 for numbers.
        var values: UInt8
        var isTime: Bool
    }

    /// Columns with an index: SQLite reads a row from its start, so that they stand first.
    private static let first = ["ipVersion", "protocolIdentifier", "sourceTransportPort", "destinationTransportPort"]

    /// The integer columns, in the order of the table. Addresses are blobs and come before them.
    static let columns =
        allColumns.filter { first.contains($0.name) } + allColumns.filter { !first.contains($0.name) }

    private static let allColumns: [Column] = JSONField.all.compactMap { field in
        var column = Column(
            name: field.name,
            place: Place(
                conditions: field.conditions.rawValue, offset: UInt16(truncatingIfNeeded: field.offset),
                width: UInt8(truncatingIfNeeded: field.width), values: 0, isTime: field.kind == .time),
            words: nil)
        switch field.kind {
        case .ipv4Address, .ipv6Address: return nil
        case .word(let words):
            // Follows from initiatorEvidence.
            if words == .biflowDirection { return nil }
            column.words = words
            for (value, word) in words.words.enumerated() where word != nil { column.place.values |= 1 << UInt8(value) }
        case .number, .identifier, .macAddress, .time, .application: break
        }
        return column
    }

    /// Columns before those of `columns`.
    static let leadingColumns = [
        "runId", "startNanoseconds", "endNanoseconds", "presence", "sourceAddress", "destinationAddress",
        "tunnelSourceAddress", "tunnelDestinationAddress",
    ]

    /// All columns of the table `flowRecord`.
    static var columnNames: [String] { leadingColumns + columns.map(\.name) }

    /// Makes the tables in an empty file.
    static var creation: String {
        let integers = columns.map { "    \($0.name) INTEGER" }.joined(separator: ",\n")
        return """
            CREATE TABLE run (
                runId INTEGER PRIMARY KEY,
                startedNanoseconds INTEGER,
                program TEXT NOT NULL,
                inputs TEXT NOT NULL,
                options TEXT NOT NULL,
                balance TEXT,
                records INTEGER,
                isComplete INTEGER NOT NULL DEFAULT 0
            );
            CREATE TABLE flowRecord (
                runId INTEGER NOT NULL REFERENCES run,
                startNanoseconds INTEGER NOT NULL,
                endNanoseconds INTEGER NOT NULL,
                presence INTEGER NOT NULL,
                sourceAddress BLOB NOT NULL,
                destinationAddress BLOB NOT NULL,
                tunnelSourceAddress BLOB,
                tunnelDestinationAddress BLOB,
            \(integers),
                \(attributesColumn) TEXT
            );
            \(StoreView.creation)
            PRAGMA application_id = \(applicationID);
            PRAGMA user_version = \(version);
            """
    }

    /// Indices for what analysts ask: when, which address, which port, which protocol. Made after a first run, since
    /// that is faster than keeping them up; from then on kept.
    static let indices = """
        CREATE INDEX IF NOT EXISTS flowRecordByTime ON flowRecord (startNanoseconds, endNanoseconds);
        CREATE INDEX IF NOT EXISTS flowRecordBySource ON flowRecord (sourceAddress);
        CREATE INDEX IF NOT EXISTS flowRecordByDestination ON flowRecord (destinationAddress);
        CREATE INDEX IF NOT EXISTS flowRecordBySourcePort ON flowRecord (sourceTransportPort);
        CREATE INDEX IF NOT EXISTS flowRecordByDestinationPort ON flowRecord (destinationTransportPort);
        CREATE INDEX IF NOT EXISTS flowRecordByProtocol ON flowRecord (protocolIdentifier);
        """

    /// Columns that stores of `version` have not, as SQL for what stands in their place.
    static func missing(in version: Int64) -> [(name: String, definition: String, value: String)] {
        var missing: [(name: String, definition: String, value: String)] = []
        if version < 3 { missing.append((attributesColumn, "TEXT", "NULL")) }
        if version < 4 { missing.append(("selectorId", "INTEGER DEFAULT 1", "1")) }
        return missing
    }

    /// Makes a store of an older version one of this version: `flowRecord` gets its last columns, at no cost per row.
    static func migration(from version: Int64) -> String {
        let columns = missing(in: version).map { "ALTER TABLE flowRecord ADD COLUMN \($0.name) \($0.definition);" }
        return """
            \(columns.joined(separator: "\n"))
            DROP VIEW IF EXISTS flow;
            \(StoreView.creation)
            PRAGMA user_version = \(Self.version);
            """
    }

    /// Makes the view of an older program's store one with all the columns there are now: attributes are added without a new
    /// version, since whoever reads the table itself has no use for the view.
    static func renewView(of database: SQLiteDatabase) throws(ExportError) {
        let statement = try database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = 'flow'")
        // SQLite keeps a statement as it was given, without the semicolon.
        if try statement.step(), statement.text(0) == String(StoreView.creation.dropLast()) { return }
        try database.execute("DROP VIEW IF EXISTS flow;\n" + StoreView.creation)
    }

    /// Checks that an open file is a store of a version we know. Returns which; nil when it holds nothing at all yet.
    static func check(_ database: SQLiteDatabase) throws(ExportError) -> Int64? {
        let identifier = try database.integer("PRAGMA application_id")
        let version = try database.integer("PRAGMA user_version")
        if identifier == 0, version == 0, try database.integer("SELECT count(*) FROM sqlite_schema") == 0 {
            return nil
        }
        guard identifier == applicationID else {
            throw ExportError(
                "\(database.path) is an SQLite database of another program. Name a new file, or a store that flowprobe "
                    + "made.")
        }
        guard (oldestVersion...Self.version).contains(version) else {
            throw ExportError(
                "\(database.path) has store version \(version), and this flowprobe knows versions \(oldestVersion) to "
                    + "\(Self.version). Use the flowprobe that made it, or name another file.")
        }
        return version
    }
}
