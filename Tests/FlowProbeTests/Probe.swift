import Foundation
import Testing

/// Everything that runs the built program; one after the other, so that time bounds mean something.
@Suite(.serialized) enum ProbeTests {}

/// The built program as a process, beside the tests that were built with it: debug or release.
struct Probe {
    /// What a finished process leaves.
    struct Outcome {
        var code: Int32
        var wasKilled: Bool
        var output: Data
        var errors: String
        var seconds: Double

        /// Standard output as text.
        var text: String { String(decoding: output, as: UTF8.self) }
        /// The report without what names the input, its format and its compression.
        var reportBody: String {
            text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("  input ") }
                .joined(separator: "\n")
        }
        /// The lists of the report: what stands between the totals and the accounting.
        var reportLists: String {
            let body = text.components(separatedBy: "Shares are of all answered octets.").last ?? ""
            return body.components(separatedBy: "\nAccounting\n")[0]
        }
    }

    static let executable: URL = {
        let test = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let beside = test.deletingLastPathComponent().appending(path: "flowprobe")
        if FileManager.default.isExecutableFile(atPath: beside.path()) { return beside }
        // The tests may be run by a helper of the toolchain, which is told where their bundle is.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: "flowprobe")
    }()

    private let process = Process()
    private let outputFile: URL
    private let errorFile: URL
    private let folder: TemporaryFolder
    private let started = ContinuousClock.now
    /// Where to write what the program reads, when it reads from a pipe.
    let input: FileHandle?

    var identifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    /// What it has written to standard error by now.
    var errorsSoFar: String { (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "" }

    /// Starts the program. `input` is a file for its standard input; with `pipe`, it is a pipe that stays open.
    /// `output` takes its standard output in place of a file; `environment` is added to the tests' own.
    init(
        _ arguments: [String], input: URL? = nil, pipe: Bool = false, output: FileHandle? = nil,
        in directory: URL? = nil, environment: [String: String] = [:]
    ) throws {
        folder = try TemporaryFolder()
        outputFile = folder.file("output")
        errorFile = folder.file("errors")
        for file in [outputFile, errorFile] { try Data().write(to: file) }
        process.executableURL = Self.executable
        process.arguments = arguments
        if let directory { process.currentDirectoryURL = directory }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let output {
            process.standardOutput = output
        } else {
            process.standardOutput = try FileHandle(forWritingTo: outputFile)
        }
        process.standardError = try FileHandle(forWritingTo: errorFile)
        if pipe {
            let channel = Pipe()
            process.standardInput = channel
            self.input = channel.fileHandleForWriting
        } else {
            self.input = nil
            process.standardInput = try FileHandle(forReadingFrom: input ?? URL(filePath: "/dev/null"))
        }
        try process.run()
    }

    /// Waits for the program's end; kills it, and says so, when it takes more than `seconds`.
    func wait(atMost seconds: Double = 180) throws -> Outcome {
        var killed = false
        while process.isRunning {
            let elapsed = Self.seconds(since: started)
            if elapsed > seconds, !killed {
                killed = true
                kill(process.processIdentifier, SIGKILL)
            }
            usleep(elapsed < 0.1 ? 1000 : 5000)
        }
        process.waitUntilExit()
        return Outcome(
            code: process.terminationStatus, wasKilled: killed || process.terminationReason == .uncaughtSignal,
            output: try Data(contentsOf: outputFile), errors: try String(contentsOf: errorFile, encoding: .utf8),
            seconds: Self.seconds(since: started))
    }

    /// Runs the program to its end.
    static func run(
        _ arguments: [String], input: URL? = nil, in directory: URL? = nil, environment: [String: String] = [:],
        atMost seconds: Double = 180
    ) throws -> Outcome {
        let outcome = try Probe(arguments, input: input, in: directory, environment: environment)
            .wait(atMost: seconds)
        #expect(!outcome.wasKilled, "flowprobe \(arguments.joined(separator: " ")) was killed: \(outcome.errors)")
        return outcome
    }

    static func seconds(since start: ContinuousClock.Instant) -> Double {
        let components = (ContinuousClock.now - start).components
        return Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// A folder that is gone when nobody holds it.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "flowprobe-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ name: String) -> URL { url.appending(path: name) }
    func path(_ name: String) -> String { file(name).path() }
}
