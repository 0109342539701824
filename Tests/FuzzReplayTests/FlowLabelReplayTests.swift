import Foundation
import Labels
import PacketFuzzing
import Testing

/// Replays FuzzFlowLabels's seeds and every input that once failed: in debug, in release, without libFuzzer.
@Suite struct FlowLabelReplayTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fuzz/FuzzFlowLabels").standardized

    private static func inputs(_ folder: String) throws -> [(name: String, octets: [UInt8])] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())
            .filter { !$0.hasPrefix(".") }.sorted()
            .map { ($0, try [UInt8](Data(contentsOf: root.appending(path: "\(folder)/\($0)")))) }
    }

    /// A seed's label, by its name: in lower case and without what is neither letter nor digit.
    private static func label(_ name: String) -> ApplicationLabel? {
        ApplicationLabel.allCases.first { $0.name.lowercased().filter { $0.isLetter || $0.isNumber } == name }
    }

    /// Each seed in every kind of wrapping, with and without padding: the record has the seed's label.
    @Test(arguments: UInt8(0)..<16) func seedsKeepTheirLabel(wrap: UInt8) throws {
        let seeds = try Self.inputs("Seeds")
        #expect(seeds.count >= 25, "the seeds are missing: run scripts/fuzz-seeds")
        for seed in seeds {
            let outcome = labelThroughPath([wrap] + seed.octets.dropFirst())
            #expect(outcome.mistakes.isEmpty && outcome.isCompared, "\(seed.name) in wrapping \(wrap)")
            let label = try #require(Self.label(seed.name))
            #expect(outcome.selector == Int(label.rawValue) && outcome.source == 2, "\(seed.name) in wrapping \(wrap)")
        }
    }

    /// Two flows that take one inspector from each other have labels that are sound, if not the ones they would have alone.
    @Test func crowdedSeedsAreSound() throws {
        for seed in try Self.inputs("Seeds") {
            let outcome = labelThroughPath([16 | seed.octets[0]] + seed.octets.dropFirst())
            #expect(outcome.mistakes.isEmpty && !outcome.isCompared, "\(seed.name)")
        }
    }

    @Test func truncatedSeeds() throws {
        for seed in try Self.inputs("Seeds") {
            for length in 0..<min(seed.octets.count, 160) {
                #expect(labelThroughPath(Array(seed.octets.prefix(length))).mistakes.isEmpty, "\(seed.name), \(length)")
            }
        }
    }

    @Test func failures() throws {
        for failure in try Self.inputs("FailCases") {
            #expect(labelThroughPath(failure.octets).mistakes.isEmpty, "\(failure.name)")
        }
    }
}
