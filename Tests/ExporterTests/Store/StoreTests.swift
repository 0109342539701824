import Exporter
import FlowTable
import Foundation
import NetTypes
import Testing

@Suite struct StoreTests {
    /// What is read back is what was written, in order.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var records = (0..<2000).map { _ in AnyRecord.make(&random) }
        for index in records.indices {
            records[index].packetsForward = max(1, records[index].packetsForward)
            // SQLite keeps signed numbers: all 64 bits must come back.
            if index == 7 { records[index].octetsForward = .max }
        }
        try withStore { path in
            let sink = try SQLiteSink(path: path)
            try feed(records, to: sink, batchSize: 300)
            let collector = Collector()
            let count = try StoreReader(path: path).read(into: collector)
            #expect(count == UInt64(records.count) && collector.records.count == records.count)
            for (read, written) in zip(collector.records, records) {
                #expect(AnyRecord.members(read) == AnyRecord.members(written), "seed \(seed)")
                #expect(read.presence == written.presence)
            }
            #expect(collector.isFinished)
        }
    }

    @Test func theReportIsTheSameFromTheStore() throws {
        var source = RandomRecords(seed: 31)
        let records = source.batch(3000)
        try withStore { path in
            try feed(records, to: try SQLiteSink(path: path), batchSize: 100)
            let summary = TrafficSummary()
            try StoreReader(path: path).read(into: summary)
            #expect(ReportRenderer.render(summary) == ReportRenderer.render(try summarise(records, batchSize: 7)))
        }
    }

    @Test func runsAreAppended() throws {
        var source = RandomRecords(seed: 32)
        let records = source.batch(500)
        try withStore { path in
            var run = StoreRun()
            run.inputs = ["a.pcap", "b.pcap"]
            run.options = "--active-timeout 60"
            run.started = 1_700_000_000_000_000_000
            let sink = try SQLiteSink(path: path, run: run)
            sink.balance = "all is well"
            try feed(records, to: sink, batchSize: 100)
            try feed(records, to: try SQLiteSink(path: path), batchSize: 100)
            let broken = try SQLiteSink(path: path)
            try broken.consume(records.span, packetClock: 0)
            let reader = try StoreReader(path: path)
            let runs = try reader.runs()
            #expect(runs.map(\.runId) == [1, 2, 3] && runs.map(\.isComplete) == [true, true, false])
            #expect(runs[0].inputs == run.inputs && runs[0].options == run.options && runs[0].started == run.started)
            #expect(runs[0].balance == "all is well" && runs[0].records == UInt64(records.count))
            let summary = TrafficSummary()
            #expect(try reader.read(into: summary) == UInt64(2 * records.count))
            let once = try summarise(records, batchSize: 100)
            #expect(summary.total.octets == 2 * once.total.octets && summary.total.flows == 2 * once.total.flows)
            withExtendedLifetime(broken) {}
        }
    }

    @Test func filesThatAreNotStores() throws {
        try withStore { path in
            #expect(throws: ExportError.self) { try StoreReader(path: path) }
            try String(repeating: "no database ", count: 100).write(toFile: path, atomically: true, encoding: .utf8)
            let error = #expect(throws: ExportError.self) { try SQLiteSink(path: path) }
            #expect(try #require(error).description.contains("not an SQLite database"))
        }
        try withStore { path in
            try shell("sqlite3", [path, "CREATE TABLE other (x)"])
            let error = #expect(throws: ExportError.self) { try SQLiteSink(path: path) }
            #expect(try #require(error).description.contains("another program"))
            #expect(throws: ExportError.self) { try StoreReader(path: path) }
        }
        try withStore { path in
            try feed([FlowRecord()], to: try SQLiteSink(path: path), batchSize: 1)
            try shell("sqlite3", [path, "PRAGMA user_version = 5"])
            let error = #expect(throws: ExportError.self) { try SQLiteSink(path: path) }
            #expect(try #require(error).description.contains("store version 5"))
        }
        #expect(throws: ExportError.self) { try SQLiteSink(path: "/nonexistent/store.sqlite") }
    }

    /// A store that somebody else has changed at will must neither trap nor bring impossible values.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func hostileContents(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let records = (0..<200).map { _ in AnyRecord.make(&random) }
        try withStore { path in
            try feed(records, to: try SQLiteSink(path: path), batchSize: 100)
            let columns = try shell("sqlite3", [path, "SELECT name FROM pragma_table_info('flowRecord')"]).split(
                separator: "\n"
            ).dropFirst()
            let values = [
                "9223372036854775807", "-9223372036854775808", "-1", "NULL", "'text'", "x'00'", "randomblob(16)", "3.5",
                "255", "7", "zeroblob(100000)",
            ]
            let updates = (0..<400).map { _ -> String in
                let column = columns.randomElement(using: &random) ?? "presence"
                let value = values.randomElement(using: &random) ?? "0"
                return "UPDATE OR IGNORE flowRecord SET \(column) = \(value) WHERE rowid = "
                    + "\(Int.random(in: 1...200, using: &random));"
            }
            try shell("sqlite3", [path, updates.joined()])
            let collector = Collector()
            try StoreReader(path: path).read(into: collector)
            #expect(collector.records.count == 200)
            for record in collector.records {
                #expect(record.ipVersion == 4 || record.ipVersion == 6)
                #expect((0...maximumTimestamp).contains(record.firstForward))
                #expect(FlowRecord.TCPState(rawValue: record.tcpState.rawValue) == record.tcpState)
            }
            #expect(try writeLines(collector.records).count == 200)
            _ = ReportRenderer.render(try summarise(collector.records, batchSize: 10))
        }
    }

    /// The view tells addresses, times and words as JSON does.
    @Test func theViewIsReadable() throws {
        var random = SeededGenerator(seed: 44)
        var records = (0..<100).map { _ in AnyRecord.make(&random) }
        for index in records.indices {
            records[index].packetsForward = 1
            records[index].firstForward %= 4_000_000_000_000_000_000
        }
        try withStore { path in
            try feed(records, to: try SQLiteSink(path: path), batchSize: 100)
            let rows = try shell(
                "sqlite3",
                [
                    "-separator", "|", path,
                    "SELECT sourceAddress, flowStartNanoseconds, flowEndReason, coalesce(sourceMacAddress, '-'), flowId "
                        + "FROM flow",
                ]
            ).split(separator: "\n")
            #expect(rows.count == records.count)
            for (row, record) in zip(rows, records) {
                let parts = row.split(separator: "|").map(String.init)
                let expected = AnyRecord.members(record)
                #expect(IPAddress(parts[0]) == record.sourceAddress)
                #expect(parts[1] == expected["flowStartNanoseconds"])
                #expect(parts[2] == expected["flowEndReason"])
                #expect(parts[3] == expected["sourceMacAddress"] ?? "-")
                #expect(parts[4] == "\(record.flowId)")
            }
        }
    }

    @Test func filtersByTime() throws {
        var source = RandomRecords(seed: 33)
        let records = source.batch(1000)
        try withStore { path in
            try feed(records, to: try SQLiteSink(path: path), batchSize: 100)
            var filter = StoreReader.Filter()
            filter.since = 1_700_000_300_000_000_000
            filter.until = 1_700_000_600_000_000_000
            let collector = Collector()
            let count = try StoreReader(path: path).read(filter, into: collector)
            let expected = records.filter {
                $0.end >= 1_700_000_300_000_000_000 && $0.start < 1_700_000_600_000_000_000
            }
            #expect(!expected.isEmpty && expected.count < records.count)
            #expect(count == UInt64(expected.count))
            #expect(collector.records.map(\.start) == expected.map(\.start))
        }
    }

    /// Documentation and table name the same columns.
    @Test func theDocumentationNamesEveryColumn() throws {
        let docs = URL(fileURLWithPath: JSONSchemaTests.schemaPath).deletingLastPathComponent()
        let text = try String(contentsOf: docs.appending(path: "store.md"), encoding: .utf8)
        try withStore { path in
            _ = try SQLiteSink(path: path)
            let columns = try shell("sqlite3", [path, "SELECT name FROM pragma_table_info('flowRecord')"])
            for column in columns.split(separator: "\n") {
                #expect(text.contains("`\(column)`"), "docs/store.md lacks \(column)")
            }
        }
        let json = try String(contentsOf: docs.appending(path: "json.md"), encoding: .utf8)
        for field in JSONField.all { #expect(json.contains("`\(field.name)`"), "docs/json.md lacks \(field.name)") }
        for words in JSONWords.allCases {
            for word in words.words.compactMap({ $0 }) {
                #expect(json.contains("`\(word)`"), "docs/json.md lacks the word \(word)")
            }
        }
    }
}

/// Keeps what it is sent.
final class Collector: RecordSink {
    private(set) var records: [FlowRecord] = []
    private(set) var isFinished = false

    func consume(_ batch: Span<FlowRecord>, packetClock: Nanoseconds) throws(ExportError) {
        for index in batch.indices { records.append(batch[index]) }
    }

    func finish(packetClock: Nanoseconds) throws(ExportError) { isFinished = true }
}

/// Runs `body` with the path of a store that does not exist yet, and removes it afterwards.
func withStore(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.appending(path: "flows.sqlite").path)
}

/// What a program prints.
@discardableResult
func shell(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(program) failed")
    return String(decoding: data, as: UTF8.self)
}
