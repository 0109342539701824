import Foundation

/// Other people's programs, for tests that need them.
enum Program {
    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Whether an executable is in one of the places Debian puts it.
    static func exists(_ name: String) -> Bool { path(name) != nil }

    static func path(_ name: String) -> String? {
        ["/usr/bin/", "/usr/sbin/", "/usr/local/bin/"].map { $0 + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static let pythonIPFIX: Bool =
        exists("python3") && (try? run("/usr/bin/python3", ["-c", "import ipfix"]))?.status == 0

    /// Runs a program to its end, at most `seconds`; output goes through files, so that no pipe can fill up.
    static func run(
        _ path: String, _ arguments: [String], input: String = "", seconds: Double = 60
    ) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("flowprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["in", "out", "err"].map { folder.appendingPathComponent($0) }
        try Data(input.utf8).write(to: files[0])
        try Data().write(to: files[1])
        try Data().write(to: files[2])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        let end = Date() + seconds
        while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.01) }
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus,
            output: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
    }
}
