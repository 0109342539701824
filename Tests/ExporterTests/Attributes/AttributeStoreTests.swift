import Exporter
import FlowTable
import Foundation
import Labels
import Testing

/// Attributes of labels in the store.
@Suite struct AttributeStoreTests {
    private static let batch: AttributedRecords = {
        var batch = AttributedRecords()
        let names = ["www.example.com", "example.com", "notexample.com", "", "EXAMPLE.com", "a'b\"c\\.example.net"]
        for (index, name) in names.enumerated() {
            batch.add(
                AttributedRecords.flow(UInt64(index + 1)),
                AttributedRecords.list([(.serverName, name), (.tlsVersion, "\(771 + index % 2)")]))
        }
        var dns = AttributedRecords.flow(7)
        dns.applicationId = 20 << 56 | 32473 << 24 | 1
        batch.add(dns, [])
        var none = AttributedRecords.flow(8)
        none.applicationId = 0
        none.presence.remove(.label)
        batch.add(none, [])
        return batch
    }()

    private static func matching(_ expression: String, _ path: String) throws -> [UInt64] {
        var filter = StoreReader.Filter()
        filter.expression = try WhereExpression(expression)
        let collector = Collector()
        try StoreReader(path: path).read(filter, into: collector)
        return collector.records.map(\.flowId)
    }

    @Test func theViewHasAColumnForEach() throws {
        try withStore { path in
            try Self.batch.feed(to: try SQLiteSink(path: path))
            let rows = try shell("sqlite3", [path, "SELECT flowId, serverName, tlsVersion FROM flow ORDER BY rowid"])
            #expect(
                rows.split(separator: "\n") == [
                    "1|www.example.com|771", "2|example.com|772", "3|notexample.com|771", "4||772", "5|EXAMPLE.com|771",
                    "6|a'b\"c\\.example.net|772", "7||", "8||",
                ])
            let plain = try shell("sqlite3", [path, "SELECT count(*) FROM flowRecord WHERE attributes IS NULL"])
            #expect(plain == "2\n")
        }
    }

    @Test func recordsAreFoundByApplicationAndServer() throws {
        try withStore { path in
            try Self.batch.feed(to: try SQLiteSink(path: path))
            #expect(try Self.matching("application dns", path) == [7])
            #expect(try Self.matching("not application TLS", path) == [7, 8])
            #expect(try Self.matching("server example.com", path) == [1, 2, 5])
            #expect(try Self.matching("server a'b\"c\\.example.net", path) == [6])
            #expect(try Self.matching("not server example.com and application tls", path) == [3, 4, 6])
            #expect(try Self.matching("server %", path).isEmpty)
        }
    }

    /// A store of version 2 or 3, as an older flowprobe made it: read as it is, and given its columns when it is written to.
    @Test(arguments: [2, 3]) func storesOfOlderVersions(version: Int) throws {
        try withStore { path in
            try AttributedRecords().feed(to: try SQLiteSink(path: path))
            let old = try shell("sqlite3", [path, ".schema flowRecord"])
                .replacing(
                    ",\n    selectorId INTEGER,\n    attributes TEXT",
                    with: version == 2 ? "" : ",\n    attributes TEXT")
            let inserted =
                "INSERT INTO flowRecord (runId, startNanoseconds, endNanoseconds, presence, sourceAddress, "
                + "destinationAddress, flowId, ipVersion) VALUES (1, 5, 6, 0, zeroblob(16), zeroblob(16), 42, 4);"
            try shell(
                "sqlite3",
                [path, "DROP VIEW flow; DROP TABLE flowRecord; \(old) \(inserted) PRAGMA user_version = \(version);"])
            #expect(try Self.matching("port 1 or not server x", path) == [42], "read as it stands")
            #expect(try shell("sqlite3", [path, "PRAGMA user_version"]) == "\(version)\n")
            try Self.batch.feed(to: try SQLiteSink(path: path))
            #expect(try shell("sqlite3", [path, "PRAGMA user_version"]) == "4\n")
            #expect(try shell("sqlite3", [path, "SELECT selectorId FROM flow WHERE flowId = '42'"]) == "1\n")
            #expect(try shell("sqlite3", [path, "SELECT count(*), count(serverName) FROM flow"]) == "9|5\n")
            #expect(try Self.matching("server www.example.com", path).count == 1)
        }
    }

    /// A store that a flowprobe with fewer attributes made has the view of now when it is written to.
    @Test func viewsAreRenewed() throws {
        try withStore { path in
            try Self.batch.feed(to: try SQLiteSink(path: path))
            try shell("sqlite3", [path, "DROP VIEW flow; CREATE VIEW flow AS SELECT flowId FROM flowRecord;"])
            var batch = AttributedRecords()
            batch.add(AttributedRecords.flow(9), AttributedRecords.list([(.reverseTcpMaximumSegmentSize, "536")]))
            try batch.feed(to: try SQLiteSink(path: path))
            let rows = try shell(
                "sqlite3", [path, "SELECT flowId, reverseTcpMaximumSegmentSize FROM flow WHERE flowId IN ('1', '9')"])
            #expect(rows == "1|\n9|536\n")
            let before = try shell("sqlite3", [path, "PRAGMA schema_version"])
            try Self.batch.feed(to: try SQLiteSink(path: path))
            #expect(try shell("sqlite3", [path, "PRAGMA schema_version"]) == before, "and is left alone then")
        }
    }

    /// Somebody else's attributes: no JSON, or of other types. They match nothing and stop nothing.
    @Test func hostileAttributes() throws {
        try withStore { path in
            try Self.batch.feed(to: try SQLiteSink(path: path))
            let values = [
                "'no JSON'", "'{\"serverName\":[1]}'", "x'00FF'", "7", "'[]'", "'{\"serverName\":\"example.com\"}'",
            ]
            let updates = values.enumerated().map {
                "UPDATE flowRecord SET attributes = \($0.element) WHERE rowid = \($0.offset + 1);"
            }
            try shell("sqlite3", [path, updates.joined()])
            #expect(try Self.matching("server example.com", path) == [6])
            #expect(try Self.matching("not server example.com", path).count == 7)
        }
    }
}
