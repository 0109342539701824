import Foundation
import Testing

extension ProbeTests {
    /// Memory stays within the budget and a fixed part, whatever comes.
    @Suite struct MemoryTests {
        /// Octets that the process may take beyond its budget: program and libraries, buffers, the sink's block.
        private static let fixedPart = 48 << 20

        /// The most memory that the process has had so far, in octets.
        private func peak(_ probe: Probe) -> Int {
            guard let status = try? String(contentsOfFile: "/proc/\(probe.identifier)/status", encoding: .utf8),
                let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
                let kibibytes = Int(line.split { !$0.isNumber }.first ?? "")
            else { return 0 }
            return kibibytes << 10
        }

        @Test(arguments: [1, 2])
        func aFloodStaysWithinTheBudget(workers: Int) throws {
            let folder = try TemporaryFolder()
            try Captures.pcap(Captures.flood(100_000)).write(to: folder.file("flood.pcap"))
            // The lines are read slowly enough to look at the process until it ends.
            let pipe = Pipe()
            let probe = try Probe(
                [
                    "replay", folder.path("flood.pcap"), "--flow-memory", "1MiB", "--json", "-", "--quiet",
                    "--workers", "\(workers)",
                ], output: pipe.fileHandleForWriting)
            try pipe.fileHandleForWriting.close()
            var peakOctets = 0
            var lines = 0
            while let piece = try pipe.fileHandleForReading.read(upToCount: 64 << 10), !piece.isEmpty {
                lines += piece.count { $0 == 10 }
                peakOctets = max(peakOctets, peak(probe))
            }
            let outcome = try probe.wait()
            #expect(outcome.code == 0 && lines == 100_000)
            print("flood of 100,000 flows, 1 MiB of flow memory, \(workers) workers: peak \(peakOctets >> 10) KiB")
            #expect(peakOctets > 1 << 20)
            #expect(peakOctets < 1 << 20 + Self.fixedPart)
        }
    }
}
