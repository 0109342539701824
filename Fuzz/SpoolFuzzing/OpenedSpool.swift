import FlowTable
import Foundation
import NetTypes
import Spool

private let second: Nanoseconds = 1_000_000_000
private let epoch: Nanoseconds = 1_700_000_000 * second
private let destination = "a"

/// A record as it was read, with its attributes.
struct ReadRecord {
    let record: FlowRecord
    let attributes: [UInt8]

    /// The records of a block. Traps when attributes are left over, or missing.
    static func all(of block: RecordBlock) -> [ReadRecord] {
        var walk = AttributeWalk()
        var sum = 0
        let records = (0..<block.count).map { index in
            let record = block.records[index]
            let list = walk.next(record.attributeOctets, of: block.attributes.count)
            precondition(list.count == Int(record.attributeOctets), "a record without attributes that it has")
            sum += list.count
            return ReadRecord(record: record, attributes: Array(block.attributes[list]))
        }
        precondition(sum == block.attributes.count, "attributes of no record")
        return records
    }
}

/// A segment that this program wrote.
enum OwnSegment {
    /// The octets of its header.
    static let header: [UInt8] = {
        let folder = MemoryFolder()
        writeRecords([ReadRecord(record: FlowRecord(), attributes: [])], .none, folder.path)
        let octets = FileManager.default.contents(atPath: folder.segment).map(Array.init) ?? []
        precondition(octets.count > 76, "a spool that writes no segment")
        return Array(octets[..<(Int(octets[12]) | Int(octets[13]) << 8)])
    }()
}

/// Writes records to a new spool, with and without compression, and reads them: they must be the same octet for octet,
/// in the same order within each observation domain.
func checkWrittenAgain(_ records: [ReadRecord]) {
    guard !records.isEmpty else { return }
    let domains = Dictionary(grouping: records, by: \.record.observationDomainId)
    let expected = domains.keys.sorted().flatMap { domains[$0] ?? [] }
    for compression in SpoolConfiguration.Compression.allCases {
        let folder = MemoryFolder()
        writeRecords(records, compression, folder.path)
        let file = OpenedSpool(folder.path)
        precondition(file.read(settles: false).elementsEqual(expected, by: isSame), "records that change on disk")
    }
}

private func writeRecords(_ records: [ReadRecord], _ compression: SpoolConfiguration.Compression, _ folder: String) {
    var configuration = OpenedSpool.configuration(folder)
    configuration.compression = compression
    // Everything in one commit, which is sorted by domain.
    configuration.batchRecords = max(1, records.count)
    guard let spool = try? Spool(configuration, now: epoch) else { preconditionFailure("no spool can be made") }
    let (bare, attributes) = (records.map(\.record), records.flatMap(\.attributes))
    spool.append(bare.span, attributes: attributes.span, packetClock: epoch, now: epoch)
    spool.close(now: epoch)
    precondition(spool.status.lost.isEmpty && spool.status.made == UInt64(records.count), "records lost in writing")
}

private func isSame(_ one: ReadRecord, _ other: ReadRecord) -> Bool {
    // SAFETY: two trivial values without padding, read while they live.
    unsafe withUnsafeBytes(of: one.record) { a in
        // SAFETY: as above.
        unsafe withUnsafeBytes(of: other.record) { b in unsafe a.elementsEqual(b) && one.attributes == other.attributes
        }
    }
}

/// A spool on a folder whose segments may be anything.
struct OpenedSpool {
    private let folder: String

    init(_ folder: String) { self.folder = folder }

    static func configuration(_ folder: String) -> SpoolConfiguration {
        var configuration = SpoolConfiguration(folder: folder)
        configuration.synchronization = .never
        configuration.destinations = [destination]
        return configuration
    }

    private func open(at now: Nanoseconds) -> Spool {
        do throws(SpoolError) { return try Spool(Self.configuration(folder), now: now) } catch {
            preconditionFailure("a spool that cannot be opened: \(error)")
        }
    }

    /// Everything that it delivers.
    func read(settles: Bool) -> [ReadRecord] {
        let spool = open(at: epoch)
        return read(spool, settles: settles)
    }

    private func read(_ spool: Spool, settles: Bool) -> [ReadRecord] {
        guard let reader = SpoolReader(spool, destination: destination) else { preconditionFailure("no account") }
        var records: [ReadRecord] = []
        while true {
            switch try? reader.next(within: 0) {
            case .records(let batch):
                records += ReadRecord.all(of: reader.block)
                if settles { settle(batch, spool) }
            case .gap(let batch, _): if settles { settle(batch, spool) }
            case .nothing, .end: return records
            case nil: preconditionFailure("a segment that cannot be read")
            }
        }
    }

    private func settle(_ batch: SpoolBatch, _ spool: Spool) {
        spool.settle(batch, for: destination)
        checkAccount(spool)
    }

    /// Records = acknowledged + pending + discarded, with none pending that was not made.
    private func checkAccount(_ spool: Spool) {
        guard let account = spool.account(destination) else { preconditionFailure("no account") }
        precondition(account.start + account.acknowledged + account.discarded == account.settled, "an uneven account")
        precondition(account.settled <= spool.status.made, "more settled than made")
    }

    /// Delivers everything, lets the segments grow old, and opens the spool again, in which nothing may be left to
    /// deliver. Tells how many records came, `most` at most.
    func check(most: Int) -> Int {
        let delivered: Int
        do {
            let spool = open(at: epoch)
            delivered = read(spool, settles: true).count
            precondition(delivered <= most, "more delivered than recovered")
            precondition(Int(spool.account(destination)?.acknowledged ?? 0) <= delivered, "more acknowledged than sent")
            spool.tick(now: epoch + 30 * 86_400 * second)
            checkAccount(spool)
            spool.close(now: epoch + 30 * 86_400 * second)
            checkAccount(spool)
        }
        let spool = open(at: epoch + 31 * 86_400 * second)
        checkAccount(spool)
        spool.close(now: epoch + 31 * 86_400 * second)
        return delivered
    }
}
