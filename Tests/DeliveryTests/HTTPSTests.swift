import Delivery
import Exporter
import Foundation
import Glibc
import Testing

/// Requests over TLS, to a server that others wrote.
@Suite(.serialized) struct HTTPSTests {
    private static let python = "/usr/bin/python3"
    private static let isThere = Laboratory.isThere && FileManager.default.isExecutableFile(atPath: python)

    /// Python's own HTTPS server.
    private final class Server {
        let port: UInt16
        private let process = Process()
        private let lab: Laboratory

        init(_ lab: Laboratory, _ arguments: [String]) throws {
            self.lab = lab
            let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "https-receiver.py")
            process.executableURL = URL(filePath: HTTPSTests.python)
            process.arguments = [script.path(percentEncoded: false), lab.folder] + arguments
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            port = try #require(UInt16(line.trimmingCharacters(in: .whitespacesAndNewlines)))
        }

        deinit {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }

        /// Flow ids that have come, in order.
        var flows: [UInt64] {
            get throws {
                guard let text = try? String(contentsOfFile: lab.path("got"), encoding: .utf8) else { return [] }
                return try text.split(separator: "\n").compactMap { line in
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                    return (object?["flowId"] as? String).flatMap { UInt64($0) }
                }
            }
        }
    }

    @Test(
        .enabled(if: isThere, "openssl or python3 is missing: HTTPS was NOT tried against it"),
        arguments: [
            ("localhost", ["name"], ""), ("127.0.0.1", ["address"], ""), ("127.0.0.1", ["name"], "&name=localhost"),
            ("localhost", ["name", "ca"], "&certificate=probe.pem&key=probe.key"),
        ])
    func arrives(host: String, arguments: [String], parameters: String) throws {
        let lab = try Laboratory()
        let server = try Server(lab, arguments)
        let parameters = parameters.replacing("=probe", with: "=" + lab.path("probe"))
        let bench = try Workbench(
            "https://\(host):\(server.port)/in?format=ndjson&retry=1&ca=\(lab.path("ca.pem"))\(parameters)")
        try bench.add(batches: 50)
        let isDone = try bench.finish()
        #expect(isDone, "\(bench.stream.status)")
        #expect(try server.flows == bench.ids)
        #expect(try bench.account().acknowledged == bench.made && bench.account().resent == 0)
    }

    @Test(
        .enabled(if: isThere, "openssl or python3 is missing: HTTPS was NOT tried against it"),
        arguments: [
            ("localhost", ["name"], "other.pem", "certificate verify failed"),
            ("127.0.0.1", ["name"], "ca.pem", "is not for 127.0.0.1"),
            ("localhost", ["name", "ca"], "ca.pem", "localhost"),
        ])
    func refuses(host: String, arguments: [String], authority: String, problem: String) throws {
        let lab = try Laboratory()
        let server = try Server(lab, arguments)
        let bench = try Workbench(
            "https://\(host):\(server.port)/in?format=ndjson&retry=1&timeout=2&ca=\(lab.path(authority))")
        try bench.add(batches: 2)
        #expect(eventually { bench.stream.status.problem?.contains(problem) == true })
        #expect(try server.flows.isEmpty)
        #expect(try bench.account().settled == 0)
    }
}
