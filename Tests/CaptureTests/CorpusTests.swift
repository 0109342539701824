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
        var listed = 0
        var read = 0
        for folder in [Self.folder, Self.folder + "/more"] {
            let (ofFolder, readOfFolder) = try everyCapture(of: folder)
            listed += ofFolder
            read += readOfFolder
        }
        print("corpus: \(listed) captures listed, \(read) read and compared")
        #expect(read > 0)
    }

    private func everyCapture(of folder: String) throws -> (listed: Int, read: Int) {
        let list = try String(contentsOfFile: folder + "/MANIFEST.tsv", encoding: .utf8)
        var listed = 0
        var read = 0
        for line in list.split(separator: "\n").dropFirst() {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            try #require(columns.count > 10)
            let name = String(columns[0])
            let malformed = columns[10] == "malformed"
            listed += 1
            let source: ReplaySource
            do {
                source = try ReplaySource(ReplayInput(paths: [folder + "/" + name]))
            } catch {
                #expect(malformed, "\(error)")
                continue
            }
            read += 1
            let count = readAll(source, capacity: 100).count
            guard let expected = Int(columns[2]) else { continue }
            // Other programs stop at the first damage.
            let summary = source.summaries[0]
            #expect(
                summary.damageCount == 0 ? count == expected : malformed && count >= expected,
                "\(name) (\(columns[4]), \(columns[10])): \(count) of \(expected) packets, \(summary.damages.prefix(3))"
            )
        }
        return (listed, read)
    }
}
