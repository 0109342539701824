import ConfigurationFile
import ConfigurationFuzzing
import Foundation
import Testing

/// Whatever the octets, loading ends, does not trap, and tells problems that can be read (what `loadConfiguration`
/// checks).
@Suite struct SweepTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fuzz/FuzzConfiguration").standardized

    private static func inputs(_ folder: String) throws -> [(name: String, octets: [UInt8])] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())
            .filter { !$0.hasPrefix(".") }.sorted()
            .map { ("\(folder)/\($0)", try [UInt8](Data(contentsOf: root.appending(path: "\(folder)/\($0)")))) }
    }

    private static let everything = Array(everyKey.utf8)

    @Test func seeds() throws {
        let seeds = try Self.inputs("Seeds")
        #expect(seeds.count >= 20, "the seeds are missing: run scripts/fuzz-seeds")
        let correct: Set = ["least", "inputs", "everything", "overrides", "styles", "steered"]
        for seed in seeds {
            let outcome = loadConfiguration(seed.octets)
            #expect(outcome.mistakes.isEmpty, "\(seed.name)")
            #expect(outcome.isCorrect == correct.contains(String(seed.name.dropFirst(6))), "\(seed.name)")
        }
    }

    @Test func failures() throws {
        for failure in try Self.inputs("FailCases") {
            #expect(loadConfiguration(failure.octets).mistakes.isEmpty, "\(failure.name)")
        }
    }

    @Test func everyTruncationOfTheExample() {
        let example = Array(ProbeConfiguration.example().utf8)
        var correct = 0
        // Debug builds are slow, and release builds try every one.
        #if DEBUG
            let lengths = Array(stride(from: 0, through: example.count, by: 7))
        #else
            let lengths = Array(0...example.count)
        #endif
        for length in lengths {
            let outcome = loadConfiguration(Array(example[..<length]))
            #expect(outcome.mistakes.isEmpty, "\(length) octets of the example")
            correct += outcome.isCorrect ? 1 : 0
        }
        // Most ends are in comments, and the file up to there is correct.
        #expect(correct > lengths.count / 2 && correct < lengths.count)
    }

    @Test func everyTruncationOfEveryKey() {
        #expect(Self.everything.count > 900)
        for length in 0...Self.everything.count {
            #expect(loadConfiguration(Array(Self.everything[..<length])).mistakes.isEmpty, "\(length) octets")
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func noise(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let signs = Array("[]{}:,-?&*!|>'\"%@`#~ \n\t\\0aeE.\u{E9}".utf8)
        for round in 0..<500 {
            var octets = Self.everything
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let place = Int.random(in: 0..<octets.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: octets[place] = UInt8.random(in: 0...255, using: &random)
                case 1: octets[place] = signs.randomElement(using: &random) ?? 0
                case 2: octets.remove(at: place)
                default: octets.insert(signs.randomElement(using: &random) ?? 0, at: place)
                }
            }
            #expect(loadConfiguration(octets).mistakes.isEmpty, "seed \(seed), round \(round)")
        }
        for round in 0..<500 {
            let octets = (0..<Int.random(in: 0...64, using: &random)).map { _ in
                random.next() % 8 == 0
                    ? UInt8.random(in: 0...255, using: &random) : signs.randomElement(using: &random) ?? 0
            }
            let outcome = loadConfiguration(octets)
            #expect(outcome.mistakes.isEmpty && !outcome.isCorrect, "seed \(seed), short round \(round)")
        }
    }

    /// As large and as deep as a file may be.
    enum LargeFile: CaseIterable {
        case oneKey, manyKeys, list, flowLists, flowMappings, complexKeys, text, keysInKeys, inputs, emptyLines

        var text: String {
            func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
            return switch self {
            case .oneKey: many("a: b\n", 200_000)
            case .manyKeys: (0..<90_000).map { "k\($0): v\n" }.joined()
            case .list: many("- a\n", 250_000)
            case .flowLists: many("[", 1 << 20)
            case .flowMappings: many("{a: ", 200_000)
            case .complexKeys: many("? ", 500_000)
            case .text: "a: \"" + many("x", 1_000_000) + "\"\n"
            case .keysInKeys: many("{", 900) + "a" + many("}: 1", 899) + "}"
            case .inputs: many("inputs: [{interface: eth0}]\n", 30_000)
            case .emptyLines: many("\n", 1 << 20)
            }
        }
    }

    /// Slow files would hold up a reload.
    @Test(arguments: LargeFile.allCases) func largeFiles(file: LargeFile) {
        let octets = Array(file.text.utf8)
        let clock = ContinuousClock()
        let time = clock.measure {
            let outcome = loadConfiguration(octets)
            #expect(outcome.mistakes.isEmpty && outcome.problems > 0)
        }
        #expect(time < .seconds(30), "\(time)")
        print("large configuration \(file), \(octets.count) octets: \(time)")
    }
}
