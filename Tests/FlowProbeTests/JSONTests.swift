import Foundation
import Testing

extension ProbeTests {
    /// JSON lines as another program reads them.
    @Suite struct JSONTests {
        private static let counters = [
            "packetDeltaCount", "octetDeltaCount", "layer2OctetDeltaCount", "retransmittedOctetDeltaCount",
        ]

        private func lines(_ data: Data) throws -> [[String: Any]] {
            try #require(data.isEmpty || data.last == 10)
            return try data.split(separator: 10).map { line in
                try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            }
        }

        private func sum(_ records: [[String: Any]], _ counter: String) -> Int {
            let reverse = "reverse" + counter.prefix(1).uppercased() + counter.dropFirst()
            return records.reduce(0) { sum, record in
                sum + (record[counter] as? Int ?? 0) + (record[reverse] as? Int ?? 0)
            }
        }

        /// The number before `words` in the report.
        private func number(before words: String, in report: String) throws -> Int {
            let text = report.split { " \n".contains($0) }.joined(separator: " ")
            let place = try #require(text.range(of: " " + words), "\(words)")
            return try #require(Int(text[..<place.lowerBound].split(separator: " ").last ?? ""))
        }

        @Test func linesAgreeWithTheReport() throws {
            let folder = try TemporaryFolder()
            let mixed = folder.path("mixed.pcap")
            try Captures.pcap(Frame.mixed(4000, seed: 9)).write(to: folder.file("mixed.pcap"))
            for capture in Captures.bundled + [mixed] {
                let arguments = ["replay", capture, "--active-timeout", "5", "--json", folder.path("flows.json")]
                let plainRun = try Probe.run(arguments)
                let plain = try lines(Data(contentsOf: folder.file("flows.json")))
                let stitchedRun = try Probe.run(arguments + ["--stitched"])
                let stitched = try lines(Data(contentsOf: folder.file("flows.json")))
                #expect(plainRun.code == 0 && stitchedRun.code == 0)
                #expect(plainRun.text == stitchedRun.text)
                for counter in Self.counters { #expect(sum(plain, counter) == sum(stitched, counter)) }
                let report = plainRun.text
                #expect(try sum(plain, "packetDeltaCount") == number(before: "in flows +", in: report))
                #expect(try sum(plain, "layer2OctetDeltaCount") == number(before: "in flows; layer 3", in: report))
                #expect(report.contains("layer 3 in flows \(sum(plain, "octetDeltaCount"))"))
                #expect(
                    try plain.count
                        == number(before: "= \(number(before: "flow ends +", in: report)) flow ends", in: report))
                #expect(try stitched.count == number(before: "begun =", in: report))
                // One line a flow; slices in order without it.
                let flows = stitched.compactMap { $0["flowId"] as? String }
                #expect(Set(flows).count == stitched.count)
                #expect(stitched.allSatisfy { $0["sliceIndex"] as? Int == 0 })
                #expect(Set(plain.compactMap { $0["flowId"] as? String }) == Set(flows))
                var next: [String: Int] = [:]
                for record in plain {
                    let flow = try #require(record["flowId"] as? String)
                    #expect(record["sliceIndex"] as? Int == next[flow, default: 0])
                    next[flow, default: 0] += 1
                }
                if capture == mixed { #expect(plain.count > stitched.count) }
            }
        }

        @Test func standardOutputHasNothingButLines() throws {
            for options in [[], ["--stitched"], ["-q"]] {
                let outcome = try Probe.run(["replay", Captures.bundled[0], "--json", "-"] + options)
                #expect(outcome.code == 0)
                #expect(try lines(outcome.output).count > 20)
                #expect(outcome.errors.contains("every sum holds") == (options != ["-q"]))
                if options == ["-q"] { #expect(outcome.errors.isEmpty) }
            }
        }

        /// `| head -1`: the reader goes away.
        @Test func aReaderThatGoesAwayIsAnOutputError() throws {
            let folder = try TemporaryFolder()
            try Captures.pcap(Captures.flood(4000)).write(to: folder.file("flood.pcap"))
            let pipe = Pipe()
            let probe = try Probe(
                ["replay", folder.path("flood.pcap"), "--json", "-"], output: pipe.fileHandleForWriting)
            try pipe.fileHandleForWriting.close()
            #expect(try pipe.fileHandleForReading.read(upToCount: 1) == Data("{".utf8))
            try pipe.fileHandleForReading.close()
            let outcome = try probe.wait()
            #expect(!outcome.wasKilled && outcome.code == 4)
            #expect(outcome.errors.contains("flowprobe: Writing to standard output failed: Broken pipe."))
            #expect(outcome.errors.contains("every sum holds"))
        }

        /// The report's own reader needs no message, but nothing may crash.
        @Test func aReportThatNobodyReads() throws {
            let pipe = Pipe()
            // Before the program starts: on a fast machine it would else have written everything by then.
            try pipe.fileHandleForReading.close()
            let probe = try Probe(["replay", Captures.bundled[0]], output: pipe.fileHandleForWriting)
            try pipe.fileHandleForWriting.close()
            let outcome = try probe.wait()
            #expect(!outcome.wasKilled && outcome.code == 4 && outcome.errors.isEmpty)
        }
    }
}
