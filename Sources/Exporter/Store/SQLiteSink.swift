import FlowTable
import NetTypes

/// What a store keeps about the run that filled it.
package struct StoreRun: Sendable, Equatable {
    /// Number of the run in its store, from 1; given by the store.
    package var runId: Int64 = 0
    /// When the run began (wall clock); nil when nobody says.
    package var started: Nanoseconds?
    /// Program and version.
    package var program = "flowprobe"
    /// What was read, one name each.
    package var inputs: [String] = []
    /// The options of the run, as on the command line.
    package var options = ""
    /// The sums at the end of the run, as printed; nil until then.
    package var balance: String?
    /// Records written; nil until the end.
    package var records: UInt64?
    /// Whether the run reached its end.
    package var isComplete = false

    /// Nothing known.
    package init() {}
}

/// Writes records to an SQLite file (docs/store.md), as a new run of a new or an existing store.
///
/// Records become visible to readers in transactions of some ten thousand. A run that is broken off leaves whole
/// transactions and `isComplete` 0. One process may write a store at a time.
package final class SQLiteSink: RecordSink {
    /// Rows per transaction, at least.
    private static let transactionSize = 16_384

    let database: SQLiteDatabase
    private let insert: SQLiteStatement
    private let runId: Int64
    private let attributesParameter: Int32
    private var text: [UInt8] = []
    private var pending = 0
    private var records: UInt64 = 0
    private let places = StoreSchema.columns.map(\.place)
    /// The sums of the run, to be stored by `finish`.
    package var balance: String?

    /// Opens or makes the store at `path` and begins a run in it. Throws when the file is not a store of this version,
    /// or cannot be written.
    package init(path: String, run: StoreRun = StoreRun()) throws(ExportError) {
        database = try SQLiteDatabase(path: path, mode: .write)
        let version = try StoreSchema.check(database)
        let isNew = version == nil
        // Set before the first table: pages of 8 KiB hold some forty records.
        if isNew { try database.execute("PRAGMA page_size = 8192") }
        // A commit in WAL mode with synchronous=NORMAL waits for no disk: a power cut may lose the last transactions,
        // never the file. The run's end is synchronised by its checkpoint.
        try database.execute(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; "
                + "PRAGMA wal_autocheckpoint = 8192")
        try database.execute("BEGIN IMMEDIATE")
        if isNew { try database.execute(StoreSchema.creation) }
        if let version, version < StoreSchema.version { try database.execute(StoreSchema.migration(from: version)) }
        if !isNew { try StoreSchema.renewView(of: database) }
        runId = try Self.begin(run, database)
        try database.execute("COMMIT")
        let names = StoreSchema.columnNames + [StoreSchema.attributesColumn]
        attributesParameter = Int32(truncatingIfNeeded: names.count)
        insert = try database.prepare(
            "INSERT INTO flowRecord (\(names.joined(separator: ", "))) "
                + "VALUES (\(names.map { _ in "?" }.joined(separator: ", ")))")
        insert.bind(1, runId)
    }

    private static func begin(_ run: StoreRun, _ database: SQLiteDatabase) throws(ExportError) -> Int64 {
        let statement = try database.prepare(
            "INSERT INTO run (startedNanoseconds, program, inputs, options) VALUES (?, ?, ?, ?)")
        if let started = run.started { statement.bind(1, started) } else { statement.bindNull(1) }
        statement.bind(2, run.program)
        statement.bind(3, run.inputs.joined(separator: "\n"))
        statement.bind(4, run.options)
        try statement.run()
        return database.lastInsertedRow
    }

    /// Adds a batch. Throws when the file cannot take it.
    package func consume(_ batch: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError) {
        try consume(batch, attributes: Span(), packetClock: packetClock)
    }

    /// Adds a batch with its attributes.
    package func consume(
        _ batch: Span<FlowRecord>, attributes: Span<UInt8>, packetClock: Nanoseconds
    ) throws(ExportError) {
        guard batch.count > 0 else { return }
        if pending == 0 { try database.execute("BEGIN IMMEDIATE") }
        try write(batch, attributes)
        pending += batch.count
        if pending >= Self.transactionSize { try commit() }
    }

    /// Inserts records within the transaction that is open.
    func write(_ batch: Span<FlowRecord>, _ attributes: Span<UInt8>) throws(ExportError) {
        var walk = AttributeWalk()
        var index = 0
        while index < batch.count {
            bind(attributes, walk.next(batch[index].attributeOctets, of: attributes.count))
            try write(batch[index])
            index += 1
        }
        records &+= UInt64(batch.count)
    }

    /// Ends the transaction, so that readers see what there is.
    package func flush() throws(ExportError) { try commit() }

    /// Ends the run: commits, makes the indices, and moves everything from the log into the file itself.
    package func finish(packetClock: Nanoseconds) throws(ExportError) {
        try commit()
        let statement = try database.prepare(
            "UPDATE run SET balance = ?, records = ?, isComplete = 1 WHERE runId = ?")
        statement.bind(1, balance)
        statement.bind(2, Int64(clamping: records))
        statement.bind(3, runId)
        try statement.run()
        try database.execute(StoreSchema.indices)
        try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    private func commit() throws(ExportError) {
        guard pending > 0 else { return }
        pending = 0
        try database.execute("COMMIT")
    }

    /// Binds the attributes of the record to come, as the text of a JSON object.
    private func bind(_ attributes: Span<UInt8>, _ list: Range<Int>) {
        guard !list.isEmpty || !text.isEmpty else { return }
        text.removeAll(keepingCapacity: true)
        JSONAttributes.append(attributes, list, to: &text)
        guard !text.isEmpty else { return insert.bindNull(attributesParameter) }
        // A brace in place of the first comma.
        text[0] = 0x7B
        text.append(0x7D)
        insert.bind(attributesParameter, String(decoding: text, as: UTF8.self))
    }

    private func write(_ record: FlowRecord) throws(ExportError) {
        insert.bind(2, record.start)
        insert.bind(3, record.end)
        insert.bind(4, Int64(record.presence.rawValue))
        insert.bind(5, StoreAddress(record.sourceAddress))
        insert.bind(6, StoreAddress(record.destinationAddress))
        if record.presence.contains(.tunnel) {
            insert.bind(7, StoreAddress(high: record.tunnelSourceHigh, low: record.tunnelSourceLow))
            insert.bind(8, StoreAddress(high: record.tunnelDestinationHigh, low: record.tunnelDestinationLow))
        } else {
            insert.bindNull(7)
            insert.bindNull(8)
        }
        let conditions = JSONField.Conditions(record).rawValue
        var parameter = Int32(truncatingIfNeeded: StoreSchema.leadingColumns.count)
        let image = RecordImage(record)
        for place in places {
            parameter += 1
            if place.conditions & ~conditions == 0 {
                let value = image.word(at: Int(place.offset), width: Int(place.width))
                insert.bind(parameter, Int64(bitPattern: value))
            } else {
                insert.bindNull(parameter)
            }
        }
        try insert.run()
    }
}
