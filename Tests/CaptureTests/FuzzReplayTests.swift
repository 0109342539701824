import Capture
import Foundation
import NetlinkFuzzing
import Testing

/// Replays the fuzzers' seeds and every input that once failed: in debug, in release, without libFuzzer.
@Suite struct FuzzReplayTests {
    @Test(arguments: ["FuzzPcap", "FuzzPcapng"])
    func seedsAndFailures(_ target: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fuzz/\(target)")
            .standardized
        let seeds = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Seeds").path())
        let failures = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "FailCases").path())
            .filter { !$0.hasPrefix(".") }
        #expect(seeds.count >= 7, "the seeds are missing: run scripts/fuzz-seeds")
        for name in seeds.map({ "Seeds/" + $0 }) + failures.map({ "FailCases/" + $0 }) {
            let octets = try [UInt8](Data(contentsOf: root.appending(path: name)))
            guard let whole = try? ReplaySource(octets: octets) else {
                #expect(!name.hasPrefix("Seeds"), "\(name) is not read")
                continue
            }
            let packets = readAll(whole)
            if name.hasPrefix("Seeds") { #expect(!packets.isEmpty) }
            for piece in [1, 61, 1000] {
                let source = try ReplaySource(octets: octets, piece: piece)
                #expect(readAll(source, capacity: 5) == packets, "\(name)")
                #expect(source.summaries[0].damages == whole.summaries[0].damages, "\(name)")
                #expect(source.summaries[0].octetsSkipped == whole.summaries[0].octetsSkipped)
            }
        }
    }

    @Test func netlinkSeedsAndFailures() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fuzz/FuzzNetlink")
            .standardized
        var seeds = 0
        for folder in ["Seeds", "FailCases"] {
            for name in try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())
            where !name.hasPrefix(".") {
                let octets = try [UInt8](Data(contentsOf: root.appending(path: "\(folder)/\(name)")))
                let outcome = checkDatagrams(octets)
                guard folder == "Seeds" else { continue }
                seeds += 1
                #expect(outcome.packets > 0 || outcome.malformed > 0, "\(name)")
                for length in octets.indices { _ = checkDatagrams(Array(octets.prefix(length))) }
            }
        }
        #expect(seeds >= 10, "the seeds are missing: run scripts/fuzz-seeds")
    }
}
