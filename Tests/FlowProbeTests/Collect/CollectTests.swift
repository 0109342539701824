import Foundation
import Testing

extension ProbeTests {
    /// What `replay` exports, `collect` reads: the lines are those of `replay --json`, octet by octet.
    @Suite struct CollectTests {
        @Test(arguments: Captures.bundled)
        func collectsItsOwnExport(capture: String) throws {
            let folder = try TemporaryFolder()
            let replay = try Probe.run([
                "replay", capture, "--quiet", "--elements", "precise", "--ipfix", folder.path("flows.ipfix"), "--json",
                folder.path("replay.json"), "--store", folder.path("replay.sqlite"),
            ])
            #expect(replay.code == 0 || replay.code == 1)
            let collect = try Probe.run([
                "collect", "--file", folder.path("flows.ipfix"), "--json", folder.path("collect.json"), "--store",
                folder.path("collect.sqlite"),
            ])
            #expect(collect.code == 0, "\(collect.errors)\(collect.text)")
            #expect(collect.text.contains("malformed    none"))
            let wanted = try String(contentsOf: folder.file("replay.json"), encoding: .utf8)
            #expect(!wanted.isEmpty)
            #expect(try String(contentsOf: folder.file("collect.json"), encoding: .utf8) == wanted)
            let reports = try ["replay", "collect"].map {
                try Probe.run(["report", folder.path("\($0).sqlite")]).reportBody
            }
            // Whoever collects does not know how the exporter's captures were.
            #expect(reports[0].replacing("  damage       none\n", with: "") == reports[1])
        }

        /// The files of a rotation can each be read by itself, and together they are the whole, in their names' order.
        @Test(arguments: Captures.bundled, ["1", "1MiB"])
        func collectsARotation(capture: String, rotation: String) throws {
            let folder = try TemporaryFolder()
            let replay = try Probe.run([
                "replay", capture, "--quiet", "--elements", "precise", "--ipfix",
                "file:\(folder.path("flows.ipfix"))?rotate=\(rotation)", "--json", folder.path("replay.json"),
            ])
            #expect(replay.code == 0 || replay.code == 1)
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path()).sorted()
                .filter { $0.hasSuffix(".ipfix") }
            #expect(
                !files.isEmpty && files.allSatisfy { $0.hasPrefix("flows-") && $0.hasSuffix("Z.ipfix") }, "\(files)")
            var lines = ""
            for file in files {
                let collect = try Probe.run([
                    "collect", "--file", folder.path(file), "--json", folder.path("collect.json"),
                ])
                #expect(collect.code == 0 && collect.text.contains("malformed    none"), "\(collect.errors)")
                lines += try String(contentsOf: folder.file("collect.json"), encoding: .utf8)
            }
            #expect(try lines == String(contentsOf: folder.file("replay.json"), encoding: .utf8))
        }

        /// What cannot be read is said before anything is written; what fails while it is read costs only the rest.
        @Test func unreadableFiles() throws {
            let folder = try TemporaryFolder()
            let outputs = ["--json", folder.path("flows.json")]
            let noFile = try Probe.run(["collect", "--file", folder.path("nothing.ipfix")] + outputs)
            #expect(noFile.code == 3 && noFile.errors.contains("nothing.ipfix cannot be read"))
            let noFolder = try Probe.run(["collect", "--file", folder.url.path()] + outputs)
            #expect(noFolder.code == 3 && noFolder.errors.contains("is a folder"))
            #expect(!FileManager.default.fileExists(atPath: folder.path("flows.json")))
            // A process' memory can be opened, and nothing can be read at its beginning.
            let failing = try Probe.run(["collect", "--file", "/proc/self/mem"] + outputs)
            #expect(failing.code == 1 && failing.errors.contains("cannot be read beyond octet 0"), "\(failing.errors)")
        }

        private static let hasPythonIPFIX = FileManager.default.fileExists(
            atPath: "/usr/lib/python3/dist-packages/ipfix/writer.py")

        @Test(.enabled(if: hasPythonIPFIX, "python3-ipfix is missing: another writer's file was NOT read"))
        func collectsWhatAnotherProgramWrites() throws {
            let folder = try TemporaryFolder()
            let script = """
                import sys, datetime, ipaddress, ipfix.ie, ipfix.template, ipfix.writer
                ipfix.ie.use_iana_default(); ipfix.ie.use_5103_default()
                names = ("flowStartMilliseconds", "sourceIPv6Address", "destinationIPv6Address", "packetDeltaCount",
                         "octetDeltaCount", "wlanSSID", "reversePacketDeltaCount", "protocolIdentifier")
                with open(sys.argv[1], "wb") as file:
                    writer = ipfix.writer.to_stream(file)
                    writer.set_domain(9)
                    writer.add_template(ipfix.template.from_ielist(256, ipfix.ie.spec_list(names)))
                    writer.set_export_template(256)
                    for i in range(1000):
                        writer.export_namedict(dict(zip(names, (
                            datetime.datetime(2026, 1, 2, 3, 4, 5), ipaddress.ip_address("2001:db8::1"),
                            ipaddress.ip_address("2001:db8::2"), i, i * 100, 'n\u{e9}t"%d' % i, 2, 17))))
                    writer.flush()
                """
            let python = Process()
            python.executableURL = URL(filePath: "/usr/bin/python3")
            python.arguments = ["-c", script, folder.path("flows.ipfix")]
            try python.run()
            python.waitUntilExit()
            #expect(python.terminationStatus == 0)
            let outcome = try Probe.run(["collect", "--file", folder.path("flows.ipfix"), "--json", "-"])
            #expect(outcome.code == 0 && outcome.errors.contains("domain 9: 1000 records, 0 lost"))
            let lines = outcome.text.split(separator: "\n")
            #expect(lines.count == 1000)
            #expect(
                lines.last == """
                    {"observationDomainId":9,"ipVersion":6,"sourceIPv6Address":"2001:db8::1",\
                    "destinationIPv6Address":"2001:db8::2","protocolIdentifier":17,"octetDeltaCount":99900,\
                    "packetDeltaCount":999,"reversePacketDeltaCount":2,\
                    "flowStartNanoseconds":"2026-01-02T03:04:05.000000000Z","wlanSSID":"n\u{e9}t\\"999"}
                    """)
        }

        @Test func aCutFileIsUsedUpToTheCut() throws {
            let folder = try TemporaryFolder()
            _ = try Probe.run(["replay", Captures.bundled[0], "--quiet", "--ipfix", folder.path("flows.ipfix")])
            let whole = try Data(contentsOf: folder.file("flows.ipfix"))
            try whole.dropLast(3).write(to: folder.file("cut.ipfix"))
            let outcome = try Probe.run(["collect", "--file", folder.path("cut.ipfix"), "--json", "-"])
            #expect(outcome.code == 1)
            #expect(outcome.errors.contains("ends within a message at octet"))
            #expect(try Probe.run(["collect", "--file", folder.path("none")]).code == 3)
            #expect(try Probe.run(["collect"]).code == 2)
        }
    }
}
