import FlowTable
import NetTypes

/// Reads records back from a store, without writing to it.
package final class StoreReader {
    /// Which records to read.
    package struct Filter: Sendable {
        /// Records that end before this are left out.
        package var since: Nanoseconds?
        /// Records that begin at this or later are left out.
        package var until: Nanoseconds?
        /// Records for which this does not hold are left out.
        package var expression: WhereExpression?

        /// All records.
        package init() {}
    }

    private static let batchSize = 1024

    private let database: SQLiteDatabase
    /// Columns that the store has not, and what stands in their place.
    private let missing: [(name: String, definition: String, value: String)]

    /// Opens the store at `path`. Throws when it is not a store of this version or cannot be read.
    package init(path: String) throws(ExportError) {
        database = try Self.open(path)
        guard let version = try StoreSchema.check(database) else {
            throw ExportError("\(path) is empty: it holds no flows. Fill it with flowprobe replay --store.")
        }
        missing = StoreSchema.missing(in: version)
    }

    private static func open(_ path: String) throws(ExportError) -> SQLiteDatabase {
        let database = try SQLiteDatabase(path: path, mode: .read)
        do throws(ExportError) {
            _ = try database.integer("SELECT count(*) FROM sqlite_schema")
            return database
        } catch {
            // A store in a folder that may not be written: SQLite cannot make its shared memory file there. Nobody can
            // be writing such a store, so that it may be read as it stands.
            guard let immutable = try? SQLiteDatabase(path: path, mode: .readImmutable),
                (try? immutable.integer("SELECT count(*) FROM sqlite_schema")) != nil
            else { throw error }
            return immutable
        }
    }

    /// The runs in the store, oldest first.
    package func runs() throws(ExportError) -> [StoreRun] {
        let statement = try database.prepare(
            "SELECT runId, startedNanoseconds, program, inputs, options, balance, records, isComplete FROM run "
                + "ORDER BY runId")
        var runs: [StoreRun] = []
        while try statement.step() {
            var run = StoreRun()
            run.runId = statement.integer(0)
            run.started = statement.isNull(1) ? nil : statement.integer(1)
            run.program = statement.text(2) ?? ""
            run.inputs = (statement.text(3) ?? "").split(separator: "\n").map(String.init)
            run.options = statement.text(4) ?? ""
            run.balance = statement.text(5)
            run.records = statement.isNull(6) ? nil : UInt64(clamping: statement.integer(6))
            run.isComplete = statement.integer(7) != 0
            runs.append(run)
        }
        return runs
    }

    /// Sends the records that pass `filter` through `sink`, in the order in which they were written, and ends it.
    /// Returns how many they were.
    ///
    /// Flow ids are unique in a run only: those of the second and later runs are changed alike for all slices of a flow.
    @discardableResult
    package func read(_ filter: Filter = Filter(), into sink: some RecordSink) throws(ExportError) -> UInt64 {
        let places = StoreSchema.columns.map(\.place)
        var conditions: [String] = []
        var bindings: [WhereExpression.Binding] = []
        if let since = filter.since {
            conditions.append("endNanoseconds >= ?")
            bindings.append(.integer(since))
        }
        if let until = filter.until {
            conditions.append("startNanoseconds < ?")
            bindings.append(.integer(until))
        }
        if let expression = filter.expression { conditions.append("(\(expression.sql(&bindings)))") }
        let others = missing.map { ", \($0.value) AS \($0.name)" }.joined()
        let table = missing.isEmpty ? "flowRecord" : "(SELECT rowid, *\(others) FROM flowRecord)"
        let condition = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let statement = try database.prepare(
            "SELECT \(StoreSchema.columnNames.joined(separator: ", ")) FROM \(table)\(condition) ORDER BY rowid")
        for (index, binding) in bindings.enumerated() {
            switch binding {
            case .integer(let value): statement.bind(Int32(truncatingIfNeeded: index + 1), value)
            case .address(let address): statement.bind(Int32(truncatingIfNeeded: index + 1), address)
            case .text(let text): statement.bind(Int32(truncatingIfNeeded: index + 1), text)
            }
        }
        var batch: [FlowRecord] = []
        batch.reserveCapacity(Self.batchSize)
        var count: UInt64 = 0
        var clock: Nanoseconds = 0
        while try statement.step() {
            let record = Self.record(statement, places)
            clock = max(clock, record.end)
            batch.append(record)
            count += 1
            if batch.count == Self.batchSize {
                try sink.consume(batch.span, packetClock: clock)
                batch.removeAll(keepingCapacity: true)
            }
        }
        if !batch.isEmpty { try sink.consume(batch.span, packetClock: clock) }
        try sink.finish(packetClock: clock)
        return count
    }

    private static func record(_ row: borrowing SQLiteStatement, _ places: [StoreSchema.Place]) -> FlowRecord {
        var image = RecordImage(FlowRecord())
        var position = Int32(truncatingIfNeeded: StoreSchema.leadingColumns.count)
        for place in places {
            // NULL reads 0, which is what most fields are where there is nothing: ask only then.
            let value = row.integer(position)
            if value != 0 || !row.isNull(position) { image.set(place, UInt64(bitPattern: value)) }
            position += 1
        }
        let version: UInt8 = image.record.ipVersion == 6 ? 6 : 4
        let none = StoreAddress(high: 0, low: 0)
        let source = (row.address(4) ?? none).address(version: version)
        let destination = (row.address(5) ?? none).address(version: version)
        image.set(
            source: source, destination: destination,
            presence: FlowRecord.Presence(rawValue: UInt16(truncatingIfNeeded: row.integer(3)) & 0xFFF))
        var record = image.record
        if record.presence.contains(.tunnel) {
            let (near, far) = (row.address(6) ?? none, row.address(7) ?? none)
            (record.tunnelSourceHigh, record.tunnelSourceLow) = (near.high, near.low)
            (record.tunnelDestinationHigh, record.tunnelDestinationLow) = (far.high, far.low)
        }
        let run = row.integer(0)
        if run > 1 { record.flowId &+= UInt64(bitPattern: run) &* 0x9E37_79B9_7F4A_7C15 }
        return record
    }
}
