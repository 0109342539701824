import Foundation
import Glibc
import Testing

/// An authority, and a server for a name and for an address with certificates of it.
final class Laboratory {
    private static let program = "/usr/bin/openssl"
    /// Whether certificates can be made.
    static let isThere = FileManager.default.isExecutableFile(atPath: program)

    let folder: String
    private var server: Process?
    private var input: Pipe?

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID())").path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        for authority in ["ca", "other"] {
            try run(
                ["req", "-x509", "-days", "2", "-subj", "/CN=\(authority)"] + key
                    + ["-keyout", "\(authority).key", "-out", "\(authority).pem"])
        }
        for (name, alternative) in [("name", "DNS:localhost"), ("address", "IP:127.0.0.1"), ("probe", "DNS:probe")] {
            try run(["req", "-subj", "/CN=\(name)"] + key + ["-keyout", "\(name).key", "-out", "\(name).csr"])
            try Data("subjectAltName=\(alternative)\n".utf8).write(to: URL(filePath: path("\(name).ext")))
            try run([
                "x509", "-req", "-days", "2", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-extfile", "\(name).ext", "-out", "\(name).pem",
            ])
        }
    }

    deinit {
        // Its end of the pipe closes too, but a server that has a connection does not look.
        if let server { kill(server.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    func path(_ name: String) -> String { folder + "/" + name }

    private func process(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: Self.program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardError = FileHandle.nullDevice
        return process
    }

    private func run(_ arguments: [String]) throws {
        let process = process(arguments)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(arguments)")
    }

    /// Starts a server whose output goes into the file `got`. Its port.
    func serve(_ certificate: String, _ more: [String] = []) throws -> UInt16 {
        // A port that was free a moment ago.
        let place = try Collector([.silent])
        place.stop()
        try Data().write(to: URL(filePath: path("got")))
        let process = process(
            [
                "s_server", "-quiet", "-accept", "127.0.0.1:\(place.port)", "-cert", "\(certificate).pem", "-key",
                "\(certificate).key",
            ] + more)
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: path("got")))
        // The server ends with its input.
        let input = Pipe()
        process.standardInput = input
        try process.run()
        (server, self.input) = (process, input)
        usleep(200_000)
        return place.port
    }

    /// Flow ids that the server has got.
    var flows: [UInt64] {
        var reader = MessageReader(connection: 0)
        let octets = [UInt8]((try? Data(contentsOf: URL(filePath: path("got")))) ?? Data())
        return reader.take(octets[...]).flatMap(\.0.flows)
    }
}
