import FlowTable
import Foundation
import Spool

/// What became of one input.
package struct SegmentOutcome: Equatable {
    /// Whether the segment's own header is sound.
    package var hasHeader = false
    /// Whether it is of a format that this program does not read.
    package var isLater = false
    /// Records that sound batch headers claim.
    package var claimed = 0
    /// Records that were recovered.
    package var recovered = 0
    /// Gaps and ends of runs.
    package var marks = 0
    /// Octets of the file that belong to nothing sound.
    package var damagedOctets: UInt64 = 0
    /// Records that a spool delivered, when the input asks for one.
    package var delivered = 0
}

/// Reads a segment as recovery does, by its headers alone, and as a destination does, with all records. Traps when the
/// two disagree, when an octet or a record is neither sound nor counted as damaged, when what was recovered is not what
/// the file holds or does not survive being written again, or when a spool's account of it does not come out even.
package func checkSegment(_ input: [UInt8]) -> SegmentOutcome {
    var outcome = SegmentOutcome()
    guard let segment = FuzzedSegment(input) else { return outcome }
    let folder = MemoryFolder()
    guard let file = try? SegmentFile.create(folder.segment), (try? file.write(segment.octets, at: 0)) != nil else {
        preconditionFailure("no room for the test's file")
    }
    let claimed: SegmentPass
    let read: SegmentPass
    do throws(SpoolError) {
        claimed = try SegmentPass(file, segment.octets, into: nil)
        read = try SegmentPass(file, segment.octets, into: RecordBlock())
        if let middle = read.batches.dropFirst(read.batches.count / 2).first {
            let rest = try SegmentPass(file, segment.octets, from: middle.id, into: RecordBlock())
            precondition(rest.batches == read.batches.filter { $0.id >= middle.id }, "another middle")
        }
    } catch {
        precondition(error.reason == .unknownVersion, "a file that cannot be read: \(error)")
        outcome.isLater = true
        return outcome
    }
    outcome.hasHeader = read.hasHeader
    outcome.claimed = claimed.claimedRecords
    outcome.recovered = read.records.count
    outcome.marks = read.batches.count - read.recordBatches
    outcome.damagedOctets = read.damagedOctets

    // What is not recovered of what the headers claim is in whole batches, whose octets are counted as damaged.
    precondition(Set(read.batches.map(\.encoded)).isSubset(of: claimed.batches.map(\.encoded)), "a batch from nowhere")
    precondition(read.claimedRecords == read.records.count, "a batch with other records than it claims")
    precondition(read.records.count <= claimed.claimedRecords, "more records than headers claim")
    precondition(claimed.damagedOctets <= read.damagedOctets, "damage that only the quick way sees")

    if segment.opensSpool {
        checkWrittenAgain(read.records)
        outcome.delivered = OpenedSpool(folder.path).check(most: read.records.count)
    }
    return outcome
}

/// One way through a segment.
private struct SegmentPass {
    private(set) var hasHeader = false
    private(set) var batches: [BatchHeader] = []
    private(set) var recordBatches = 0
    private(set) var records: [ReadRecord] = []
    /// Records of the batches that came, by their headers.
    private(set) var claimedRecords = 0
    private(set) var damagedOctets: UInt64 = 0

    init(_ file: SegmentFile, _ octets: [UInt8], from first: UInt64 = 0, into block: RecordBlock?) throws(SpoolError) {
        let reader = try SegmentReader(file)
        hasHeader = reader.header != nil
        if let header = reader.header {
            precondition(octets.starts(with: header.encoded), "a header that is written otherwise")
        }
        var sound = reader.offset
        let limit = UInt64(octets.count)
        while true {
            let before = reader.offset
            let item = try reader.next(limit: limit, from: first, into: block)
            precondition(reader.offset <= limit && reader.damagedOctets <= limit, "beyond the file")
            switch item {
            case .end:
                precondition(reader.offset == limit, "an end before the end")
                damagedOctets = reader.damagedOctets
                // Batches before the first that is wanted are neither.
                precondition(first > 0 || sound + damagedOctets == limit, "octets that nobody counted")
                return
            case .records(let batch):
                take(batch, octets, before, reader.offset)
                recordBatches += 1
                claimedRecords += batch.recordCount
                if let block {
                    precondition(block.count == batch.recordCount)
                    records += ReadRecord.all(of: block)
                }
            case .gap(let batch, let gap):
                take(batch, octets, before, reader.offset)
                let payload = octets[(Int(reader.offset) - batch.storedLength)..<Int(reader.offset)]
                precondition(payload.elementsEqual(gap.encoded), "a gap that is written otherwise")
            case .close(let batch):
                take(batch, octets, before, reader.offset)
            }
            sound += UInt64(BatchHeader.length + (batches.last?.storedLength ?? 0))
        }
    }

    /// A batch that ends at `end`, behind where the reader was before.
    private mutating func take(_ batch: BatchHeader, _ octets: [UInt8], _ before: UInt64, _ end: UInt64) {
        let length = BatchHeader.length + batch.storedLength
        precondition(end >= before && end - before >= UInt64(length), "octets twice")
        let start = Int(end) - length
        precondition(octets[start...].starts(with: batch.encoded), "a batch that is written otherwise")
        batches.append(batch)
    }
}
