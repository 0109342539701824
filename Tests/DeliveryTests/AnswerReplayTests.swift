import AnswerFuzzing
import Foundation
import Testing

/// Replays FuzzAnswers' seeds and every input that once failed: in debug, in release, without libFuzzer.
@Suite struct AnswerReplayTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fuzz/FuzzAnswers").standardized

    private static func inputs(_ folder: String) throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())
            .filter { !$0.hasPrefix(".") }.sorted()
            .map { try [UInt8](Data(contentsOf: root.appending(path: "\(folder)/\($0)"))) }
    }

    @Test func seeds() throws {
        let seeds = try Self.inputs("Seeds")
        #expect(seeds.count >= 6, "the seeds are missing: run scripts/fuzz-seeds")
        for seed in seeds {
            #expect(checkAnswer(seed) != nil)
            for length in 0..<seed.count { _ = checkAnswer(Array(seed.prefix(length))) }
        }
    }

    @Test func failures() throws {
        for failure in try Self.inputs("FailCases") { _ = checkAnswer(failure) }
    }
}
