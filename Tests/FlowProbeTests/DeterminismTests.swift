import Foundation
import NetTypes
import Testing

/// The same input and options give the same bytes in every output. Beside the other tests that run the program.
@Suite(.serialized) struct DeterminismTests {
    /// What one run wrote.
    private struct Outputs: Equatable {
        var code: Int32
        var json: Data
        var ipfix: Data
        var report: String
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func outputs(_ arguments: [String], input: URL? = nil, in directory: URL? = nil) throws -> Outputs {
        let (json, ipfix) = (folder.file("flows.json"), folder.file("flows.ipfix"))
        let outcome = try Probe.run(
            ["replay"] + arguments + ["--json", json.path(), "--ipfix", ipfix.path()], input: input, in: directory)
        // The accounting names the IPFIX file, which is always the same.
        return Outputs(
            code: outcome.code, json: try Data(contentsOf: json), ipfix: try Data(contentsOf: ipfix),
            report: outcome.reportBody)
    }

    /// Runs with several numbers of workers, twice with the first, and compares.
    private func sameForAll(
        _ arguments: [String], workers: [Int] = [1, 1, 2, 8], _ location: SourceLocation = #_sourceLocation
    ) throws {
        var reference: Outputs?
        for count in workers {
            let outputs = try outputs(arguments + ["--workers", "\(count)"])
            let first = reference ?? outputs
            reference = first
            #expect(!outputs.json.isEmpty && !outputs.report.isEmpty, "\(arguments)", sourceLocation: location)
            #expect(outputs == first, "\(count) workers, \(arguments)", sourceLocation: location)
        }
    }

    private func write(_ frames: [Frame], _ name: String) throws -> String {
        try Captures.pcap(frames).write(to: folder.file(name))
        return folder.path(name)
    }

    private static let mixed = Frame.mixed(5000, seed: 43)

    @Test(arguments: [[], ["--stitched"], ["--uniflow"], ["--elements", "minimal"], ["--elements", "precise"]])
    func workersDoNotShow(options: [String]) throws {
        for capture in try Captures.bundled + [write(Self.mixed, "mixed.pcap")] {
            try sameForAll([capture] + options)
        }
    }

    @Test func segmentsFiltersAndTimeoutsAreDeterministicToo() throws {
        let capture = try write(Self.mixed, "mixed.pcap")
        try sameForAll([
            capture, "--filter", "udp or tcp port 80", "--active-timeout", "3", "--idle-timeout", "1.5",
        ])
        try sameForAll([Captures.bundled[1], "--segment", "none", "--internal", "192.0.2.0/24"])
    }

    /// Flows inside and outside of a tunnel begin with the same packets.
    @Test(arguments: ["inner", "outer", "both"])
    func tunnelsAreDeterministicToo(rule: String) throws {
        let frames = Self.mixed.enumerated().map { index, frame in
            index % 3 == 0 || frame.octets[12...13] != [8, 0]
                ? frame
                : Frame.ipv4(frame.time, 4, from: index % 5, to: 200 + index % 7, Array(frame.octets.dropFirst(14)))
        }
        try sameForAll([try write(frames, "tunnels.pcap"), "--tunnels", rule, "--flow-memory", "1MiB"])
    }

    @Test func evictionsDoNotDependOnWorkers() throws {
        let frames =
            Captures.flood(12_000)
            + Self.mixed.map { frame in
                Frame(time: frame.time + Frame.second, octets: frame.octets)
            }
        let capture = try write(frames, "flood.pcap")
        try sameForAll([capture, "--flow-memory", "1MiB"])
        let report = try Probe.run(["replay", capture, "--flow-memory", "1MiB"])
        #expect(report.text.contains("lack of resources"))
    }

    @Test func overlappingFilesAreMergedTheSameWay() throws {
        let odd = Self.mixed.indices.filter { $0 % 3 == 0 }.map { Self.mixed[$0] }
        let even = Self.mixed.indices.filter { $0 % 3 != 0 }.map { Self.mixed[$0] }
        let files = [try write(odd, "one.pcap"), try write(even, "two.pcap")]
        try sameForAll(files)
        try sameForAll(files.reversed() + Captures.bundled)
    }

    /// How the octets arrive does not show: a file, a pipe in small pieces, gzip. The name is the same in all cases,
    /// since IPFIX carries it.
    @Test func theWayInDoesNotShow() throws {
        for (number, source) in try (Captures.bundled + [write(Self.mixed, "mixed.pcap")]).enumerated() {
            let data = try Data(contentsOf: URL(filePath: source))
            var directories: [URL] = []
            for way in ["file", "pipe", "gzip"] {
                let directory = folder.file("\(way)\(number)")
                try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
                directories.append(directory)
            }
            try data.write(to: directories[0].appending(path: "capture"))
            try gzip(data, to: directories[2].appending(path: "capture"))
            let reference = try outputs(["capture"], in: directories[0])
            #expect(try outputs(["capture"], in: directories[2]) == reference)
            for (workers, piece) in [(1, 700), (2, 4096), (1, 65_536)] {
                let pipe = directories[1].appending(path: "capture")
                // SAFETY: mkfifo reads the path during the call only.
                let made = unsafe mkfifo(pipe.path(), 0o600)
                try #require(made == 0)
                let writer = Thread {
                    guard let handle = try? FileHandle(forWritingTo: pipe) else { return }
                    for start in stride(from: 0, to: data.count, by: piece) {
                        try? handle.write(contentsOf: data[start..<min(data.count, start + piece)])
                    }
                    try? handle.close()
                }
                writer.start()
                let piped = try outputs(["capture", "--workers", "\(workers)"], in: directories[1])
                #expect(piped == reference, "\(source) through a pipe in pieces of \(piece)")
                try FileManager.default.removeItem(at: pipe)
            }
            // IPFIX names the input, so that its octets differ here.
            let named = try Probe.run(["replay", source, "--json", folder.path("named")])
            let standard = try Probe.run(
                ["replay", "-", "--json", folder.path("standard")], input: URL(filePath: source))
            #expect(named.reportBody == standard.reportBody)
            #expect(try Data(contentsOf: folder.file("named")) == Data(contentsOf: folder.file("standard")))
        }
    }

    private func gzip(_ data: Data, to file: URL) throws {
        let plain = folder.file("plain")
        try data.write(to: plain)
        try Data().write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/gzip")
        process.arguments = ["-c", plain.path()]
        process.standardOutput = try FileHandle(forWritingTo: file)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// Forty captures from all over the corpus in a release build.
    @Test(.enabled(if: !Captures.corpus.isEmpty, "The corpus is absent: set FLOWPROBE_CORPUS to its folder."))
    func sampleOfTheCorpus() throws {
        let step = max(1, Captures.corpus.count / 40)
        let sample = stride(from: 0, to: Captures.corpusToReplay.count, by: step)
            .map { Captures.corpusToReplay[$0] }.filter { FileManager.default.fileExists(atPath: $0) }.prefix(40)
        var compared = 0
        for capture in sample {
            let probed = try Probe.run(["replay", capture, "-q"])
            if probed.code == 3, probed.errors.contains("is not a capture") || probed.errors.contains("is empty") {
                continue
            }
            let reference = try outputs([capture])
            for workers in ["1", "2", "8"] {
                #expect(
                    try outputs([capture, "--workers", workers]) == reference, "\(capture), \(workers) workers")
            }
            let piped = try outputs(["-"], input: URL(filePath: capture))
            #expect(piped.json == reference.json, "\(capture) from standard input")
            compared += 1
        }
        print("corpus: \(compared) captures compared with 1, 2 and 8 workers and from standard input")
        #expect(compared * 10 >= sample.count * 8)
    }
}
