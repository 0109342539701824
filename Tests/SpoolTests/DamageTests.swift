import FlowTable
import Foundation
import Spool
import Testing

/// Segments and indices that were cut off, changed, or are gone: what is sound is delivered, what is not is counted.
@Suite(.serialized) struct DamageTests {
    private static let batches: UInt64 = 3

    /// A folder with one segment of three batches of one record, closed or not, and the segment's octets.
    private func written(closes: Bool) throws -> (Folder, [UInt8]) {
        let folder = try Folder()
        let spool = try Spool(configuration(folder), now: epoch)
        for number in 0..<Self.batches { spool.add(number..<number + 1) }
        if closes { spool.close(now: epoch + second) }
        let path = try #require(folder.segments.first)
        return (folder, Array(try Data(contentsOf: URL(filePath: path))))
    }

    /// Opens a spool with this segment and whatever index there is; everything delivered is what was written, and the
    /// account comes out even. Tells how many records came.
    private func deliverAll(_ folder: Folder, _ segment: [UInt8], keepsIndex: Bool, mostLost: Int) throws -> Int {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.spool)
        where !keepsIndex && !name.hasPrefix("lock") || name.hasPrefix("segment-") {
            try FileManager.default.removeItem(atPath: folder.spool + "/" + name)
        }
        try Data(segment).write(to: URL(filePath: folder.spool + "/segment-0000000000000001.spool"))
        let spool = try Spool(configuration(folder), now: epoch + second)
        let delivered = try deliver(spool, to: "a")
        for got in delivered.records {
            let expected = octets(record(got.flowId))
            #expect(octets(got) == expected)
        }
        #expect(Set(delivered.records.map(\.flowId)).count == delivered.records.count)
        let account = try #require(spool.account("a"))
        #expect(account.acknowledged == UInt64(delivered.records.count))
        #expect(account.start + account.acknowledged + account.discarded == spool.status.made)
        #expect(Int(Self.batches) - delivered.records.count <= mostLost)
        return delivered.records.count
    }

    /// Any octet may be any other: at most the batch that it belongs to is lost.
    @Test func oneChangedOctetCostsOneBatch() throws {
        let (folder, segment) = try written(closes: true)
        var losses = 0
        for place in segment.indices {
            var damaged = segment
            damaged[place] ^= UInt8(1 << (place % 8))
            losses += Int(Self.batches) - (try deliverAll(folder, damaged, keepsIndex: false, mostLost: 1))
        }
        // Each octet of the batches, header or record, is guarded; none of the segment's own header costs a record.
        let perBatch = 88 + MemoryLayout<FlowRecord>.stride
        #expect(losses == Int(Self.batches) * perBatch)
    }

    /// The beginning of a segment may be all that a full disk took before the program was killed: records go on being made.
    @Test func aTornBeginningIsSetAside() throws {
        let (folder, segment) = try written(closes: false)
        let torn = folder.spool + "/segment-0000000000000002.spool"
        for length in [0, 1, 100, 1191] {
            try Data(segment[..<length]).write(to: URL(filePath: torn))
            let spool = try Spool(configuration(folder), now: epoch + second)
            #expect(spool.openingNotes.contains { $0.contains(torn) })
            #expect(!FileManager.default.fileExists(atPath: torn))
            let made = spool.status.made
            spool.add(1000..<1010, at: epoch + 2 * second)
            #expect(spool.status.made == made + 10 && spool.status.problem == nil)
            #expect(try deliver(spool, to: "a").records.suffix(10).map(\.flowId) == Array(1000..<1010))
        }
    }

    /// A segment may end anywhere: what stood before the cut is delivered.
    @Test func aCutCostsWhatWasBehindIt() throws {
        let (folder, segment) = try written(closes: false)
        let perBatch = 88 + MemoryLayout<FlowRecord>.stride
        for length in segment.indices {
            let whole = max(0, Int(Self.batches) - (segment.count - length + perBatch - 1) / perBatch)
            let count = try deliverAll(
                folder, Array(segment[..<length]), keepsIndex: false, mostLost: Int(Self.batches))
            #expect(count == whole)
        }
    }

    /// The index still knows that the record was made, so that its loss is counted.
    @Test func whatTheIndexKnowsAndTheSegmentLostIsCounted() throws {
        let (folder, segment) = try written(closes: false)
        let count = try deliverAll(folder, Array(segment.dropLast(10)), keepsIndex: true, mostLost: 1)
        #expect(count == 2)
    }

    @Test(arguments: ["empty", "garbage"]) func aLostIndexIsMadeAgain(kind: String) throws {
        let folder = try Folder()
        var probe: ProbeId?
        do {
            let spool = try Spool(configuration(folder), now: epoch)
            probe = spool.probe
            spool.add(0..<5000)
            spool.close(now: epoch + second)
        }
        for name in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: folder.spool + "/" + name)
        }
        if kind == "garbage" {
            try Data(repeating: 0x58, count: 8192).write(to: URL(filePath: folder.spool + "/index.sqlite"))
        }
        let spool = try Spool(configuration(folder), now: epoch + 2 * second)
        #expect(spool.probe == probe && !spool.openingNotes.isEmpty)
        let delivered = try deliver(spool, to: "a")
        #expect(delivered.records.map(\.flowId) == Array(0..<5000))
        spool.add(5000..<5001)
        let more = try deliver(spool, to: "a")
        // Ids are never used twice, whatever the torn end held.
        #expect(more.batches.allSatisfy { $0.id > 1 << 20 })
    }
}
