import Foundation
import PacketFuzzing
import Testing

/// Replays FuzzPacket's seeds and every input that once failed: in debug, in release, without libFuzzer. (CaptureTests
/// does so for the file readers.)
@Suite struct PacketReplayTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fuzz/FuzzPacket").standardized

    private static func inputs(_ folder: String) throws -> [(name: String, octets: [UInt8])] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())
            .filter { !$0.hasPrefix(".") }.sorted()
            .map { ("\(folder)/\($0)", try [UInt8](Data(contentsOf: root.appending(path: "\(folder)/\($0)")))) }
    }

    @Test func seeds() throws {
        let seeds = try Self.inputs("Seeds")
        #expect(seeds.count >= 15, "the seeds are missing: run scripts/fuzz-seeds")
        for seed in seeds { #expect(countPackets(seed.octets).isEmpty, "\(seed.name)") }
    }

    @Test func failures() throws {
        for failure in try Self.inputs("FailCases") { #expect(countPackets(failure.octets).isEmpty, "\(failure.name)") }
    }

    /// Every seed, cut at every octet of its first packets and at some after them.
    @Test func truncatedSeeds() throws {
        for seed in try Self.inputs("Seeds") {
            for length in 0..<min(seed.octets.count, 160) {
                #expect(countPackets(Array(seed.octets.prefix(length))).isEmpty, "\(seed.name), \(length) octets of it")
            }
        }
    }
}
