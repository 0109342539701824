import Exporter
import FlowTable
import Labels
import Testing

/// applicationId and applicationName (RFC 6759) on the wire.
@Suite struct LabelExportTests {
    private static let record: FlowRecord = {
        var record = FlowRecord()
        (record.protocolIdentifier, record.packetsForward) = (17, 1)
        record.presence = [.ports, .label]
        record.applicationId = 20 << 56 | 4711 << 24 | 24
        (record.labelSource, record.labelConfidence) = (3, 2)
        return record
    }()

    private static var options: IPFIXOptions {
        var options = IPFIXOptions()
        options.labels = true
        options.enterpriseNumber = 4711
        return options
    }

    @Test func recordsCarryTheLabel() throws {
        let records = try ConformanceTests.export([Self.record, FlowRecord()], Self.options).flatMap(\.records)
            .filter { !$0.isOptions }
        // Engine, enterprise number in four octets, selector in three.
        #expect(records[0].values[IPFIXReader.Element(enterprise: 0, id: 95)] == [20, 0, 0, 0x12, 0x67, 0, 0, 24])
        #expect(records[0].number(20, 4711) == 3 && records[0].number(21, 4711) == 2)
        #expect(records.dropFirst().allSatisfy { $0.number(95) == 0 })
    }

    @Test func optionsDataNameEveryLabel() throws {
        let names = try ConformanceTests.export([Self.record], Self.options).flatMap(\.records)
            .filter { $0.isOptions && $0.number(95) != nil }
        let expected = ApplicationLabel.allCases.map { "\(20 << 56 | 4711 << 24 | UInt64($0.rawValue)) \($0.name)" }
        #expect(Set(names.map { "\($0.number(95) ?? 0) \($0.text(96) ?? "")" }) == Set(expected))
        #expect(names.count == expected.count)
    }

    @Test func withoutLabelsNothingIsSaid() throws {
        let messages = try ConformanceTests.export([Self.record])
        #expect(messages.flatMap(\.records).allSatisfy { $0.number(95) == nil })
        #expect(messages.flatMap(\.templates).allSatisfy { !$0.fields.contains { $0.id == 95 } })
    }
}
