import Foundation
import SpoolFuzzing
import Testing

/// Replays FuzzSpool's seeds and every input that once failed: in debug, in release, without libFuzzer.
@Suite struct SpoolReplayTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fuzz/FuzzSpool").standardized

    private static func inputs(_ folder: String) throws -> [(name: String, octets: [UInt8])] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())
            .filter { !$0.hasPrefix(".") }.sorted()
            .map { ($0, try [UInt8](Data(contentsOf: root.appending(path: "\(folder)/\($0)")))) }
    }

    /// Seeds named "damaged-..." have octets that belong to nothing sound; all others are sound to the last octet.
    @Test func seeds() throws {
        let seeds = try Self.inputs("Seeds")
        #expect(seeds.count >= 10, "the seeds are missing: run scripts/fuzz-seeds")
        for seed in seeds {
            let outcome = checkSegment(seed.octets)
            #expect(outcome.isLater == (seed.name == "later-format"), "\(seed.name)")
            guard !outcome.isLater else { continue }
            #expect(outcome.recovered > 0 && outcome.marks > 0, "\(seed.name)")
            #expect(outcome.hasHeader, "\(seed.name)")
            #expect((outcome.damagedOctets > 0) == seed.name.hasPrefix("damaged-"), "\(seed.name)")
            // The octet of choices says whether a spool was opened.
            #expect(outcome.delivered == (seed.octets[0] & 2 == 0 ? 0 : outcome.recovered), "\(seed.name)")
        }
    }

    @Test func failures() throws {
        for failure in try Self.inputs("FailCases") { _ = checkSegment(failure.octets) }
    }

    /// Every seed cut at every length, and with every octet changed, by the parser alone.
    @Test(arguments: [UInt8(0), 1]) func damagedSeeds(sealed: UInt8) throws {
        var seen: Set<[UInt8]> = []
        for seed in try Self.inputs("Seeds") {
            // Of the choices, only the one of the header stays.
            let choices = seed.octets[0] & 4 | sealed
            guard seen.insert([choices] + seed.octets.dropFirst()).inserted else { continue }
            for place in 1..<seed.octets.count {
                var octets = seed.octets
                octets[0] = choices
                _ = checkSegment(Array(octets.prefix(place)))
                octets[place] ^= UInt8(1 << (place % 8))
                _ = checkSegment(octets)
            }
        }
    }
}
