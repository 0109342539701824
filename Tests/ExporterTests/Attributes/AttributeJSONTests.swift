import Exporter
import FlowTable
import Foundation
import Labels
import Testing

/// Attributes of labels in lines of JSON.
@Suite struct AttributeJSONTests {
    private static func lines(_ batch: AttributedRecords, stitched: Bool = false) throws -> [[String: Any]] {
        let path = FileManager.default.temporaryDirectory.appending(path: "attributes-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let sink = try JSONSink(path: path, stitched: stitched)
        try batch.feed(to: sink)
        let data = try Data(contentsOf: URL(filePath: path))
        #expect(data.allSatisfy { $0 == 10 || (0x20..<0x7F).contains($0) }, "lines are printable ASCII")
        return try data.split(separator: 10).map { line in
            try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
        }
    }

    @Test func membersAreThoseOfTheList() throws {
        var batch = AttributedRecords()
        batch.add(
            AttributedRecords.flow(1),
            AttributedRecords.list([(.serverName, "a.example"), (.tlsVersion, "772"), (.quicVersion, "4294967295")]))
        batch.add(AttributedRecords.flow(2), [])
        let lines = try Self.lines(batch)
        #expect(lines[0]["serverName"] as? String == "a.example" && lines[0]["tlsVersion"] as? Int == 772)
        #expect(lines[0]["quicVersion"] as? Int == 4_294_967_295)
        #expect(Set(lines[0].keys).subtracting(lines[1].keys) == ["serverName", "tlsVersion", "quicVersion"])
    }

    /// Quotes, NULs and what is no UTF-8, in a list that no probe would make: the lines stay lines of JSON.
    @Test func hostileOctets() throws {
        var random = SeededGenerator(seed: 77)
        let hostile: [UInt8] = [0x22, 0x5C, 0, 0x0A, 0xFF, 0xC3, 0x28, 0x7F, 0x41, 0xE2, 0x80, 0xA8]
        var batch = AttributedRecords()
        batch.add(
            AttributedRecords.flow(1),
            [1, UInt8(hostile.count)] + hostile + [3, 255] + [UInt8](repeating: 0, count: 255))
        for index in 0..<500 {
            var list = AttributedRecords.list(
                LabelAttribute.allCases.map { ($0, $0.isNumber ? "7" : String(repeating: "\"", count: 255)) })
            for _ in 0..<8 {
                list[Int.random(in: 0..<list.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            batch.add(AttributedRecords.flow(UInt64(index + 2)), list)
        }
        let lines = try Self.lines(batch)
        #expect(lines.count == 501)
        #expect((lines[0]["serverName"] as? String)?.unicodeScalars.map { UInt8($0.value) } == hostile)
    }

    /// A stitched flow has the attributes of its last slice that has any.
    @Test func stitchedFlowsKnowTheLatest() throws {
        var batch = AttributedRecords()
        let lists: [[(LabelAttribute, String)]] = [[], [(.serverName, "early")], [(.serverName, "late")], []]
        for (slice, list) in lists.enumerated() {
            var record = AttributedRecords.flow(9)
            record.sliceIndex = UInt32(slice)
            if slice < 3 { record.presence.remove(.lastSlice) }
            batch.add(record, AttributedRecords.list(list))
            batch.add(AttributedRecords.flow(UInt64(100 + slice)), AttributedRecords.list([(.dnsName, "other")]))
        }
        let lines = try Self.lines(batch, stitched: true)
        #expect(lines.count == 5)
        let flow = try #require(lines.first { $0["flowId"] as? String == "9" })
        #expect(flow["serverName"] as? String == "late" && flow["packetDeltaCount"] as? Int == 8)
        #expect(lines.count { $0["dnsName"] as? String == "other" } == 4)
    }

    /// A direction's options are in slices that have its packets: stitched, the flow has both.
    @Test func stitchedFlowsKnowBothDirections() throws {
        var batch = AttributedRecords()
        let lists: [[(LabelAttribute, String)]] = [
            [(.tcpMaximumSegmentSize, "1460"), (.reverseTcpMaximumSegmentSize, "1024")],
            [(.tcpMaximumSegmentSize, "1460")],
        ]
        for (slice, list) in lists.enumerated() {
            var record = AttributedRecords.flow(9, reverse: slice == 0)
            record.sliceIndex = UInt32(slice)
            if slice == 0 { record.presence.remove(.lastSlice) }
            batch.add(record, AttributedRecords.list(list))
        }
        let lines = try Self.lines(batch, stitched: true)
        #expect(lines.count == 1)
        #expect(lines[0]["tcpMaximumSegmentSize"] as? Int == 1460)
        #expect(lines[0]["reverseTcpMaximumSegmentSize"] as? Int == 1024)
    }

    /// Who feeds records without their attributes gets lines without them.
    @Test func recordsAlone() throws {
        var batch = AttributedRecords()
        batch.add(AttributedRecords.flow(1), AttributedRecords.list([(.serverName, "a.example")]))
        #expect(try writeLines(batch.records).allSatisfy { !$0.contains("serverName") })
    }
}
