import Foundation
import Testing

extension ProbeTests {
    /// `--labels on`, seen from outside.
    @Suite struct LabelTests {
        private static let members = ["applicationName", "labelSource", "labelConfidence"]

        private func lines(_ file: URL) throws -> [[String: Any]] {
            try Data(contentsOf: file).split(separator: 10).map { line in
                try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            }
        }

        @Test func labelsAreInJSONInTheStoreAndInCollectedIPFIX() throws {
            let folder = try TemporaryFolder()
            for capture in Captures.bundled {
                let store = folder.path("flows-\(URL(filePath: capture).lastPathComponent).sqlite")
                let run = try Probe.run([
                    "replay", capture, "--labels", "on", "--json", folder.path("on.json"), "--store", store, "--ipfix",
                    folder.path("flows.ipfix"),
                ])
                #expect(run.code == 0)
                let labelled = try lines(folder.file("on.json"))
                let names = labelled.compactMap { $0["applicationName"] as? String }
                print(capture, Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +))
                #expect(!names.isEmpty && !names.contains("unknown"))
                // The same lines but for the label's members.
                #expect(try Probe.run(["replay", capture, "--json", folder.path("off.json")]).code == 0)
                let plain = try lines(folder.file("off.json"))
                let stripped = labelled.map { $0.filter { !Self.members.contains($0.key) } }
                #expect(stripped.map { NSDictionary(dictionary: $0) } == plain.map { NSDictionary(dictionary: $0) })
                // Collected again, octet for octet.
                let collected = try Probe.run(
                    ["collect", "--file", folder.path("flows.ipfix"), "-q", "--json", folder.path("collected.json")])
                #expect(collected.code == 0)
                let again = try lines(folder.file("collected.json")).compactMap { $0["applicationName"] as? String }
                #expect(again == names)
                #expect(try Probe.run(["report", store]).code == 0)
            }
        }

        @Test func whatIsNeitherOnNorOffIsAnError() throws {
            let run = try Probe.run(["replay", Captures.bundled[0], "--labels", "yes"])
            #expect(run.code == 2)
        }
    }
}
