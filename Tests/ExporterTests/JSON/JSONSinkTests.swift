import Exporter
import FlowTable
import Foundation
import NetTypes
import Testing

@Suite struct JSONSinkTests {
    /// Every member of every line against the record it came from, by a reader and by texts that others wrote.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func linesSayWhatRecordsHold(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let records = (0..<400).map { _ in AnyRecord.make(&random) }
        let lines = try writeLines(records)
        #expect(lines.count == records.count)
        for (line, record) in zip(lines, records) {
            let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8))
            let object = try #require(parsed as? [String: Any])
            let expected = AnyRecord.members(record)
            #expect(Set(object.keys) == Set(expected.keys), "seed \(seed)")
            for (name, value) in expected {
                #expect("\(object[name] ?? "absent")" == value, "\(name), seed \(seed)")
            }
            // Members are in the table's order, and none comes twice.
            let order = JSONField.all.map(\.name).filter { expected[$0] != nil }
            #expect(line.matches(of: #/[{,]"(\w+)":/#).map { String($0.output.1) } == order)
        }
    }

    /// A new row of the element table must not be missed.
    @Test func everyElementIsAMemberOrOmittedOnPurpose() {
        let members = Set(JSONField.all.map(\.name))
        for field in ExportField.all {
            #expect(members.contains(field.name) != JSONField.omitted.contains(field.element.name), "\(field.name)")
        }
        for name in JSONField.omitted { #expect(ExportField.named(name) != nil) }
    }

    /// Which members there are must agree with what IPFIX would carry.
    @Test func presenceAgreesWithTheElementTable() throws {
        var random = SeededGenerator(seed: 77)
        for _ in 0..<2000 {
            let record = AnyRecord.make(&random)
            let conditions = JSONField.Conditions(record)
            for member in JSONField.all {
                guard let field = ExportField.named(member.name) else {
                    #expect(["observationDomainId", "applicationName"].contains(member.name))
                    continue
                }
                #expect(member.conditions.isSubset(of: conditions) == field.isPresent(in: record), "\(member.name)")
            }
        }
    }

    /// The encoders read enumerations as octets of the record.
    @Test func enumerationsInMemoryAreTheirNumbers() {
        func agrees<Value: CaseIterable & RawRepresentable>(_: Value.Type) -> Bool where Value.RawValue == UInt8 {
            Value.allCases.allSatisfy { value in
                // SAFETY: reads the one octet of a copy.
                unsafe withUnsafeBytes(of: value) { unsafe $0.count == 1 && $0[0] == value.rawValue }
            }
        }
        #expect(agrees(FlowRecord.FlowEndReason.self) && agrees(FlowRecord.TCPState.self))
        #expect(agrees(FlowRecord.ServiceEvidence.self) && agrees(FlowRecord.InitiatorEvidence.self))
        #expect(agrees(FlowRecord.ZoneDirection.self))
    }

    @Test(
        arguments: [
            0, 1, 9, 10, 99, 100, 12_345_678, 99_999_999, 100_000_000, 9_999_999_999_999_999, 10_000_000_000_000_000,
            UInt64.max, UInt64.max - 1, 1 << 53,
        ] as [UInt64])
    func numbers(value: UInt64) throws {
        var record = FlowRecord()
        record.octetsForward = value
        record.flowId = value
        let line = try #require(try writeLines([record]).first)
        #expect(line.contains("\"octetDeltaCount\":\(value),"))
        #expect(line.contains("\"flowId\":\"\(value)\""))
    }

    @Test func stitchedLinesAreFlows() throws {
        var source = RandomRecords(seed: 6)
        let records = source.batch(1000)
        let lines = try writeLines(records, stitched: true)
        #expect(lines.count == Set(records.map(\.flowId)).count)
        var octets: UInt64 = 0
        for line in lines {
            let match = try #require(line.firstMatch(of: #/"octetDeltaCount":(\d+)/#))
            octets += try #require(UInt64(match.output.1))
            #expect(line.contains("\"sliceIndex\":0,"))
        }
        #expect(octets == records.reduce(0) { $0 + $1.octetsForward })
        // The same records in batches of other sizes give the same text.
        #expect(try writeLines(records, stitched: true, batchSize: 3) == lines)
    }

    @Test func littleRoomForStitchingLosesNothing() throws {
        var source = RandomRecords(seed: 6)
        let records = source.batch(1000)
        let lines = try writeLines(records, stitched: true, stitchCapacity: 2)
        let octets = try lines.reduce(UInt64(0)) { sum, line in
            let match = try #require(line.firstMatch(of: #/"octetDeltaCount":(\d+)/#))
            return try sum + #require(UInt64(match.output.1))
        }
        #expect(octets == records.reduce(0) { $0 + $1.octetsForward })
        #expect(lines.count > Set(records.map(\.flowId)).count)
    }

    @Test func errorsAreSentences() throws {
        let error = #expect(throws: ExportError.self) { try JSONSink(path: "/nonexistent/x.json", stitched: false) }
        #expect(try #require(error).description.contains("/nonexistent/x.json"))
    }

    @Test func aFullDeviceIsAnError() throws {
        let sink = try JSONSink(path: "/dev/full", stitched: false)
        let records = [FlowRecord()]
        try sink.consume(records.span, packetClock: 0)
        let error = #expect(throws: ExportError.self) { try sink.finish(packetClock: 0) }
        #expect(try #require(error).description.contains("/dev/full"))
    }
}

/// The lines a sink writes for `records`.
func writeLines(
    _ records: [FlowRecord], stitched: Bool = false, batchSize: Int = 100, stitchCapacity: Int = 65_536
) throws -> [String] {
    let path = FileManager.default.temporaryDirectory.appending(path: "flows-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let sink = try JSONSink(path: path, stitched: stitched, stitchCapacity: stitchCapacity)
    try feed(records, to: sink, batchSize: batchSize)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.isEmpty || text.hasSuffix("}\n"))
    return text.split(separator: "\n").map(String.init)
}
