import Foundation
import Logging
import Service
import Testing

/// The server as its users see it, by curl.
@Suite struct StatusServerTests {
    @Test(
        .enabled(if: Program.exists("curl"), "curl is missing: run scripts/bootstrap"),
        arguments: ["127.0.0.1", "[::1]"])
    func pagesOverLoopback(host: String) async throws {
        let server = try await TestServer(address: "\(host):0")
        defer { server.stop() }
        let url = "http://\(try #require(server.server.address))"
        let metrics = try await curl(url + "/metrics?x=y")
        #expect(metrics.status == "HTTP/1.1 200 OK")
        #expect(metrics.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(metrics.fields["connection"] == "close")
        #expect(try ExpositionParser(metrics.body).families["flowprobe_records_total"]?.samples.first?.value == "42")
        #expect(try await curl(url + "/").body.contains("/readyz"))
        #expect(try await curl(url + "/healthz").body == "ok\n")
        #expect(try await curl(url + "/nothing").status.contains("404"))
        #expect(try await curl(url + "/../../etc/passwd", ["--path-as-is"]).status.contains("404"))
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"] {
            let answer = try await curl(url + "/metrics", ["-X", method])
            #expect(answer.status.contains("405") && answer.fields["allow"] == "GET", "\(method)")
        }
        #expect(try await curl(url + "/metrics", ["-X", "BREW"]).status.contains("400"))
    }

    /// The probe's own client, which `steer status` asks probes with.
    @Test(arguments: ["127.0.0.1", "[::1]"])
    func pagesByOurOwnClient(host: String) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s")
        let server = try await TestServer(address: "\(host):0", socketPath: path)
        defer { server.stop() }
        let address = "\(try #require(server.server.address))"
        for place in [address, path] {
            let page = try StatusPageClient.page("/metrics", of: place, limit: 1 << 20)
            #expect(try ExpositionParser(page).families["flowprobe_records_total"]?.samples.first?.value == "42")
            for (wrong, limit) in [("/nothing", 1 << 20), ("/metrics", 100)] {
                #expect(throws: StatusPageError.self) { try StatusPageClient.page(wrong, of: place, limit: limit) }
            }
        }
        for place in ["192.0.2.1:9", "nowhere", folder.path("none"), "/" + String(repeating: "x", count: 200)] {
            #expect(throws: StatusPageError.self) { try StatusPageClient.page("/metrics", of: place, limit: 1 << 20) }
        }
    }

    @Test(.enabled(if: Program.exists("curl"), "curl is missing: run scripts/bootstrap"))
    func verdicts() async throws {
        let server = try await TestServer(
            address: "127.0.0.1:0", health: .failing(["worker 1 has not turned for 12 s."]),
            readiness: .failing(["eth0 is not open.", "a\r\nb"]))
        defer { server.stop() }
        let url = "http://\(try #require(server.server.address))"
        let health = try await curl(url + "/healthz")
        #expect(health.status.contains("503") && health.body == "worker 1 has not turned for 12 s.\n")
        let readiness = try await curl(url + "/readyz")
        #expect(readiness.status.contains("503") && readiness.body == "eth0 is not open.\na\\r\\nb\n")
    }

    @Test(.enabled(if: Program.exists("curl"), "curl is missing: run scripts/bootstrap"))
    func pagesOverUnixSocket() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s")
        let server = try await TestServer(socketPath: path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o660)
        #expect(server.server.address == nil)
        #expect(try await curl("http://x/metrics", ["--unix-socket", path]).status.contains("200"))
        server.stop()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path()).isEmpty)
        #expect(try await Program.run("curl", ["-s", "--unix-socket", path, "http://x/"]).code != 0)
    }

    @Test(.enabled(if: Program.exists("curl"), "curl is missing: run scripts/bootstrap"))
    func bothAtOnce() async throws {
        let folder = try TemporaryFolder()
        // An address of its own: once the server is gone, another test's may be given its port.
        let host = "127.\(Int.random(in: 1...254)).\(Int.random(in: 1...254)).\(Int.random(in: 1...254))"
        let server = try await TestServer(address: "\(host):0", socketPath: folder.path("s"))
        let address = try #require(server.server.address)
        #expect(address.host == host && address.port > 0)
        for _ in 0..<3 {
            #expect(try await curl("http://\(address)/readyz").body == "ok\n")
            #expect(try await curl("http://x/readyz", ["--unix-socket", folder.path("s")]).body == "ok\n")
        }
        server.stop()
        server.stop()
        #expect(server.server.address == nil)
        #expect(try await Program.run("curl", ["-s", "http://\(address)/"]).code != 0)
        await #expect(throws: StatusServerError.startedBefore) {
            try await Background.value { try server.server.start() }
        }
    }

    /// What a killed process leaves is replaced; what somebody listens on, or is no socket, is left alone.
    @Test(.enabled(if: Program.exists("curl"), "curl is missing: run scripts/bootstrap"))
    func oldSockets() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s")
        let code = "import socket,sys; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1])"
        #expect(try await Program.run("python3", ["-c", code, path]).code == 0)
        #expect(FileManager.default.fileExists(atPath: path))
        let first = try await TestServer(socketPath: path)
        await #expect(throws: StatusServerError.inUse(path)) { try await TestServer(socketPath: path) }
        #expect(try await curl("http://x/healthz", ["--unix-socket", path]).body == "ok\n")
        // The first one's file was replaced by another process: it is not the first one's to remove.
        try FileManager.default.removeItem(atPath: path)
        let second = try await TestServer(socketPath: path)
        first.stop()
        #expect(try await curl("http://x/healthz", ["--unix-socket", path]).body == "ok\n")
        second.stop()

        let file = folder.path("file")
        try Data("keep".utf8).write(to: folder.file("file"))
        await #expect(throws: StatusServerError.notASocket(file)) { try await TestServer(socketPath: file) }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "keep")
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: path)
        await #expect(throws: StatusServerError.notASocket(folder.path("link"))) {
            try await TestServer(socketPath: folder.path("link"))
        }
        for bad in ["", "@abstract", "/tmp/" + String(repeating: "x", count: 99), "/tmp/a\0b"] {
            await #expect(throws: StatusServerError.malformedPath(bad)) { try await TestServer(socketPath: bad) }
        }
        for place in ["/nonexistent/s", "/proc/s"] {
            let error = await #expect(throws: StatusServerError.self) { try await TestServer(socketPath: place) }
            #expect(error?.description.contains(place) == true)
        }
    }

    @Test func aTakenPort() async throws {
        let first = try await TestServer(address: "127.0.0.1:0")
        defer { first.stop() }
        let port = try #require(first.server.address?.port)
        let folder = try TemporaryFolder()
        let error = await #expect(throws: StatusServerError.self) {
            try await TestServer(address: "127.0.0.1:\(port)", socketPath: folder.path("s"))
        }
        #expect(
            error?.description.contains("127.0.0.1:\(port)") == true && error?.description.contains("in use") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.path("s")))
        // The other way round: the port is free again when the socket failed.
        await #expect(throws: StatusServerError.self) {
            try await TestServer(address: "127.0.0.1:0", socketPath: "/proc/s")
        }
    }

    @Test func startsAndStopsAgainAndAgain() async throws {
        let folder = try TemporaryFolder()
        for _ in 0..<20 { try await TestServer(address: "0", socketPath: folder.path("s")).stop() }
        StatusServer(.init(), logger: .silent, metrics: { .init() }, health: { .passing }, readiness: { .passing })
            .stop()
    }
}

@Suite struct LoopbackAddressTests {
    @Test(arguments: [
        ("9995", "127.0.0.1:9995"), ("127.0.0.1:0", "127.0.0.1:0"), ("127.255.3.4:65535", "127.255.3.4:65535"),
        ("[::1]:80", "[::1]:80"), ("localhost:1", "127.0.0.1:1"),
    ])
    func taken(text: String, shown: String) throws {
        #expect(try LoopbackAddress(text).description == shown)
    }

    @Test(arguments: [
        "0.0.0.0:80", "[::]:80", "10.0.0.1:80", "128.0.0.1:1", "127.1:80", "127.0.0.1.1:80", "127.0.0.256:80",
        "127.0.0.01:80", "127.0.0.+1:80", "example.com:80", "[::ffff:127.0.0.1]:80", "[fe80::1]:80", ":80", "[]:80",
        "1.127.0.0.1:80",
        "[127.0.0.1:80",
    ])
    func refused(text: String) throws {
        let error = #expect(throws: StatusServerError.self) { try LoopbackAddress(text) }
        #expect(error == .notLoopback(text) && error?.description.contains(text) == true)
    }

    @Test(arguments: [
        "", "x", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "::1", "::1:80",
        "1.2:3:4",
    ])
    func malformed(text: String) {
        #expect(throws: StatusServerError.malformedAddress(text)) { try LoopbackAddress(text) }
    }

    @Test func messagesAreOneLine() {
        let hostile = "\u{1B}[2J\n"
        let errors: [StatusServerError] = [
            .malformedAddress(hostile), .notLoopback(hostile), .malformedPath(hostile), .notASocket(hostile),
            .inUse(hostile), .cannotListen(place: hostile, reason: hostile), .startedBefore,
        ]
        for error in errors {
            #expect(!error.description.contains("\u{1B}") && !error.description.contains("\n"))
            #expect(error.description.hasSuffix("."))
        }
    }
}
