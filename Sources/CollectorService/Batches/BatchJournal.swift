import Exporter
import Foundation

/// The file that says which batches a file of lines has (`FILE.batches`, docs/collect.md), and how far that file is whole.
///
/// Lines of text, each ended by a line feed:
///
///     flowprobe batches 1 INODE
///     batches PROBE FIRST LAST OCTETS
///     lines OCTETS
///
/// INODE is the lines' file. The batches FIRST to LAST of a probe are durable, and the lines' file holds OCTETS octets
/// with them. `lines` says the same of lines that belong to no batch. Each line is appended when what it says is true, so
/// that the last one counts; a last line that is cut was never finished, and counts for nothing.
struct BatchJournal {
    /// Batches that are durable.
    var ledger: BatchLedger
    /// Octets of the lines' file that are whole; nil when nothing says so.
    var octets: UInt64?
    /// The lines' file; nil likewise.
    var inode: UInt64?

    /// Reads `text`. `path` is for messages.
    init(_ text: Data, path: String, limit: Int) throws(ExportError) {
        ledger = BatchLedger(limit: limit)
        var rest = text[...]
        var number = 0
        while let end = rest.firstIndex(of: 0x0A) {
            number += 1
            let words = String(decoding: rest[..<end], as: UTF8.self)
                .split(separator: " ", omittingEmptySubsequences: false)
            guard number == 1 ? take(first: words) : take(words) else {
                throw ExportError(
                    "\(path) is damaged in line \(number), so that nobody can tell which batches are there. Restore it, or "
                        + "move it and its lines away: exporters then send again what they still have.")
            }
            rest = rest[(end + 1)...]
        }
    }

    private mutating func take(first words: [Substring]) -> Bool {
        guard words.count == 4, words[..<3] == ["flowprobe", "batches", "1"], let inode = UInt64(words[3]) else {
            return false
        }
        self.inode = inode
        return true
    }

    private mutating func take(_ words: [Substring]) -> Bool {
        guard let octets = words.last.flatMap({ UInt64($0) }) else { return false }
        switch (words.first, words.count) {
        case ("lines", 2): break
        case ("batches", 5):
            guard let probe = CollectedBatch.Probe(words[1]), let first = UInt64(words[2]), let last = UInt64(words[3]),
                first <= last
            else { return false }
            ledger.insert(first...last, of: probe)
        default: return false
        }
        self.octets = octets
        return true
    }

    /// The same in as few lines as there can be, for lines of `octets` octets in the file `inode`.
    static func text(_ ledger: BatchLedger, octets: UInt64, inode: UInt64) -> String {
        let ranges = ledger.all.map { line($0.probe, $0.range, octets: octets) }
        return "flowprobe batches 1 \(inode)\n" + ranges.joined() + line(octets: octets)
    }

    /// Says that batches are there.
    static func line(_ probe: CollectedBatch.Probe, _ range: ClosedRange<UInt64>, octets: UInt64) -> String {
        "batches \(probe) \(range.lowerBound) \(range.upperBound) \(octets)\n"
    }

    /// Says that lines without a batch are there.
    static func line(octets: UInt64) -> String { "lines \(octets)\n" }
}
