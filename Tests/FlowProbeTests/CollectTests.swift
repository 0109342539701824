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
            #expect(reports[0] == reports[1])
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
