import FlowTable
import Foundation
import Spool
import Testing

@Suite struct ChecksumTests {
    /// The check value of CRC-32C in RFC 3720's family of tests.
    @Test func knownValue() {
        let digits = Array("123456789".utf8)
        #expect(Checksum.of(digits.span) == 0xE306_9283)
        #expect(Checksum.byTable(digits.span) == 0xE306_9283)
    }

    @Test func bothWaysAgree() {
        for length in 0..<100 {
            let octets = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
            #expect(Checksum.of(octets.span) == Checksum.byTable(octets.span))
        }
    }
}

@Suite struct FormatTests {
    /// A property added to `FlowRecord` needs a row in `RecordLayout.OwnField`: other versions find it by its name only.
    @Test func everyOctetOfARecordBelongsToAField() {
        var end = 0
        for range in SpoolFormat.carriedOctets {
            #expect(range.lowerBound == end, "octets \(end)..<\(range.lowerBound) of FlowRecord are in no field")
            end = range.upperBound
        }
        #expect(end == MemoryLayout<FlowRecord>.size)
    }

    private func little(_ value: UInt64, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    /// A segment as another version of the program may have written it: fewer fields, in another order, one narrower,
    /// one that this version does not have.
    private func foreignSegment(_ flowIds: [UInt64], port: UInt64 = 53) -> [UInt8] {
        let fields: [(String, Int, Int)] = [
            ("sourcePort", 0, 4), ("retiredField", 4, 8), ("packetsForward", 12, 2), ("flowId", 16, 8),
        ]
        let encoded = fields.flatMap {
            little(UInt64($0.1), 2) + [UInt8($0.2), UInt8($0.0.utf8.count)] + Array($0.0.utf8)
        }
        let layout = little(UInt64(Checksum.of((little(24, 4) + encoded).span)), 4)
        var segment = Array("FPSPOOL\0".utf8) + little(1, 2) + little(UInt64(fields.count), 2)
        segment += little(UInt64(72 + encoded.count + 4), 4) + little(24, 4) + layout + [UInt8](repeating: 7, count: 16)
        segment += little(1, 8) + little(UInt64(epoch), 8) + little(1, 8) + little(0, 8) + encoded
        segment += little(UInt64(Checksum.of(segment.span)), 4)
        let payload = flowIds.flatMap { little(port, 4) + little(.max, 8) + little(9, 2) + [0, 0] + little($0, 8) }
        var batch = Array("FPBT".utf8) + little(88, 2) + [1, 0] + little(1, 8) + little(1, 4)
        batch += little(UInt64(flowIds.count), 4) + little(UInt64(payload.count), 4) + little(UInt64(payload.count), 4)
        batch += little(0, 8) + little(UInt64(epoch), 8) + little(UInt64(epoch), 8) + little(0, 16) + layout
        batch += little(UInt64(Checksum.of(payload.span)), 4) + little(0, 4)
        batch += little(UInt64(Checksum.of(batch.span)), 4)
        return segment + batch + payload
    }

    private func open(_ segment: [UInt8]) throws -> (Folder, Spool) {
        let folder = try Folder()
        try FileManager.default.createDirectory(atPath: folder.spool, withIntermediateDirectories: true)
        try Data(segment).write(to: URL(filePath: folder.spool + "/segment-0000000000000001.spool"))
        return (folder, try Spool(configuration(folder), now: epoch))
    }

    @Test func anotherVersionsRecordsAreReadByName() throws {
        let (folder, spool) = try open(foreignSegment([41, 42]))
        let delivered = try deliver(spool, to: "a")
        #expect(delivered.records.map(\.flowId) == [41, 42])
        #expect(delivered.records.allSatisfy { $0.sourcePort == 53 && $0.packetsForward == 9 && $0.octetsForward == 0 })
        #expect(delivered.gaps.count == 1)
        #expect(spool.account("a")?.acknowledged == 2)
        withExtendedLifetime(folder) {}
    }

    /// A number that this version has no room for would be another number: the batch counts as damaged.
    @Test func aNumberThatDoesNotFitIsNotCut() throws {
        let (folder, spool) = try open(foreignSegment([41], port: 65_536))
        let delivered = try deliver(spool, to: "a")
        #expect(delivered.records.isEmpty)
        #expect(spool.status.made == 0 || spool.account("a")?.discarded(.damage) == 1)
        withExtendedLifetime(folder) {}
    }

    @Test func aLaterFormatIsRefusedWithASentence() throws {
        var segment = foreignSegment([1])
        segment[8] = 3
        let length = Int(segment[12])
        let guarded = Array(segment[..<(length - 4)])
        segment.replaceSubrange((length - 4)..<length, with: little(UInt64(Checksum.of(guarded.span)), 4))
        let error = #expect(throws: SpoolError.self) { _ = try open(segment) }
        #expect(error?.reason == .unknownVersion)
        #expect(error?.description.contains("has format 3") == true)
    }
}
