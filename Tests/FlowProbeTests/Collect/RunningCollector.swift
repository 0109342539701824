import Foundation
import Testing

/// `flowprobe collect` on loopback sockets of ports that the system chose.
struct RunningCollector {
    let probe: Probe
    /// Ports by transport, in the order of the options.
    private(set) var ports: [String: [String]] = [:]

    /// Starts it, and waits until it listens on all of `transports` (udp, tcp, tls).
    init(_ transports: [String], _ arguments: [String], address: String = "127.0.0.1") throws {
        let places = transports.flatMap { ["--\($0)", "\(address):0"] }
        probe = try Probe(["collect"] + places + arguments)
        for _ in 0..<12_000 where probe.isRunning {
            let lines = probe.errorsSoFar.split(separator: "\n").filter { $0.hasPrefix("flowprobe: Listening on ") }
            if lines.count == transports.count {
                for line in lines {
                    let words = line.dropLast().split(separator: " ").last?.components(separatedBy: "://") ?? []
                    let port = words.last?.split(separator: ":").last.map(String.init) ?? ""
                    ports[words.first ?? "", default: []].append(port)
                }
                return
            }
            usleep(5000)
        }
        let outcome = try probe.wait(atMost: 0)
        Issue.record("collect does not listen: \(outcome.errors)")
    }

    func port(_ transport: String) -> String { ports[transport]?.first ?? "0" }

    /// Asks for the report so far until it contains `texts`, for at most a minute; what has come has been counted then.
    func waitForReport(of texts: String...) {
        for _ in 0..<300 where !texts.allSatisfy(probe.errorsSoFar.contains) {
            kill(probe.identifier, SIGUSR1)
            usleep(200_000)
        }
    }

    /// Ends it as an operator does.
    func stop() throws -> Probe.Outcome {
        kill(probe.identifier, SIGINT)
        return try probe.wait(atMost: 180)
    }

    /// Kills it.
    func kill9() throws {
        kill(probe.identifier, SIGKILL)
        _ = try probe.wait(atMost: 180)
    }
}

/// Another program, to its end.
struct Program {
    var code: Int32
    var output: String

    /// Runs `path` with `arguments`; what it writes to standard error is added when `merging`.
    static func run(_ path: String, _ arguments: [String], merging: Bool = false, in folder: URL? = nil) throws
        -> Program
    {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = merging ? pipe : FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Program(code: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
    }

    /// Runs exporter.py beside this file; the lines that it prints.
    static func exporter(_ port: String, _ steps: String...) throws -> [String] {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "exporter.py").path()
        return try run("/usr/bin/python3", [script, port] + steps).output.split(separator: "\n").map(String.init)
    }
}
