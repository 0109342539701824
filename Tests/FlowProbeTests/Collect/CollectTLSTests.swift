import Foundation
import Testing

extension ProbeTests {
    /// `collect --tls`, with certificates made here and openssl as the other side.
    @Suite struct CollectTLSTests {
        /// An authority, a server, a client, and a client of another authority.
        static func certificates(_ folder: TemporaryFolder) throws {
            func openssl(_ arguments: [String]) throws {
                let outcome = try Program.run("/usr/bin/openssl", arguments, merging: true, in: folder.url)
                #expect(outcome.code == 0, "\(outcome.output)")
            }
            let kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
            for (authority, names) in [("ca", ["server", "client"]), ("other", ["stranger"])] {
                try openssl(
                    [
                        "req", "-x509", "-subj", "/CN=\(authority)", "-keyout", "\(authority).key", "-out",
                        "\(authority).pem",
                    ]
                        + kind)
                for name in names {
                    try openssl(
                        [
                            "req", "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                            "\(name).key", "-out", "\(name).csr",
                        ] + kind)
                    try openssl([
                        "x509", "-req", "-in", "\(name).csr", "-CA", "\(authority).pem", "-CAkey", "\(authority).key",
                        "-CAcreateserial", "-out", "\(name).pem", "-days", "2", "-copy_extensions", "copy",
                    ])
                }
            }
        }

        private static func collector(_ folder: TemporaryFolder, _ more: [String]) throws -> RunningCollector {
            try RunningCollector(
                ["tls"], ["--certificate", folder.path("server.pem"), "--key", folder.path("server.key")] + more)
        }

        @Test func takesAndAnswersWithinTLS() throws {
            let folder = try TemporaryFolder()
            try Self.certificates(folder)
            let collector = try Self.collector(folder, ["--ack", "--json", folder.path("c.json")])
            let lines = try Program.exporter(
                collector.port("tls"), "--tls", folder.path("ca.pem"), "templates", "data:0:3000", "close:1", "answer")
            #expect(lines == ["answer 0 1"])
            let outcome = try collector.stop()
            #expect(outcome.code == 0 && outcome.text.contains("(tls)"))
            #expect(outcome.text.contains("0 timed out, 0 failed"), "ending without TLS's farewell is no failure")
            #expect(try String(contentsOf: folder.file("c.json"), encoding: .utf8).split(separator: "\n").count == 3000)
        }

        /// With --client-ca only its clients come in, and TLS 1.2 is the least.
        @Test func refusesStrangersAndOldVersions() throws {
            let folder = try TemporaryFolder()
            try Self.certificates(folder)
            let collector = try Self.collector(folder, ["--client-ca", folder.path("ca.pem")])
            let port = collector.port("tls")
            func send(_ files: [String]) throws {
                let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "exporter.py").path()
                _ = try Program.run(
                    "/usr/bin/python3",
                    [script, port, "--tls", folder.path("ca.pem")] + files + ["plain", "data:0:5", "sleep:0.2"])
            }
            try send([])
            try send([folder.path("stranger.pem"), folder.path("stranger.key")])
            try send([folder.path("client.pem"), folder.path("client.key")])
            func versions(_ option: String) throws -> Program {
                try Program.run(
                    "/usr/bin/openssl",
                    [
                        "s_client", "-connect", "127.0.0.1:\(port)", option, "-cipher", "ALL:@SECLEVEL=0", "-CAfile",
                        folder.path("ca.pem"), "-cert", folder.path("client.pem"), "-key", folder.path("client.key"),
                    ], merging: true)
            }
            #expect(try versions("-tls1_2").output.contains("Protocol  : TLSv1.2"))
            #expect(try versions("-tls1_2").output.contains("Verify return code: 0"))
            #expect(try versions("-tls1_1").code != 0)
            let outcome = try collector.stop()
            #expect(outcome.text.contains("records      5 of flows"), "one of three came in: \(outcome.text)")
            #expect(outcome.errors.contains("failed: "))
        }

        @Test func saysWhichFileCannotBeUsed() throws {
            let folder = try TemporaryFolder()
            try Self.certificates(folder)
            for (certificate, key, named) in [
                ("none.pem", "server.key", "none.pem"), ("server.pem", "server.csr", "server.csr"),
                ("server.pem", "client.key", "server.pem"),
            ] {
                let outcome = try Probe.run([
                    "collect", "--tls", "127.0.0.1:0", "--certificate", folder.path(certificate), "--key",
                    folder.path(key),
                ])
                #expect(outcome.code == 3 && outcome.errors.contains(named), "\(outcome.errors)")
            }
        }
    }
}
