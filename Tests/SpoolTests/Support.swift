import FlowTable
import Foundation
import NetTypes
import Spool
import Testing

/// A folder of its own for a test, removed with it.
final class Folder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "spool-\(UUID())").path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var spool: String { path + "/spool" }

    /// Paths of the segments, oldest first.
    var segments: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: spool)) ?? [])
            .filter { $0.hasPrefix("segment-") }.sorted().map { spool + "/" + $0 }
    }
}

/// The record with this number: every field that a segment carries depends on it.
func record(_ number: UInt64, domain: UInt32 = 1) -> FlowRecord {
    var record = FlowRecord()
    record.flowId = number
    record.observationDomainId = domain
    record.sourceHigh = number &* 0x9E37_79B9_7F4A_7C15
    record.octetsForward = number &* 1000
    record.packetsForward = 1
    record.packetsReverse = 2
    record.firstForward = Nanoseconds(number)
    record.endReason = .idleTimeout
    record.service = .answered
    record.sourcePort = UInt16(truncatingIfNeeded: number)
    record.endFrameNumber = number
    return record
}

/// The octets that a record is made of.
func octets(_ record: FlowRecord) -> [UInt8] {
    // SAFETY: a trivial value, read while it lives.
    unsafe withUnsafeBytes(of: record) { unsafe Array($0) }
}

/// What one destination got.
struct Delivered {
    var records: [FlowRecord] = []
    var gaps: [CoverageGap] = []
    var batches: [SpoolBatch] = []
}

/// Reads, settles and releases everything that is there.
func deliver(_ spool: Spool, to name: String, releases: Bool = true) throws -> Delivered {
    let reader = try #require(SpoolReader(spool, destination: name))
    var delivered = Delivered()
    while true {
        switch try reader.next(within: 0) {
        case .records(let batch):
            let block = reader.block
            for index in 0..<block.count { delivered.records.append(block.records[index]) }
            #expect(block.count == batch.recordCount)
            delivered.batches.append(batch)
        case .gap(let batch, let gap):
            delivered.gaps.append(gap)
            delivered.batches.append(batch)
        case .nothing, .end:
            for batch in delivered.batches {
                spool.settle(batch, for: name)
                if releases { spool.release(before: batch.id + 1, for: name) }
            }
            return delivered
        }
    }
}

/// A spool for the destination "a" that waits for no disk.
func configuration(_ folder: Folder, change: (inout SpoolConfiguration) -> Void = { _ in }) -> SpoolConfiguration {
    var configuration = SpoolConfiguration(folder: folder.spool)
    configuration.synchronization = .never
    configuration.destinations = ["a"]
    change(&configuration)
    return configuration
}

let second: Nanoseconds = 1_000_000_000
let epoch: Nanoseconds = 1_700_000_000 * second

extension Spool {
    /// Adds the records with these numbers and commits them.
    func add(_ numbers: Range<UInt64>, domain: UInt32 = 1, at now: Nanoseconds = epoch) {
        let records = numbers.map { record($0, domain: domain) }
        append(records.span, packetClock: now, now: now)
        tick(now: now + second)
    }
}
