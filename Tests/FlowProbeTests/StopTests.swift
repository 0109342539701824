import Foundation
import Testing

extension ProbeTests {
    /// Ctrl-C and SIGTERM end a run with what was read, even while it waits for a pipe.
    @Suite struct StopTests {
        @Test(arguments: [SIGINT, SIGTERM], ["1", "2"])
        func aSignalEndsARunThatWaits(signal: Int32, workers: String) throws {
            let folder = try TemporaryFolder()
            let frames = Frame.mixed(700, seed: 8)
            let data = Captures.pcap(frames)
            let outputs = ["--json", folder.path("flows.json"), "--ipfix", folder.path("flows.ipfix")]
            let probe = try Probe(["replay", "-", "--workers", workers] + outputs, pipe: true)
            let input = try #require(probe.input)
            // Half a record at the end: the input is not damaged, it was left.
            try input.write(contentsOf: data.dropLast(10))
            // Signals are caught from when the first packets have come; then the program waits.
            try waitUntilIdle(probe)
            #expect(probe.isRunning)
            #expect(kill(probe.identifier, signal) == 0)
            let outcome = try probe.wait(atMost: 180)
            try input.close()
            #expect(!outcome.wasKilled && outcome.code == 0, "\(outcome.errors)")
            #expect(outcome.errors.isEmpty)
            #expect(outcome.text.contains("The run was interrupted"))
            #expect(outcome.text.contains("damage       none"))
            #expect(outcome.text.contains("  packets    \(frames.count - 1) read ="))
            #expect(outcome.text.contains("every sum holds"))
            // The same flows as in a capture that ends there.
            try Captures.pcap(frames.dropLast()).write(to: folder.file("capture.pcap"))
            let complete = try Probe.run([
                "replay", folder.path("capture.pcap"), "--json", folder.path("complete.json"),
            ])
            #expect(complete.code == 0)
            #expect(
                try Data(contentsOf: folder.file("flows.json")) == Data(contentsOf: folder.file("complete.json")))
            #expect(try Data(contentsOf: folder.file("flows.ipfix")).count > 1000)
        }

        /// In the middle of compressed data, which then ends early by nobody's fault.
        @Test func aSignalEndsAWaitForCompressedData() throws {
            let folder = try TemporaryFolder()
            try Captures.pcap(Frame.mixed(30_000, seed: 8)).write(to: folder.file("capture"))
            let gzip = Process()
            gzip.executableURL = URL(filePath: "/bin/gzip")
            gzip.arguments = [folder.path("capture")]
            try gzip.run()
            gzip.waitUntilExit()
            let data = try Data(contentsOf: folder.file("capture.gz"))
            let probe = try Probe(["replay", "-"], pipe: true)
            let input = try #require(probe.input)
            try input.write(contentsOf: data.prefix(data.count / 2))
            try waitUntilIdle(probe)
            #expect(kill(probe.identifier, SIGINT) == 0)
            let outcome = try probe.wait(atMost: 180)
            #expect(!outcome.wasKilled && outcome.code == 0, "\(outcome.errors)")
            #expect(outcome.text.contains("damage       none") && outcome.text.contains("every sum holds"))
            #expect(!outcome.text.contains("packets    0 read"))
        }

        /// Waits until the program has read all that the pipe holds and then uses no processor time for half a second;
        /// gives up after a minute. Nanoseconds, since a fast machine needs less than one clock tick for all of it.
        private func waitUntilIdle(_ probe: Probe) throws {
            var last: UInt64 = 0
            var still = 0
            for _ in 0..<1200 where still < 10 {
                usleep(50_000)
                let used = try processorTime(of: probe)
                still = used == last && unreadOctets(probe) == 0 ? still + 1 : 0
                last = used
            }
            try #require(still == 10, "the program was never idle")
        }

        /// Nanoseconds that the program's threads have run.
        private func processorTime(of probe: Probe) throws -> UInt64 {
            let tasks = "/proc/\(probe.identifier)/task"
            return try FileManager.default.contentsOfDirectory(atPath: tasks).reduce(0) { sum, task in
                // A thread may have ended since the folder was read.
                guard let line = try? String(contentsOfFile: "\(tasks)/\(task)/schedstat", encoding: .utf8) else {
                    return sum
                }
                let nanoseconds = try #require(line.split(separator: " ").first.flatMap { UInt64($0) })
                return sum + nanoseconds
            }
        }

        /// Octets in the program's pipe that it has not read yet.
        private func unreadOctets(_ probe: Probe) -> Int32 {
            guard let input = probe.input else { return 0 }
            var octets: Int32 = -1
            // SAFETY: the request writes one integer.
            guard unsafe ioctl(input.fileDescriptor, UInt(FIONREAD), &octets) == 0 else { return -1 }
            return octets
        }
    }
}
