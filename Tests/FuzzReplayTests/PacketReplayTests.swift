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

    /// Seeds without a flow in them, by intention.
    private static let withoutFlows: Set = ["Seeds/not-a-flow", "Seeds/unknown-link"]

    @Test func seeds() throws {
        let seeds = try Self.inputs("Seeds")
        #expect(seeds.count >= 25, "the seeds are missing: run scripts/fuzz-seeds")
        for seed in seeds {
            let outcome = countPackets(seed.octets)
            #expect(outcome.mistakes.isEmpty, "\(seed.name)")
            #expect(outcome.packets > 0, "\(seed.name)")
            #expect((outcome.records > 0) == !Self.withoutFlows.contains(seed.name), "\(seed.name)")
        }
    }

    /// 1536 flows of one packet each for a table of 1024: a third of them has to leave early, and none may get lost.
    @Test func everyPacketOfTheFloodIsARecord() throws {
        let flood = try #require(try Self.inputs("Seeds").first { $0.name == "Seeds/flood" })
        let outcome = countPackets(flood.octets)
        #expect(outcome.packets == 24 * 64)
        #expect(outcome.records == 24 * 64)
    }

    @Test func failures() throws {
        for failure in try Self.inputs("FailCases") {
            #expect(countPackets(failure.octets).mistakes.isEmpty, "\(failure.name)")
        }
    }

    /// Every seed but those that stand for thousands of packets, cut after each of its first octets.
    @Test func truncatedSeeds() throws {
        for seed in try Self.inputs("Seeds") where countPackets(seed.octets).packets < 1000 {
            for length in 0..<min(seed.octets.count, 160) {
                let outcome = countPackets(Array(seed.octets.prefix(length)))
                #expect(outcome.mistakes.isEmpty, "\(seed.name), \(length) octets of it")
            }
        }
    }
}
