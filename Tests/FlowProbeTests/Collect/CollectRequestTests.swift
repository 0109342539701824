import Foundation
import Testing

extension ProbeTests {
    /// `collect --http` and `--https`: posted batches, by this program's own exporter and by curl.
    @Suite struct CollectRequestTests {
        private static func token(_ folder: TemporaryFolder) throws -> String {
            try "open-sesame\nand a second line\n".write(to: folder.file("token"), atomically: true, encoding: .utf8)
            return folder.path("token")
        }

        private static func lines(_ file: URL) throws -> [Substring] {
            try String(contentsOf: file, encoding: .utf8).split(separator: "\n").sorted()
        }

        /// What `curl` is answered: status and text.
        private static func post(_ port: String, _ arguments: String...) throws -> (status: String, text: String) {
            let outcome = try Program.run(
                "/usr/bin/curl", ["-s", "-w", "%{http_code}", "http://127.0.0.1:\(port)/"] + arguments)
            return (String(outcome.output.suffix(3)), String(outcome.output.dropLast(3)))
        }

        /// What a probe posts in TLS, both sides by certificate, however packed, is what it writes itself.
        @Test(arguments: ["none", "gzip", "zstd"]) func aProbesRecordsArrive(compression: String) throws {
            let folder = try TemporaryFolder()
            try CollectTLSTests.certificates(folder)
            let token = try Self.token(folder)
            let collector = try RunningCollector(
                ["https"],
                [
                    "--certificate", folder.path("server.pem"), "--key", folder.path("server.key"), "--client-ca",
                    folder.path("ca.pem"), "--token", token, "--ack", "--json", folder.path("c.json"), "--store",
                    folder.path("c.sqlite"),
                ])
            let capture = Captures.bundled[0]
            let address =
                "https://localhost:\(collector.port("https"))/flows?format=ipfix&compression=\(compression)&token=\(token)"
                + "&ca=credential:ca.pem&certificate=\(folder.path("client.pem"))&key=\(folder.path("client.key"))"
                + "&elements=precise"
            let replay = try Probe.run(
                ["replay", capture, "-q", "--spool", folder.path("spool"), "--export", address],
                environment: ["CREDENTIALS_DIRECTORY": folder.url.path()])
            #expect(replay.code == 0, "\(replay.errors)")
            let direct = try Probe.run(["replay", capture, "-q", "--json", folder.path("r.json")])
            #expect(direct.code == 0)
            let outcome = try collector.stop()
            #expect(outcome.code == 0 && outcome.text.contains("(https)"), "\(outcome.text)\(outcome.errors)")
            let wanted = try Self.lines(folder.file("r.json"))
            #expect(try !wanted.isEmpty && Self.lines(folder.file("c.json")) == wanted)
            #expect(outcome.text.contains("durable      1 batches, \(wanted.count) records"), "\(outcome.text)")
            #expect(outcome.text.contains("requests     1 taken, 0 refused, 0 not served"), "\(outcome.text)")
            let rows = try Program.run(
                "/usr/bin/sqlite3", [folder.path("c.sqlite"), "select count(*) from flowRecord"])
            #expect(rows.output == "\(wanted.count)\n")
        }

        /// Whoever posts IPFIX is served: once by key, also after the collector was killed when it was a batch.
        @Test func requestsOfOthersAreTakenOnce() throws {
            let folder = try TemporaryFolder()
            let outputs = ["--ack", "--json", folder.path("c.json")]
            var collector = try RunningCollector(["http"], outputs)
            let file = folder.path("r.ipfix")
            #expect(try Probe.run(["replay", Captures.bundled[0], "-q", "--ipfix", file]).code == 0)
            func post(_ header: String) throws -> (status: String, text: String) {
                try Self.post(
                    collector.port("http"), "-H", "Content-Type: application/ipfix", "-H", header, "--data-binary",
                    "@\(file)")
            }
            for _ in 0..<2 {
                let answer = try post("Idempotency-Key: \"one\"")
                #expect(answer.status == "200" && answer.text == "The records are on disk.\n", "\(answer)")
            }
            let once = try Self.lines(folder.file("c.json"))
            #expect(!once.isEmpty)
            #expect(try post("X: y").status == "200")
            #expect(
                try Self.lines(folder.file("c.json")).count == 2 * once.count, "without a key it is another request")
            // curl waits for leave before it sends a large body.
            #expect(try post("Expect: 100-continue").status == "200")
            try collector.kill9()
            collector = try RunningCollector(["http"], outputs)
            #expect(try Self.lines(folder.file("c.json")).count == 3 * once.count, "what was answered is on disk")
            #expect(try collector.stop().code == 0)
        }

        /// Every way in which a request can be wrong has its answer, takes nothing, and leaves the collector as it was.
        @Test func whatIsWrongIsSaid() throws {
            let folder = try TemporaryFolder()
            let token = try Self.token(folder)
            let collector = try RunningCollector(
                ["http"], ["--token", token, "--ack", "--json", folder.path("c.json")])
            let port = collector.port("http")
            let shown = "Authorization: Bearer open-sesame"
            for wrong in ["X: y", "Authorization: Bearer open-sesam", "Authorization: Basic open-sesame"] {
                #expect(try Self.post(port, "-H", wrong, "-d", "x").status == "401")
            }
            #expect(try Self.post(port, "-H", shown).status == "405")
            #expect(
                try Self.post(port, "-H", shown, "-H", "Content-Type: application/x-ndjson", "-d", "{}").status == "501"
            )
            let type = "Content-Type: application/ipfix; charset=x"
            #expect(
                try Self.post(port, "-H", shown, "-H", type, "-H", "Content-Encoding: br", "-d", "x").status == "501")
            for coding in ["X: y", "Content-Encoding: gzip", "Content-Encoding: zstd"] {
                let answer = try Self.post(port, "-H", shown, "-H", type, "-H", coding, "-d", "no IPFIX in it")
                #expect(
                    answer.status == "400" && answer.text == "The body is no IPFIX, or was not whole.\n", "\(answer)")
            }
            #expect(try Self.post(port, "-H", shown, "-H", type, "-d", "").status == "200", "nothing is taken as well")
            // The token is read for each request.
            try "another\n".write(to: folder.file("token"), atomically: true, encoding: .utf8)
            #expect(try Self.post(port, "-H", shown, "-H", type, "-d", "").status == "401")
            try FileManager.default.removeItem(at: folder.file("token"))
            #expect(try Self.post(port, "-H", shown, "-H", type, "-d", "").status == "503")
            let outcome = try collector.stop()
            #expect(outcome.errors.contains("has no token that can be read"))
            #expect(outcome.text.contains("requests     1 taken, 8 refused, 3 not served"), "\(outcome.text)")
            #expect(try Self.lines(folder.file("c.json")).isEmpty)
        }

        @Test(arguments: [
            (["--http", "0.0.0.0:0", "--ack", "--json", "x"], "loopback"),
            (["--http", "127.0.0.1:0", "--json", "x"], "add --ack"),
            (["--https", "127.0.0.1:0", "--ack", "--json", "x"], "need --certificate"),
            (["--tcp", "127.0.0.1:0", "--token", "x"], "--token is for requests"),
        ]) func usage(arguments: [String], problem: String) throws {
            let outcome = try Probe.run(["collect"] + arguments)
            #expect(outcome.code == 2 && outcome.errors.contains(problem), "\(outcome.errors)")
        }

        @Test func aTokenFileWithoutTokenIsSaidAtOnce() throws {
            let folder = try TemporaryFolder()
            let outcome = try Probe.run([
                "collect", "--http", "127.0.0.1:0", "--ack", "--json", folder.path("c.json"), "--token",
                folder.path("none"),
            ])
            #expect(outcome.code == 3 && outcome.errors.contains("has no token that can be read"), "\(outcome.errors)")
        }
    }
}
