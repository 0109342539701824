import Foundation
import Testing

extension ProbeTests {
    /// Exit codes, and the sentences that go with them.
    @Suite struct ExitCodeTests {
        private let folder: TemporaryFolder
        private let sound: String

        init() throws {
            folder = try TemporaryFolder()
            sound = folder.path("sound.pcap")
            try Captures.pcap(Frame.mixed(50, seed: 1)).write(to: folder.file("sound.pcap"))
        }

        /// Runs, and expects the code and every one of the texts on standard error.
        private func expect(
            _ code: Int32, _ arguments: [String], says texts: [String], _ location: SourceLocation = #_sourceLocation
        ) throws {
            let outcome = try Probe.run(arguments)
            #expect(outcome.code == code, "\(arguments): \(outcome.errors)", sourceLocation: location)
            for text in texts {
                #expect(outcome.errors.contains(text), "\(arguments): \(outcome.errors)", sourceLocation: location)
            }
            if code != 0 {
                #expect(outcome.errors.hasSuffix("\n"), sourceLocation: location)
                #expect(!outcome.errors.contains("Fatal error"), sourceLocation: location)
            }
        }

        @Test(arguments: [
            [], ["--help"], ["help", "replay"], ["replay", "--help"], ["help", "report"], ["--version"],
        ])
        func helpAndVersion(arguments: [String]) throws {
            let outcome = try Probe.run(arguments)
            #expect(outcome.code == 0 && outcome.errors.isEmpty && !outcome.text.isEmpty)
            // The usage line is the parser's own.
            let tooLong = outcome.text.split(separator: "\n").filter { $0.count > 80 && !$0.hasPrefix("USAGE:") }
            #expect(tooLong.isEmpty)
        }

        @Test func helpNamesEveryValue() throws {
            let help = try Probe.run(["help", "replay"]).text.split { " \n".contains($0) }.joined(separator: " ")
            for word in [
                "minimal", "standard", "precise", "default: standard", "512MiB", "auto, vlan, vni, none",
                "inner, outer, both",
            ] {
                #expect(help.contains(word), "\(word)")
            }
        }

        /// A spool that cannot be used, and collectors that need one.
        @Test func spools() throws {
            let spool = folder.path("spool")
            let refused = "tcp://127.0.0.1:1?retry=1"
            try expect(2, ["replay", sound, "--export", "tls://127.0.0.1:1"], says: ["needs a spool"])
            try expect(2, ["replay", sound, "--export", refused], says: ["needs a spool"])
            try expect(2, ["replay", sound, "--spool", spool], says: ["and there is none"])
            try expect(
                2, ["replay", sound, "--spool", spool, "--export", refused, "--export", "tcp://127.0.0.1:1"],
                says: ["named twice"])
            // Filters are no part of what accounts and metrics go by.
            try expect(
                2,
                ["replay", sound, "--export", "udp://127.0.0.1:1?filter=port 53", "--export", "udp://127.0.0.1:1"],
                says: ["udp://127.0.0.1:1 is named twice"])
            try expect(
                2, ["replay", sound, "--spool", spool, "--export", refused, "--spool-size", "1MiB"], says: ["16MiB"])
            try expect(
                4, ["replay", sound, "--spool", sound + "/spool", "--export", refused], says: ["The spool ", "Check"])
            // Ctrl-C while it waits for a collector: what there is stays, and the exit code says that not all is there.
            let probe = try Probe(["replay", sound, "--quiet", "--spool", spool, "--export", refused])
            usleep(700_000)
            kill(probe.identifier, SIGINT)
            let outcome = try probe.wait(atMost: 180)
            #expect(!outcome.wasKilled && outcome.code == 4)
            #expect(outcome.errors.contains("records stay in the spool for tcp://127.0.0.1:1"), "\(outcome.errors)")
        }

        @Test(arguments: ["bash", "zsh", "fish"])
        func completion(shell: String) throws {
            let outcome = try Probe.run(["--generate-completion-script", shell])
            #expect(outcome.code == 0)
            #expect(outcome.text.contains("flow-memory") && outcome.text.contains("replay"))
            guard shell == "bash" else { return }
            // The shell itself must take it.
            try outcome.output.write(to: folder.file("completion"))
            let bash = Process()
            bash.executableURL = URL(filePath: "/bin/bash")
            bash.arguments = ["-n", folder.path("completion")]
            try bash.run()
            bash.waitUntilExit()
            #expect(bash.terminationStatus == 0)
        }

        @Test func damagedInput() throws {
            let whole = try Data(contentsOf: folder.file("sound.pcap"))
            // Three packets and a half: the cut is told by the byte at which the record begins that is cut.
            var record = 24
            for _ in 0..<3 { record += 16 + Int(whole[record + 8]) + Int(whole[record + 9]) << 8 }
            let cut = folder.file("cut.pcap")
            try whole.prefix(record + 20).write(to: cut)
            let outcome = try Probe.run(["replay", cut.path()])
            #expect(outcome.code == 1)
            let said = outcome.text.split { " \n".contains($0) }.joined(separator: " ")
            #expect(said.contains("\(cut.path()): at byte \(record): the input ends inside a record"))
            #expect(outcome.text.contains("every sum holds"))
            #expect(outcome.text.contains("3 read ="))
            // Without a report it goes to standard error.
            try expect(1, ["replay", cut.path(), "-q"], says: ["flowprobe: \(cut.path()): at byte \(record): "])
            try expect(1, ["replay", cut.path(), sound, "-q"], says: ["at byte \(record)"])
        }

        @Test func wrongCommandLines() throws {
            try expect(2, ["replay"], says: ["Missing expected argument '<files> ...'"])
            try expect(2, ["replay", sound, "--bogus"], says: ["Unknown option '--bogus'"])
            try expect(2, ["bogus"], says: ["'bogus'"])
            for top in ["0", "-1", "10001", "many"] {
                try expect(2, ["replay", sound, "--top=\(top)"], says: ["--top"])
                try expect(2, ["report", sound, "--top=\(top)"], says: ["--top"])
            }
            for workers in ["0", "65", "x"] {
                try expect(2, ["replay", sound, "--workers=\(workers)"], says: ["--workers"])
            }
            for memory in ["1", "1023KiB", "-5MiB", "1TiB", "99999999999GiB"] {
                try expect(2, ["replay", sound, "--flow-memory=\(memory)"], says: ["--flow-memory"])
            }
            for seconds in ["0", "-1", "nan", "1e99", "soon"] {
                try expect(2, ["replay", sound, "--idle-timeout=\(seconds)"], says: ["--idle-timeout"])
            }
            for (options, words) in [
                (["--labels", "off"], "asks for labels"), (["--labels", "on"], "asks for server names"),
            ] {
                let export = "udp://127.0.0.1:1?filter=server example.com"
                try expect(2, ["replay", sound, "--export", export] + options, says: [words])
            }
            try expect(2, ["replay", sound, "--elements", "all"], says: ["'minimal', 'standard' or 'precise'"])
            try expect(2, ["replay", sound, "--stitched"], says: ["--stitched goes with --json"])
            try expect(2, ["replay", sound, "--filter", "foo bar"], says: ["The filter 'foo bar'", "pcap-filter(7)"])
            try expect(2, ["report", sound, "--where", "colour red"], says: ["--where, character 1", "colour"])
            try expect(2, ["report", sound, "--since", "yesterday"], says: ["--since: 'yesterday' is not a time"])
            try expect(2, ["report", sound, "--until", "2026-13-01T00:00:00Z"], says: ["--until"])
            for endpoint in ["sctp://127.0.0.1:4739", "127.0.0.1:4739", "udp://", "udp://127.0.0.1:0", "tcp://h:99999"]
            {
                try expect(2, ["replay", sound, "--export", endpoint], says: [endpoint])
            }
            try expect(2, ["replay", sound, "--internal", "10.0.0.0/33"], says: ["10.0.0.0/33", "--internal"])
            let prefixes = folder.file("prefixes")
            try Data("10.0.0.0/8 zone=internal\nten/8\n".utf8).write(to: prefixes)
            try expect(2, ["replay", sound, "--prefixes", prefixes.path()], says: ["line 2", prefixes.path()])
        }

        /// A slip of the hand must not cost a capture.
        /// What stands in the configuration file is not changed by options that would be of no effect.
        @Test(arguments: [
            ["--filter", "tcp"], ["--ring", "128MiB"], ["--block", "2MiB"], ["--snap-length", "256"],
            ["--direction", "in"], ["--timestamps", "adapter"], ["--fanout", "cpu"], ["--queue-length", "9"],
            ["--metrics", "127.0.0.1:9999"], ["--drain-timeout", "9"], ["--segment", "none"], ["--tunnels", "outer"],
            ["--tunnel-depth", "2"], ["--idle-timeout-icmp", "9"], ["--idle-timeout-other", "9"], ["--uniflow"],
            ["--elements", "minimal"], ["--enterprise-number", "7"], ["--active-timeout", "9"], ["--labels", "on"],
            ["--overload", "off"], ["--events", "syslog://192.0.2.1"], ["--export", "udp://192.0.2.1"],
        ]) func optionsBesideAConfiguration(options: [String]) throws {
            try expect(2, ["run"] + options, says: ["in the configuration file"])
        }

        @Test func outputsThatWouldOverwriteSomething() throws {
            let before = try Data(contentsOf: folder.file("sound.pcap"))
            let link = folder.path("link.pcap")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: sound)
            for option in ["--json", "--ipfix", "--store"] {
                try expect(2, ["replay", sound, option, sound], says: ["\(option) \(sound)", "an input too"])
                try expect(2, ["replay", sound, option, link], says: ["an input too"])
                try expect(2, ["replay", folder.url.path(), option, sound], says: ["an input too"])
            }
            let new = folder.path("new")
            try expect(2, ["replay", sound, "--json", new, "--ipfix", new], says: ["--ipfix \(new)", "of --json too"])
            try expect(2, ["replay", sound, "--ipfix", "-"], says: ["--ipfix cannot go to standard output"])
            try expect(
                2, ["replay", sound, "--json", new, "--ipfix", "file:\(new)?rotate=60"], says: ["of --json too"])
            try expect(2, ["replay", sound, "--ipfix", "file:\(new)?rotate=never"], says: ["rotate=SECONDS"])
            try expect(2, ["replay", sound, "--export", "https://127.0.0.1:1/in"], says: ["needs a spool"])
            try expect(2, ["replay", sound, "--export", "http://192.0.2.1/in"], says: ["in the clear"])
            try expect(2, ["replay", sound, "--export", "file:\(new)"], says: ["--ipfix"])
            try expect(2, ["replay", sound, "--store", "-"], says: ["--store cannot go to standard output"])
            #expect(try Data(contentsOf: folder.file("sound.pcap")) == before)
            #expect(!FileManager.default.fileExists(atPath: new))
            try expect(0, ["replay", sound, "--json", "/dev/null", "--ipfix", "/dev/null", "-q"], says: [])
        }

        /// The report itself is an output.
        @Test func aReportThatCannotBeWritten() throws {
            guard let full = FileHandle(forWritingAtPath: "/dev/full") else { return }
            let outcome = try Probe(["replay", sound], output: full).wait()
            #expect(outcome.code == 4 && !outcome.wasKilled)
            #expect(
                outcome.errors
                    == "flowprobe: The report cannot be written to standard output: No space left on device.\n")
        }

        @Test func unreadableInputs() throws {
            let (empty, text, folderPath) = (folder.file("empty"), folder.file("text"), folder.path("nothing"))
            try Data().write(to: empty)
            try Data("Dear reader, this is no capture, however long it may be.\n".utf8).write(to: text)
            try FileManager.default.createDirectory(atPath: folderPath, withIntermediateDirectories: true)
            try expect(3, ["replay", folder.path("missing")], says: [folder.path("missing"), "No such file"])
            try expect(3, ["replay", empty.path()], says: [empty.path(), "is empty"])
            try expect(3, ["replay", "-"], says: ["-: is empty"])
            try expect(3, ["replay", text.path()], says: [text.path(), "is not a capture"])
            try expect(3, ["replay", folderPath], says: [folderPath, "holds no capture file"])
            try expect(3, ["replay", sound, folder.path("missing")], says: ["No such file"])
            let radio = folder.file("radio.pcap")
            try Captures.pcap(Frame.mixed(5, seed: 1), linkType: 147).write(to: radio)
            let outcome = try Probe.run(["replay", radio.path()])
            #expect(outcome.code == 3)
            #expect(outcome.errors.contains("5 packets of link type") && outcome.errors.contains("147"))
            #expect(outcome.text.contains("every sum holds") && outcome.text.contains("147"))
            // With something else that can be decoded it is damage.
            try expect(1, ["replay", radio.path(), sound], says: ["147"])
        }

        @Test func failedOutputs() throws {
            let nowhere = folder.path("no/such/folder/x")
            for option in ["--ipfix", "--json", "--store"] {
                try expect(4, ["replay", sound, option, nowhere], says: [nowhere])
            }
            try expect(
                4, ["replay", sound, "--export", "tcp://127.0.0.1:1"],
                says: ["tcp://127.0.0.1:1", "takes no connection"])
            let text = folder.file("text")
            try Data("This is no database, and long enough to be sure of that. It goes on.\n".utf8).write(to: text)
            try expect(4, ["replay", sound, "--store", text.path()], says: [text.path()])
            #expect(try String(contentsOf: text, encoding: .utf8).hasPrefix("This is no database"))
        }

        /// What fails in the middle does not stop the others.
        @Test func aFullDiskLeavesTheOtherOutputsWhole() throws {
            guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
            let (json, ipfix) = (folder.file("a.json"), folder.file("a.ipfix"))
            #expect(try Probe.run(["replay", sound, "--json", json.path(), "--ipfix", ipfix.path(), "-q"]).code == 0)
            let (again, other) = (folder.file("b.json"), folder.file("b.ipfix"))
            let outcome = try Probe.run(["replay", sound, "--json", again.path(), "--ipfix", "/dev/full"])
            #expect(outcome.code == 4 && outcome.errors.contains("/dev/full"))
            #expect(outcome.text.contains("every sum holds"))
            #expect(try Data(contentsOf: again) == Data(contentsOf: json))
            try expect(4, ["replay", sound, "--json", "/dev/full", "--ipfix", other.path()], says: ["/dev/full"])
            #expect(try Data(contentsOf: other) == Data(contentsOf: ipfix))
        }

        @Test func storesThatAreNone() throws {
            try expect(3, ["report", sound], says: [sound])
            try expect(3, ["report", folder.path("missing.sqlite")], says: [folder.path("missing.sqlite")])
        }
    }
}
