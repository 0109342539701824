import Dispatch
import Foundation

/// Programs that the tests hold the output against.
enum Program {
    /// What a finished program leaves.
    struct Outcome: Sendable {
        var code: Int32
        var output: Data
        var errors: String
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// Where the package is.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized

    static func path(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static func exists(_ name: String) -> Bool { path(name) != nil }

    /// Runs a program to its end, with `input` on its standard input.
    static func run(_ name: String, _ arguments: [String], input: Data = Data()) async throws -> Outcome {
        try await Background.value {
            let folder = try TemporaryFolder()
            for (file, data) in [("in", input), ("out", Data()), ("err", Data())] {
                try data.write(to: folder.file(file))
            }
            let process = Process()
            process.executableURL = URL(filePath: path(name) ?? "/usr/bin/\(name)")
            process.arguments = arguments
            process.standardInput = try FileHandle(forReadingFrom: folder.file("in"))
            process.standardOutput = try FileHandle(forWritingTo: folder.file("out"))
            process.standardError = try FileHandle(forWritingTo: folder.file("err"))
            let ended = DispatchSemaphore(value: 0)
            process.terminationHandler = { _ in ended.signal() }
            try process.run()
            if ended.wait(timeout: .now() + .seconds(120)) == .timedOut { process.terminate() }
            return Outcome(
                code: process.isRunning ? -1 : process.terminationStatus,
                output: try Data(contentsOf: folder.file("out")),
                errors: String(decoding: try Data(contentsOf: folder.file("err")), as: UTF8.self))
        }
    }
}

/// Work on a thread of its own, waited for without holding a place in the cooperative pool.
enum Background {
    static func value<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }
}

/// A folder that goes away with its last reference.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        // Short: the path of a Unix socket in it has 107 octets at most.
        url = URL(filePath: "/tmp/fp-\(String(UInt64.random(in: 0 ... .max), radix: 36))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ name: String) -> URL { url.appending(path: name) }
    func path(_ name: String) -> String { file(name).path() }
}
