import CollectorService
import Exporter
import Foundation
import Testing

@Suite struct BatchFileTests {
    private let folder: URL
    private let path: String
    private static let probe = CollectedBatch.Probe(high: 7, low: 9)

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "batch-file-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appending(path: "c.json").path
    }

    private func cleaned() { try? FileManager.default.removeItem(at: folder) }

    private static func batch(_ number: UInt64) -> CollectedBatch { CollectedBatch(probe: probe, number: number) }

    private static func line(_ number: UInt64) -> [UInt8] { Array("{\"n\":\(number)}\n".utf8) }

    private func write(_ file: BatchFile, _ number: UInt64) throws {
        guard let change = file.ledger.change(for: Self.batch(number)) else { return }
        try file.write(Self.line(number), closing: change)
    }

    private var lines: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    /// Killed after any octet of the lines and of the journal: each batch is there with its line, or neither is; sent
    /// again, every batch is there once.
    @Test func everyMomentOfDeath() throws {
        defer { cleaned() }
        do {
            let file = try BatchFile(path: path)
            for number in 1...4 as ClosedRange<UInt64> { try write(file, number == 3 ? 9 : number) }
            try file.write(Self.line(100), closing: nil)
        }
        let (wholeLines, wholeJournal) = (
            try Data(contentsOf: URL(filePath: path)), try Data(contentsOf: URL(filePath: path + ".batches"))
        )
        let journalLines = String(decoding: wholeJournal, as: UTF8.self).split(separator: "\n")
        #expect(journalLines.count == 7)
        for length in 0...wholeJournal.count {
            // What the journal says by then is in the lines; of what follows, any number of octets may be.
            let whole = String(decoding: wholeJournal.prefix(length), as: UTF8.self)
            let told = whole.split(separator: "\n", omittingEmptySubsequences: false).dropLast().last
                .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
            let isHeader = whole.split(separator: "\n", omittingEmptySubsequences: false).count <= 2
            let least = isHeader ? 0 : told ?? 0
            for octets in [least, min(least + 1, wholeLines.count), wholeLines.count] where !isHeader {
                try wholeLines.prefix(octets).write(to: URL(filePath: path))
                let journal = FileHandle(forWritingAtPath: path + ".batches")
                try journal?.truncate(atOffset: 0)
                try journal?.write(contentsOf: wholeJournal.prefix(length))
                // The inode stands in the first line; rewriting in place above keeps the lines' file.
                let file = try BatchFile(path: path)
                #expect(file.cutOctets == UInt64(octets - least))
                for number in [1, 2, 9, 4] as [UInt64] where !file.ledger.contains(Self.batch(number)) {
                    try write(file, number)
                }
                for number in [1, 2, 9, 4] {
                    let count = lines.components(separatedBy: "{\"n\":\(number)}\n").count - 1
                    #expect(count == 1, "batch \(number) is there \(count) times after \(length), \(octets) octets")
                }
            }
        }
    }

    @Test func onlyOrdinaryFilesKeepBatches() {
        defer { cleaned() }
        for path in ["/dev/null", folder.path, "/nowhere/c.json"] {
            let error = #expect(throws: ExportError.self) { try BatchFile(path: path) }
            #expect(error?.description.contains(path) == true)
        }
    }

    /// A journal that is damaged before its end is not guessed at.
    @Test func aDamagedJournalIsRefused() throws {
        defer { cleaned() }
        do { for number in 1...3 as ClosedRange<UInt64> { try write(try BatchFile(path: path), number) } }
        let whole = try Data(contentsOf: URL(filePath: path + ".batches"))
        for index in whole.indices.dropLast() {
            var damaged = whole
            damaged[index] = 0x2A
            try damaged.write(to: URL(filePath: path + ".batches"))
            let error = #expect(throws: ExportError.self, "octet \(index)") { try BatchFile(path: path) }
            #expect(error?.description.contains("is damaged in line") == true)
        }
    }

    /// Lines that were taken away, emptied or put in another's place are not cut by what the journal says of the old ones.
    @Test func linesThatWereRotated() throws {
        defer { cleaned() }
        do { for number in 1...3 as ClosedRange<UInt64> { try write(try BatchFile(path: path), number) } }
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        try Data("{\"mine\":\"a line that is longer than all of the old ones together\"}\n".utf8)
            .write(to: URL(filePath: path))
        do {
            let file = try BatchFile(path: path)
            #expect(file.cutOctets == 0 && file.ledger.contains(Self.batch(3)))
            try write(file, 4)
        }
        #expect(lines.hasPrefix("{\"mine\"") && lines.hasSuffix("{\"n\":4}\n"))
        FileHandle(forWritingAtPath: path)?.truncateFile(atOffset: 0)
        do { try write(try BatchFile(path: path), 5) }
        #expect(lines == "{\"n\":5}\n")
        for number in 1...5 as ClosedRange<UInt64> {
            #expect(try BatchFile(path: path).ledger.contains(Self.batch(number)))
        }
    }
}
