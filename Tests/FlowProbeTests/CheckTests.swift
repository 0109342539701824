import Foundation
import Testing

extension ProbeTests {
    /// `flowprobe check`: what it prints, and how it ends.
    @Suite struct CheckTests {
        private let folder: TemporaryFolder
        private let file: URL

        init() throws {
            folder = try TemporaryFolder()
            file = folder.file("probe.yaml")
        }

        private func check(
            _ text: String, _ arguments: [String] = [], environment: [String: String] = [:]
        ) throws -> Probe.Outcome {
            try Data(text.utf8).write(to: file)
            return try Probe.run(["check", "--config", file.path()] + arguments, environment: environment)
        }

        private let least = "inputs:\n  - interface: eth0\n"

        @Test func correct() throws {
            let outcome = try check(least)
            #expect(outcome.code == 0 && outcome.errors.isEmpty)
            #expect(outcome.text == "\(file.path()): correct\n")
        }

        /// For who limits the service to them: each once, as it is named, whatever stands around it.
        @Test func hosts() throws {
            let outcome = try check(
                least
                    + "outputs:\n  spool: /tmp/spool\n  export:\n    - tls://collector.example:4740?ca=/etc/ca.pem&resend=60\n"
                    + "    - https://[2001:db8::1]/flows?format=ndjson\n    - netflow9://192.0.2.9:2055\n"
                    + "    - udp://192.0.2.1:4739\n    - kafka://b1.example,b2.example:9093/flows\n"
                    + "  events:\n    - syslog://192.0.2.20\n    - syslog://192.0.2.1:6514?transport=tls\n", ["--hosts"]
            )
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(
                outcome.text.split(separator: "\n") == [
                    "192.0.2.1", "192.0.2.20", "192.0.2.9", "2001:db8::1", "b1.example", "b2.example",
                    "collector.example",
                ])
            #expect(try check(least, ["--hosts", "--print"]).code == 2)
        }

        @Test func everyProblemWithItsPlace() throws {
            let outcome = try check(
                least + "    snaplenght: 96\n    filter: foo bar\nlog: {level: loud}\n",
                ["--set", "flows.memory=1"], environment: ["FLOWPROBE_LOG_FORMT": "json"])
            #expect(outcome.code == 2 && outcome.text.isEmpty)
            let path = file.path()
            #expect(
                outcome.errors == """
                    \(path):3:5: inputs[0].snaplenght is not a key; did you mean snapLength?
                    \(path):4:13: inputs[0].filter: can't parse filter expression: syntax error; see pcap-filter(7)
                    \(path):5:14: log.level: "loud" is not trace, debug, info, notice, warning, error or critical; \
                    write one of them
                    FLOWPROBE_LOG_FORMT: no key goes by this variable; did you mean FLOWPROBE_LOG_FORMAT?
                    --set: flows.memory: "1" is not a size from 1MiB to 1024GiB; write octets, as in 65536, or a unit, \
                    as in 64KiB, 512MiB or 2GB

                    """)
        }

        @Test func whatIsPrintedIsCorrectAndPrintsTheSame() throws {
            let first = try check(
                least + "    filter: port 53\n", ["--print", "--set", "flows.activeTimeout=30"],
                environment: ["FLOWPROBE_OUTPUTS_JSON": "/nowhere/x"])
            #expect(first.code == 0 && first.errors.isEmpty)
            for line in ["    filter: \"port 53\"", "  activeTimeout: 30s", "  json: /nowhere/x", "  level: info"] {
                #expect(first.text.contains(line + "\n"), "\(line)")
            }
            #expect(try check(first.text).text == "\(file.path()): correct\n")
            #expect(try check(first.text, ["--print"]).text == first.text)
        }

        @Test func theExampleIsCorrect() throws {
            let example = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../docs/flowprobe.example.yaml").standardized
            let outcome = try Probe.run(["check", "--config", example.path()])
            #expect(outcome.code == 0, "\(outcome.errors)")
        }

        @Test func theFilesThatAreNamed() throws {
            let prefixes = folder.file("prefixes")
            try Data("10.0.0.0/8 zone=internal\nten/8\n".utf8).write(to: prefixes)
            let bad = try check(least + "flows: {prefixes: \(prefixes.path())}\n")
            #expect(bad.code == 2 && bad.errors.hasPrefix("\(file.path()):3:19: flows.prefixes: "), "\(bad.errors)")
            #expect(bad.errors.contains("\(prefixes.path()), line 2"))
            for path in [folder.path("missing"), folder.url.path(), "/dev/null"] {
                #expect(try check(least + "flows: {prefixes: \(path)}\n").code == 2, "\(path)")
            }
            try Data("10.0.0.0/8 zone=internal\n".utf8).write(to: prefixes)
            #expect(try check(least + "flows: {prefixes: \(prefixes.path())}\n").code == 0)
            // A link to another output's file is that file.
            let (json, link) = (folder.path("a.json"), folder.path("link"))
            try Data().write(to: folder.file("a.json"))
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: json)
            let same = try check(least + "outputs: {json: \(json), store: \(link)}\n")
            #expect(same.code == 2 && same.errors.contains("is the file of outputs.json too"), "\(same.errors)")
        }

        @Test func filesThatCannotBeRead() throws {
            for path in [folder.path("missing.yaml"), folder.url.path(), "/dev/null"] {
                let outcome = try Probe.run(["check", "--config", path])
                #expect(outcome.code == 3 && outcome.text.isEmpty)
                #expect(outcome.errors.hasPrefix("flowprobe: \(path): the configuration file "), "\(outcome.errors)")
                #expect(outcome.errors.hasSuffix(".\n"))
            }
            // A pipe that nobody writes into must not hold the check up.
            let pipe = folder.path("pipe")
            #expect(unsafe mkfifo(pipe, 0o600) == 0)
            #expect(try Probe.run(["check", "--config", pipe], atMost: 10).code == 3)
            #expect(try check(least + "flows: {prefixes: \(pipe)}\n").code == 2)
        }

        @Test func theDefaultPath() throws {
            let help = try Probe.run(["help", "check"])
            #expect(help.code == 0 && help.text.contains("/etc/flowprobe/flowprobe.yaml"))
            #expect(try Probe.run(["check", "extra"]).code == 2)
        }
    }
}
