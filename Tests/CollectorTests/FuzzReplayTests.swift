import CollectorFuzzing
import Foundation
import Testing

/// Replays FuzzCollector's seeds and every input that once failed: in debug, in release, without libFuzzer.
@Suite struct FuzzReplayTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fuzz/FuzzCollector").standardized

    private static func inputs(_ folder: String) throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())
            .filter { !$0.hasPrefix(".") }.sorted()
            .map { try [UInt8](Data(contentsOf: root.appending(path: "\(folder)/\($0)"))) }
    }

    @Test func seeds() throws {
        let seeds = try Self.inputs("Seeds")
        #expect(seeds.count >= 10, "the seeds are missing: run scripts/fuzz-seeds")
        for seed in seeds {
            let outcome = collectMessages(seed)
            #expect(outcome.records > 0 && outcome.malformed == 0)
            // The seeds with batches close three of them, one twice; those of requests are two of them.
            #expect(outcome.answers == (seed[0] & 2 == 2 ? 3 : seed[0] >= 8 ? 2 : 0))
            for length in 0..<seed.count { _ = collectMessages(Array(seed.prefix(length))) }
        }
    }

    @Test func failures() throws {
        for failure in try Self.inputs("FailCases") { _ = collectMessages(failure) }
    }
}
