import Collector
import Exporter
import Foundation
import Glibc

/// A file of lines that keeps batches: lines are appended, and `FILE.batches` beside it says which batches are whole
/// (`BatchJournal`). What a broken-off run has written beyond that is cut off when the file is opened again, since the
/// batch that it is part of was not acknowledged and comes again.
package final class BatchFile: BatchLines {
    private let path: String
    private let file: FileHandle
    private var journal: FileHandle
    private let inode: UInt64
    private var octets: UInt64
    private var journalOctets = 0
    /// Octets that were cut off when the file was opened.
    package private(set) var cutOctets: UInt64 = 0
    /// Batches that are durable.
    package private(set) var ledger: BatchLedger

    /// The journal is written anew when it is larger.
    private static let journalLimit = 4 << 20

    /// Opens `path` and `path.batches`, or makes them. Throws when they cannot be written, are another process' just now,
    /// or are damaged.
    package init(path: String, limit: Int = 65_536) throws(ExportError) {
        self.path = path
        let manager = FileManager.default
        if !manager.fileExists(atPath: path) { _ = manager.createFile(atPath: path, contents: nil) }
        guard
            let attributes = try? manager.attributesOfItem(atPath: URL(filePath: path).resolvingSymlinksInPath().path),
            attributes[.type] as? FileAttributeType == .typeRegular,
            let inode = attributes[.systemFileNumber] as? UInt64, let file = FileHandle(forUpdatingAtPath: path)
        else {
            throw ExportError(
                "The file \(path) cannot be opened for writing. Check that its folder exists and that you may write there."
            )
        }
        guard flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw ExportError("Another flowprobe writes \(path). Wait for that, or name another file.")
        }
        let old = try BatchJournal(
            manager.contents(atPath: Self.journalPath(path)) ?? Data(), path: Self.journalPath(path), limit: limit)
        (self.file, self.inode, ledger) = (file, inode, old.ledger)
        octets = 0
        journal = file
        do {
            let size = try file.seekToEnd()
            octets = size
            if old.inode == inode, let whole = old.octets {
                // A file that is shorter than it was (emptied by who rotates it) goes on where it is, after a whole line.
                octets = size >= whole ? whole : try Self.lastLineEnd(file, size)
                try file.truncate(atOffset: octets)
                cutOctets = size - octets
            }
            try file.seek(toOffset: octets)
            try file.synchronize()
            journal = try Self.writeJournal(path, ledger, octets, inode)
        } catch { throw Self.failure(path, error) }
    }

    private static func journalPath(_ path: String) -> String { path + ".batches" }

    /// Writes lines, and the batch that they are of: returns when the disk has both.
    package func write(_ lines: [UInt8], closing change: BatchLedger.Change?) throws(ExportError) {
        do {
            try file.write(contentsOf: lines)
            octets += UInt64(lines.count)
            // The lines first: a journal that is on disk says nothing that is not.
            if change != nil { try file.synchronize() }
            let line = change.map { BatchJournal.line($0.probe, $0.range, octets: octets) }
            let text = Data((line ?? BatchJournal.line(octets: octets)).utf8)
            try journal.write(contentsOf: text)
            journalOctets += text.count
            if let change {
                try journal.synchronize()
                ledger.apply(change)
            }
            if journalOctets > Self.journalLimit {
                journal = try Self.writeJournal(path, ledger, octets, inode)
                journalOctets = 0
            }
        } catch { throw Self.failure(path, error) }
    }

    /// Returns when all lines are on disk, and that they are whole.
    package func synchronize() throws(ExportError) {
        do {
            try file.synchronize()
            try journal.synchronize()
        } catch { throw Self.failure(path, error) }
    }

    /// Puts a short journal in the old one's place, at once or not at all.
    private static func writeJournal(_ path: String, _ ledger: BatchLedger, _ octets: UInt64, _ inode: UInt64) throws
        -> FileHandle
    {
        let (target, new) = (URL(filePath: journalPath(path)), URL(filePath: journalPath(path) + ".new"))
        try Data(BatchJournal.text(ledger, octets: octets, inode: inode).utf8).write(to: new)
        let handle = try FileHandle(forUpdating: new)
        try handle.synchronize()
        _ = try handle.seekToEnd()
        // SAFETY: a call of rename(2) with strings that live for the call.
        guard unsafe rename(new.path, target.path) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        // Names are on disk when their folder is.
        try FileHandle(forReadingFrom: target.deletingLastPathComponent()).synchronize()
        return handle
    }

    /// Where the last whole line of a file of `size` octets ends, if it is among the last MiB.
    private static func lastLineEnd(_ file: FileHandle, _ size: UInt64) throws -> UInt64 {
        let start = size - min(size, 1 << 20)
        try file.seek(toOffset: start)
        let tail = try file.read(upToCount: 1 << 20) ?? Data()
        guard let last = tail.lastIndex(of: 0x0A) else { return size }
        return start + UInt64(tail.distance(from: tail.startIndex, to: last)) + 1
    }

    private static func failure(_ path: String, _ error: any Error) -> ExportError {
        if let error = error as? ExportError { return error }
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        return ExportError(
            "Writing \(path) or its file of batches failed: \(underlying.localizedDescription) Make room or see to the "
                + "disk, and start again: nothing that was acknowledged is lost.")
    }
}
