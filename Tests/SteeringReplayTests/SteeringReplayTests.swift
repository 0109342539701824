import Foundation
import SteeringFuzzing
import Testing

/// Replays FuzzSteering's seeds and every input that once failed: in debug, in release, without libFuzzer.
@Suite struct SteeringReplayTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fuzz/FuzzSteering").standardized

    private static func inputs(_ folder: String) throws -> [(name: String, octets: [UInt8])] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())
            .filter { !$0.hasPrefix(".") }.sorted()
            .map { ($0, try [UInt8](Data(contentsOf: root.appending(path: "\(folder)/\($0)")))) }
    }

    @Test func seeds() throws {
        let seeds = try Self.inputs("Seeds")
        #expect(seeds.count >= 6, "the seeds are missing: run scripts/fuzz-seeds")
        for seed in seeds {
            let outcome = checkPolicy(seed.octets)
            #expect(outcome.isPolicy && outcome.rules > 0, "\(seed.name)")
            #expect(outcome.steps > 0 || seed.name == "ovs", "\(seed.name)")
        }
    }

    @Test func failures() throws {
        for failure in try Self.inputs("FailCases") { _ = checkPolicy(failure.octets) }
    }

    @Test func truncatedSeeds() throws {
        for seed in try Self.inputs("Seeds") {
            for length in 0..<seed.octets.count { _ = checkPolicy(Array(seed.octets.prefix(length))) }
        }
    }
}
