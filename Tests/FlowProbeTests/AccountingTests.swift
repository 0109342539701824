import Foundation
import Testing

extension ProbeTests {
    /// Every capture there is, through the whole program.
    @Suite struct AccountingTests {
        @Test(.enabled(if: !Captures.corpus.isEmpty, "The corpus is absent: set FLOWPROBE_CORPUS to its folder."))
        func everySumHoldsOverTheCorpus() throws {
            var codes: [Int32: Int] = [:]
            var slowest = (seconds: 0.0, name: "")
            for capture in Captures.corpus {
                let outcome = try Probe.run(["replay", capture, "--workers", "2"], atMost: 60)
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
                "corpus: \(Captures.corpus.count) captures replayed: \(counts.joined(separator: ", ")); slowest "
                    + "\(slowest.name) in \(Int(slowest.seconds * 1000)) ms")
            #expect(codes.values.reduce(0, +) == Captures.corpus.count)
        }

        private func max<Value>(_ left: Value, _ right: Value, _ isLess: (Value, Value) -> Bool) -> Value {
            isLess(left, right) ? right : left
        }

        @Test(arguments: Captures.bundled)
        func everySumHoldsOverTheBundledCaptures(capture: String) throws {
            let outcome = try Probe.run(["replay", capture])
            #expect(outcome.code == 0 && outcome.errors.isEmpty)
            #expect(outcome.text.contains("\n  balance    every sum holds\n"))
        }
    }
}
