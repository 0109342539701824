import Foundation
import LabelFuzzing
import Labels
import Testing

/// Replays FuzzLabels's seeds and every input that once failed: in debug, in release, without libFuzzer.
@Suite struct FuzzReplayTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fuzz/FuzzLabels").standardized

    private static func inputs(_ folder: String) throws -> [(name: String, octets: [UInt8])] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())
            .filter { !$0.hasPrefix(".") }.sorted()
            .map { ($0, try [UInt8](Data(contentsOf: root.appending(path: "\(folder)/\($0)")))) }
    }

    /// A seed's name is its label's, in lower case and without what is neither letter nor digit.
    @Test func seeds() throws {
        let seeds = try Self.inputs("Seeds")
        #expect(seeds.count >= 20, "the seeds are missing: run scripts/fuzz-seeds")
        for seed in seeds {
            let outcome = inspectFlow(seed.octets)
            let name = outcome.label.map { $0.name.lowercased().filter { $0.isLetter || $0.isNumber } }
            #expect(name == seed.name && outcome.source == .payload, "\(seed.name)")
            for length in 0..<seed.octets.count { _ = inspectFlow(Array(seed.octets.prefix(length))) }
        }
    }

    /// Every fixture as the fuzz target would have it: the two agree.
    @Test(arguments: Fixture.all) func fixtures(fixture: Fixture) {
        let number: UInt8 = fixture.transport == .udp ? 17 : 6
        var input = [number] + u16(50_505, Int(fixture.port))
        for packet in fixture.packets { input += cat(u8(packet.isFromInitiator ? 0 : 1), sized(2, packet.octets)) }
        let outcome = inspectFlow(input)
        #expect(outcome.label == fixture.label && outcome.confidence == fixture.confidence)
    }

    @Test func failures() throws {
        for failure in try Self.inputs("FailCases") { _ = inspectFlow(failure.octets) }
    }
}
