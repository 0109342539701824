import Foundation
import Glibc
import NetTypes

/// What an earlier run left in a spool's folder, made whole again.
struct SpoolRecovery {
    let index: SpoolIndex
    private(set) var probe = ProbeId.random()
    private(set) var segments: [Spool.Segment] = []
    private(set) var accounts: [SpoolAccount] = []
    /// Of each group of balance, by name, who gets which share.
    private(set) var shares: [String: ShareHistory] = [:]
    /// Accounts, and groups' shares, that others have taken over.
    private(set) var retired: (accounts: Set<String>, shares: Set<String>) = ([], [])
    private(set) var made: UInt64 = 0
    private(set) var nextBatch: UInt64 = 1
    /// The highest number that a segment file has, whatever is in it.
    private(set) var highestSegment: UInt64 = 0
    private(set) var notes: [String] = []
    /// Segments that the index knows and that are not there.
    private(set) var missing: Set<UInt64> = []
    /// The last sound batch.
    private(set) var last: BatchHeader?

    /// Ids that are left out when the index was lost: a batch of the torn end may have had the next ones, and have been
    /// delivered.
    private static let idsLeftOut: UInt64 = 1 << 20

    /// Makes the folder and takes it for this process until the result goes.
    static func lock(_ folder: String) throws(SpoolError) -> SegmentFile {
        let path = folder + "/lock"
        do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
            throw SpoolError(errno: errno == 0 ? EACCES : errno, "made", folder)
        }
        // SAFETY: the path is a string that the call copies.
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw SpoolError(errno: errno, "locked", folder) }
        let file = SegmentFile(descriptor: descriptor, path: path)
        // A process that is being forked, or one that is just ending, has it for a moment.
        for _ in 0..<20 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return file }
            usleep(50_000)
        }
        throw SpoolError(
            .inUse, "The spool \(folder) is used by another process. Stop that one, or choose another folder.")
    }

    /// Reads index and segments. Whatever is damaged is left out and noted.
    init(_ configuration: SpoolConfiguration) throws(SpoolError) {
        let folder = configuration.folder
        let files = Self.segmentFiles(folder)
        let (index, content, isRebuilt) = try Self.openIndex(configuration, &notes)
        self.index = index
        let lostIndex = isRebuilt || content.values["probe"] == nil && !files.isEmpty
        var known = content.values["probe"].flatMap(ProbeId.init(hexadecimal:))
        for (place, (number, path)) in files.enumerated() {
            let reader = try SegmentReader(SegmentFile.open(path))
            known = known ?? reader.header?.probe
            let isLast = place == files.count - 1
            var row = content.segments[number]
            if isLast || row == nil || reader.file.length < row?.octets ?? 0 {
                row = try scan(reader, number, verifies: isLast)
            }
            highestSegment = max(highestSegment, number)
            guard let row else {
                setAside(path)
                continue
            }
            segments.append(
                Spool.Segment(row: row, path: path, madeAt: reader.header?.madeAt ?? row.committedAt, isClosed: true))
            made = max(made, row.recordsAfter)
            nextBatch = max(nextBatch, row.lastBatch + 1)
        }
        missing = Set(content.segments.keys).subtracting(files.map(\.number))
        made = max(made, content.values["made"].flatMap(UInt64.init) ?? 0)
        nextBatch = max(nextBatch, content.values["nextBatch"].flatMap(UInt64.init) ?? 1)
        if lostIndex, !files.isEmpty {
            nextBatch += Self.idsLeftOut
            notes.append(
                "The spool's index \(index.path) was lost and is made again; what the segments hold is sent again.")
        }
        if let known { probe = known }
        takeAccounts(configuration, content, fromOldest: lostIndex)
    }

    /// Takes a file in which nothing is sound out of the way: its beginning was torn before a batch was in it.
    private mutating func setAside(_ path: String) {
        // SAFETY: two strings that the call only reads. A file that stays is looked at again next time.
        _ = unsafe rename(path, path + ".broken")
        notes.append("Nothing in the spool's segment \(path) can be read; it is now called \(path).broken.")
    }

    private mutating func takeAccounts(
        _ configuration: SpoolConfiguration, _ content: SpoolIndex.Content, fromOldest: Bool
    ) {
        var start = (settled: made, batch: nextBatch)
        if fromOldest, let first = segments.first { start = (first.row.recordsBefore, first.row.firstBatch) }
        var book = AccountBook(old: content.accounts, start: start)
        book.open(configuration, content.shares)
        (accounts, shares) = (book.accounts, book.shares)
        retired = (book.retiredAccounts, book.retiredShares)
        notes += book.notes
        for account in book.unwanted {
            notes.append(
                "The destination \(account.name) is no longer wanted; \(made - min(made, account.settled)) records "
                    + "were pending for it.")
        }
    }

    /// What a segment holds, by its own word. Nil when it holds nothing at all.
    private mutating func scan(
        _ reader: SegmentReader, _ number: UInt64, verifies: Bool
    ) throws(SpoolError) -> SpoolIndex.Segment? {
        let block = verifies ? RecordBlock() : nil
        let header = reader.header
        var row = SpoolIndex.Segment(
            number: number, firstBatch: header?.firstBatch ?? 0, lastBatch: 0,
            recordsBefore: header?.recordsBefore ?? 0, recordsAfter: header?.recordsBefore ?? 0,
            octets: reader.offset, committedAt: header?.madeAt ?? 0)
        var count = 0
        let length = reader.file.length
        scanning: while true {
            let batch: BatchHeader
            switch try reader.next(limit: length, into: block) {
            case .records(let found), .close(let found), .gap(let found, _): batch = found
            case .end: break scanning
            }
            if count == 0, header == nil {
                (row.firstBatch, row.recordsBefore) = (batch.id, batch.recordsBefore)
            }
            count += 1
            // Ids and numbers only rise in what a spool wrote; whatever a file says, none is given out twice.
            row.lastBatch = max(row.lastBatch, batch.id)
            row.recordsAfter = max(row.recordsAfter, batch.recordsAfter)
            (row.octets, row.committedAt) = (reader.offset, batch.committedAt)
            if verifies { last = batch }
        }
        if reader.damagedOctets > 0 {
            notes.append(
                "\(reader.damagedOctets) octets of the spool's segment \(reader.file.path) are torn or damaged.")
        }
        return count == 0 && header == nil ? nil : row
    }

    /// The index and what it says. One that cannot be read is set aside.
    private static func openIndex(
        _ configuration: SpoolConfiguration, _ notes: inout [String]
    ) throws(SpoolError) -> (SpoolIndex, SpoolIndex.Content, isRebuilt: Bool) {
        let path = configuration.folder + "/index.sqlite"
        let waits = configuration.synchronization == .commit
        do throws(SpoolError) {
            let index = try SpoolIndex(path: path, waitsForDisk: waits)
            return (index, try index.content(), false)
        } catch {
            guard error.reason == .inputOutput else { throw error }
            notes.append(error.description)
            for suffix in ["", "-wal", "-shm"] {
                // SAFETY: two strings that the call only reads. A file that is not there need not be moved.
                _ = unsafe rename(path + suffix, path + ".broken" + suffix)
            }
            return (try SpoolIndex(path: path, waitsForDisk: waits), SpoolIndex.Content(), true)
        }
    }

    static func path(_ folder: String, _ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return folder + "/segment-" + String(repeating: "0", count: 16 - digits.count) + digits + ".spool"
    }

    private static func segmentFiles(_ folder: String) -> [(number: UInt64, path: String)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { name in
            guard name.hasPrefix("segment-"), name.hasSuffix(".spool"),
                let number = UInt64(name.dropFirst(8).dropLast(6), radix: 16), number < 1 << 62
            else { return nil }
            return (number, folder + "/" + name)
        }.sorted { $0.number < $1.number }
    }
}
