import Foundation
import NetTypes
import Testing

/// Every capture there is, through the whole program: each third one in a debug build, which takes many times as long.
/// No time is measured here, so that this need not wait for the other tests that run the program.
@Suite(.serialized) struct AccountingTests {
    @Test(.enabled(if: !Captures.corpus.isEmpty, "The corpus is absent: set FLOWPROBE_CORPUS to its folder."))
    func everySumHoldsOverTheCorpus() throws {
        var codes: [Int32: Int] = [:]
        var slowest = (seconds: 0.0, name: "")
        for capture in Captures.corpusToReplay {
            let outcome = try Probe.run(["replay", capture, "--workers", "2"], atMost: 180)
            codes[outcome.code, default: 0] += 1
            slowest = max(slowest, (outcome.seconds, capture)) { $0.seconds < $1.seconds }
            switch outcome.code {
            case 0, 1:
                #expect(outcome.text.contains("\n  balance    every sum holds\n"), "\(capture)")
                let isSilent = outcome.errors.isEmpty && outcome.text.contains("\n  damage       none\n")
                #expect((outcome.code == 0) == isSilent, "\(capture): \(outcome.errors)")
            case 3:
                #expect(
                    outcome.text.isEmpty || outcome.text.contains("every sum holds"), "\(capture): \(outcome.text)")
                #expect(outcome.errors.hasPrefix("flowprobe: ") && outcome.errors.hasSuffix(".\n"), "\(capture)")
            default:
                Issue.record("\(capture): exit code \(outcome.code), \(outcome.errors)")
            }
            // A path is never broken.
            let tooLong = outcome.text.split(separator: "\n").filter { $0.count > 80 && !$0.contains(capture) }
            #expect(tooLong.isEmpty, "\(capture)")
        }
        let counts = codes.sorted { $0.key < $1.key }.map { "\($0.value) with code \($0.key)" }
        print(
            "corpus: \(Captures.corpusToReplay.count) captures replayed: \(counts.joined(separator: ", ")); slowest "
                + "\(slowest.name) in \(Int(slowest.seconds * 1000)) ms")
        #expect(codes.values.reduce(0, +) == Captures.corpusToReplay.count)
    }

    private func max<Value>(_ left: Value, _ right: Value, _ isLess: (Value, Value) -> Bool) -> Value {
        isLess(left, right) ? right : left
    }

    /// A packet that is counted twice is told apart in the sums, in the records and in the report.
    @Test(arguments: [1, 2])
    func bothFlowsOfATunnelBalance(workers: Int) throws {
        let folder = try TemporaryFolder()
        // Two datagrams each way in a 4in4 tunnel, and one that is in none; the inner hosts are 1.x.
        func inside(_ time: Nanoseconds, _ from: Int, _ to: Int, _ ports: (Int, Int)) -> Frame {
            let inner = Frame.udp(time, from: (0x100 | from, ports.0), to: (0x100 | to, ports.1))
            return Frame.ipv4(time, 4, from: from, to: to, Array(inner.octets.dropFirst(14)))
        }
        let start = Frame.start
        let frames = [
            inside(start, 1, 2, (5000, 53)), inside(start + 1000, 2, 1, (53, 5000)),
            Frame.udp(start + 2000, from: (1, 6000), to: (2, 53)), inside(start + 3000, 1, 2, (5000, 53)),
            inside(start + 4000, 2, 1, (53, 5000)),
        ]
        try Captures.pcap(frames).write(to: folder.file("tunnel.pcap"))
        let json = folder.path("flows.json")
        for (rule, flows) in [("inner", 2), ("outer", 2), ("both", 3)] {
            let outcome = try Probe.run([
                "replay", folder.path("tunnel.pcap"), "--tunnels", rule, "--json", json, "--workers", "\(workers)",
            ])
            #expect(outcome.code == 0 && outcome.text.contains("\n  balance    every sum holds\n"), "\(rule)")
            #expect(outcome.text.contains("  again      4 packets counted a second time") == (rule == "both"))
            #expect(outcome.text.contains("  in tunnels 4 IP in IP\n") == (rule != "outer"))
            let lines = try String(contentsOfFile: json, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == flows, "\(rule)")
            #expect(lines.count { $0.contains("\"tunnelDepth\":0") } == (rule == "both" ? 1 : 0))
            #expect(lines.count { $0.contains("\"tunnelDepth\":1") } == (rule == "outer" ? 0 : 1))
            // The report counts each packet once.
            #expect(outcome.text.contains("  flows        2\n"), "\(rule)")
        }
        let shallow = try Probe.run(["replay", folder.path("tunnel.pcap"), "--tunnel-depth", "17"])
        #expect(shallow.code == 2 && shallow.errors.contains("--tunnel-depth"))
    }

    @Test(.enabled(if: !Captures.corpus.isEmpty, "The corpus is absent: set FLOWPROBE_CORPUS to its folder."))
    func everySumHoldsWithTunnelsCountedTwice() throws {
        var again = 0
        for capture in Captures.corpusToReplay {
            let outcome = try Probe.run(["replay", capture, "--tunnels", "both"], atMost: 180)
            if outcome.code == 3, outcome.text.isEmpty { continue }
            #expect(outcome.text.contains("\n  balance    every sum holds\n"), "\(capture)")
            if outcome.text.contains("\n  again  ") { again += 1 }
        }
        #expect(again * 12 > Captures.corpusToReplay.count, "captures with tunnels")
    }

    @Test(arguments: Captures.bundled)
    func everySumHoldsOverTheBundledCaptures(capture: String) throws {
        let outcome = try Probe.run(["replay", capture])
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        #expect(outcome.text.contains("\n  balance    every sum holds\n"))
    }
}
