import Capture
import Foundation
import Testing

/// Reads every capture of the corpus of public captures, where that is there, and compares the packet counts with those of
/// the corpus's own list.
@Suite struct CorpusTests {
    static let folder: String =
        ProcessInfo.processInfo.environment["FLOWPROBE_CORPUS"]
        ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/captures").standardized
        .path()
    static let isPresent = FileManager.default.fileExists(atPath: folder + "/MANIFEST.tsv")

    @Test(.enabled(if: isPresent, "The corpus is absent: set FLOWPROBE_CORPUS to its folder."))
    func everyCaptureOfTheCorpus() throws {
        let list = try String(contentsOfFile: Self.folder + "/MANIFEST.tsv", encoding: .utf8)
        var compared = 0
        var read = 0
        for line in list.split(separator: "\n").dropFirst() {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            try #require(columns.count > 10)
            let name = String(columns[0])
            let malformed = columns[10] == "malformed"
            for access in FileAccess.allCases {
                var input = ReplayInput(paths: [Self.folder + "/" + name])
                input.access = access
                let source: ReplaySource
                do {
                    source = try ReplaySource(input)
                } catch {
                    #expect(malformed, "\(error)")
                    continue
                }
                let count = readAll(source, capacity: 100).count
                read += 1
                guard let expected = Int(columns[2]) else { continue }
                compared += 1
                #expect(
                    count == expected, "\(name) (\(columns[4]), \(columns[10])): \(source.summaries[0].damages.prefix(3))")
            }
        }
        print("corpus: \(read / 3) captures read, \(compared / 3) compared")
        #expect(compared > 0)
    }
}
