import Foundation
import Testing

extension ProbeTests {
    /// `--labels on`, seen from outside.
    @Suite struct LabelTests {
        private static let members: Set<String> = [
            "applicationName", "labelSource", "labelConfidence", "serverName", "applicationProtocol", "userAgent",
            "requestMethod", "statusCode", "tlsVersion", "cipherSuite", "certificateSubject", "ja3", "ja3s", "ja4",
            "hassh", "hasshServer", "serverSoftware", "clientSoftware", "dnsName", "dnsType", "dnsResponseCode",
            "dnsAnswer", "hostName", "quicVersion", "tcpSynOptions", "reverseTcpSynOptions", "tcpMaximumSegmentSize",
            "reverseTcpMaximumSegmentSize", "tcpWindowScale", "reverseTcpWindowScale", "tcpFastOpen",
            "reverseTcpFastOpen", "mptcpVersion", "reverseMptcpVersion", "sctpChunkTypes", "reverseSctpChunkTypes",
            "sctpVerificationTag", "reverseSctpVerificationTag",
        ]
        private static let personal: Set<String> = [
            "serverName", "userAgent", "certificateSubject", "ja3", "ja4", "hassh", "clientSoftware", "dnsName",
            "dnsAnswer", "hostName",
        ]

        private func lines(_ file: URL) throws -> [[String: Any]] {
            try Data(contentsOf: file).split(separator: 10).map { line in
                try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            }
        }

        @Test func labelsAreInJSONInTheStoreAndInCollectedIPFIX() throws {
            let folder = try TemporaryFolder()
            var attributes = 0
            for capture in Captures.bundled {
                let store = folder.path("flows-\(URL(filePath: capture).lastPathComponent).sqlite")
                let run = try Probe.run([
                    "replay", capture, "--labels", "on", "--label-attributes", "all", "--json", folder.path("on.json"),
                    "--store", store, "--ipfix", folder.path("flows.ipfix"), "--elements", "precise",
                ])
                #expect(run.code == 0)
                let labelled = try lines(folder.file("on.json"))
                let names = labelled.compactMap { $0["applicationName"] as? String }
                print(capture, Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +))
                #expect(!names.isEmpty && !names.contains("unknown"))
                attributes += labelled.count { !Self.personal.isDisjoint(with: $0.keys) }
                // The same lines but for the label's members.
                #expect(try Probe.run(["replay", capture, "--json", folder.path("off.json")]).code == 0)
                let plain = try lines(folder.file("off.json"))
                let stripped = labelled.map { $0.filter { !Self.members.contains($0.key) } }
                #expect(stripped.map { NSDictionary(dictionary: $0) } == plain.map { NSDictionary(dictionary: $0) })
                // Collected again, octet for octet.
                let collected = try Probe.run(
                    ["collect", "--file", folder.path("flows.ipfix"), "-q", "--json", folder.path("collected.json")])
                #expect(collected.code == 0)
                #expect(try Data(contentsOf: folder.file("collected.json")) == Data(contentsOf: folder.file("on.json")))
                #expect(try Probe.run(["report", store]).code == 0)
            }
            #expect(attributes > 0, "some bundled capture has names in it")
        }

        /// What says who somebody is leaves only when it was asked for.
        @Test func personalDataStayByDefault() throws {
            let folder = try TemporaryFolder()
            for (choice, isSeen) in [
                ([], false), (["--label-attributes", "all"], true), (["--label-attributes", "none"], false),
            ] {
                var seen: Set<String> = []
                for capture in Captures.bundled {
                    let run = try Probe.run(
                        ["replay", capture, "--labels", "on", "--json", folder.path("flows.json"), "-q"] + choice)
                    #expect(run.code == 0)
                    for line in try lines(folder.file("flows.json")) { seen.formUnion(line.keys) }
                }
                #expect(seen.isDisjoint(with: Self.personal) != isSeen, "\(choice)")
                #expect(seen.contains("applicationName"))
            }
        }

        /// `report --where` finds flows by what they are.
        @Test func theReportChoosesByApplication() throws {
            let folder = try TemporaryFolder()
            let store = folder.path("flows.sqlite")
            #expect(
                try Probe.run(
                    ["replay"] + Captures.bundled + [
                        "--labels", "on", "--label-attributes", "all", "--store", store, "-q",
                    ]
                ).code == 0)
            #expect(try Probe.run(["report", store, "--where", "application dns or server example.com"]).code == 0)
            #expect(try Probe.run(["report", store, "--where", "application nonsense"]).code == 2)
        }

        /// Through a spool and an acknowledged connection into JSON and a store: every octet of every attribute.
        @Test func attributesComeThroughTheSpool() throws {
            let folder = try TemporaryFolder()
            let collector = try RunningCollector(
                ["tcp"], ["--ack", "--json", folder.path("c.json"), "--store", folder.path("c.sqlite")])
            let run = try Probe.run(
                ["replay"] + Captures.bundled + [
                    "-q", "--labels", "on", "--label-attributes", "all", "--elements", "precise", "--json",
                    folder.path("r.json"), "--spool", folder.path("spool"), "--export",
                    "tcp://127.0.0.1:\(collector.port("tcp"))?ack=batch",
                ])
            #expect(run.code == 0, "\(run.errors)")
            #expect(try collector.stop().code == 0)
            let wanted = try String(contentsOf: folder.file("r.json"), encoding: .utf8)
            #expect(try String(contentsOf: folder.file("c.json"), encoding: .utf8) == wanted)
            let named = wanted.split(separator: "\n").count {
                $0.contains("\"serverName\":") || $0.contains("\"dnsName\":")
            }
            let rows = try Program.run(
                "/usr/bin/sqlite3",
                [folder.path("c.sqlite"), "SELECT count(*) FROM flow WHERE serverName NOT NULL OR dnsName NOT NULL"])
            #expect(rows.output == "\(named)\n" && named > 0)
        }

        @Test func whatIsNeitherOnNorOffIsAnError() throws {
            let run = try Probe.run(["replay", Captures.bundled[0], "--labels", "yes"])
            #expect(run.code == 2)
            #expect(try Probe.run(["replay", Captures.bundled[0], "--label-attributes", "serverNames"]).code == 2)
        }
    }
}
