import Foundation
import Testing

extension ProbeTests {
    /// Replays into a store, and reports from it.
    @Suite struct StoreTests {
        private func midnight(_ offset: Int) -> String { "\(1_800_000_000 + offset)" }

        @Test func reportsOfPartsEqualTheReplays() throws {
            let folder = try TemporaryFolder()
            let store = folder.path("flows.sqlite")
            let captures = [Captures.bundled[0], folder.path("mixed.pcap")]
            try Captures.pcap(Frame.mixed(3000, seed: 12)).write(to: folder.file("mixed.pcap"))
            var lists: [String] = []
            for capture in captures {
                let outcome = try Probe.run(["replay", capture, "--store", store, "--top", "100"])
                #expect(outcome.code == 0, "\(outcome.errors)")
                lists.append(outcome.reportLists)
            }
            // The recorded session is older than the generated traffic.
            let first = try Probe.run(["report", store, "--top", "100", "--until", midnight(-86_400)])
            #expect(first.code == 0 && first.text.contains("\(store) (2 runs)"))
            #expect(first.reportLists == lists[0])
            let second = try Probe.run(["report", store, "--top", "100", "--since", midnight(-86_400)])
            #expect(second.reportLists == lists[1])
            #expect(lists[0] != lists[1] && lists[0].count > 1000)
            let none = try Probe.run(["report", store, "--since", "2099-01-01T00:00:00Z"])
            #expect(none.code == 0 && none.text.contains("  flows        0\n"))
            // A condition on records is the same as a filter on packets where flows do not mix the two.
            for (condition, filter) in [("protocol udp", "udp"), ("port 22 and protocol tcp", "tcp port 22")] {
                let chosen = try Probe.run(
                    ["report", store, "--top", "100", "--where", condition, "--until", midnight(-86_400)])
                let filtered = try Probe.run(["replay", captures[0], "--top", "100", "--filter", filter])
                #expect(chosen.reportLists == filtered.reportLists, "\(condition)")
            }
        }

        /// A report from a store says of the inputs what the replay's own said.
        @Test func damageIsKept() throws {
            let folder = try TemporaryFolder()
            let store = folder.path("flows.sqlite")
            let whole = try Data(contentsOf: URL(filePath: Captures.bundled[0]))
            try whole.dropLast(5).write(to: folder.file("cut.pcap"))
            func damage(_ text: String) -> [Substring] {
                let lines = text.split(separator: "\n")
                guard let first = lines.firstIndex(where: { $0.hasPrefix("  damage") }) else { return [] }
                return Array(lines[first...].prefix { $0.hasPrefix("  damage") || $0.hasPrefix("    ") })
            }
            #expect(try Probe.run(["replay", Captures.bundled[0], "--store", store]).code == 0)
            #expect(try damage(Probe.run(["report", store]).text) == ["  damage       none"])
            let cut = try Probe.run(["replay", folder.path("cut.pcap"), "--store", store])
            #expect(cut.code == 1 && damage(cut.text).count > 1)
            #expect(try damage(Probe.run(["report", store]).text) == damage(cut.text))
        }

        @Test func theSameReplayTwiceIsTwoRuns() throws {
            let folder = try TemporaryFolder()
            let store = folder.path("flows.sqlite")
            var flows = ""
            for _ in 0..<2 {
                let outcome = try Probe.run(["replay", Captures.bundled[0], "--store", store])
                #expect(outcome.code == 0)
                flows = outcome.text.split(separator: "\n").first { $0.hasPrefix("  flows  ") }.map(String.init) ?? ""
            }
            let report = try Probe.run(["report", store])
            let count = try #require(Int(flows.split(separator: " ").last ?? ""))
            #expect(report.text.contains("\n  flows        \(2 * count)\n"))
        }

        /// Who is inside decides the list of directions, and nothing else.
        @Test func zonesChangeDirections() throws {
            let folder = try TemporaryFolder()
            let capture = folder.path("mixed.pcap")
            // Clients are 10.0.0.x, servers 10.0.3.x.
            try Captures.pcap(Frame.mixed(1500, seed: 3)).write(to: folder.file("mixed.pcap"))
            try Data("10.0.0.0/24 network=clients  # inside\n10.0.3.0/24 zone=external\n".utf8)
                .write(to: folder.file("prefixes"))
            func directions(_ options: [String]) throws -> (names: Set<String>, rest: String) {
                let outcome = try Probe.run(["replay", capture] + options)
                #expect(outcome.code == 0, "\(outcome.errors)")
                let parts = outcome.text.components(separatedBy: "Directions between zones")
                try #require(parts.count == 2)
                let blocks = parts[1].components(separatedBy: "\n\n")
                let names = blocks[0].split(separator: "\n").dropFirst().compactMap { $0.split(separator: " ").first }
                return (Set(names.map(String.init)), parts[0] + blocks.dropFirst().joined(separator: "\n\n"))
            }
            let none = try directions([])
            #expect(none.names == ["unknown"])
            let all = try directions(["--internal", "10.0.0.0/8"])
            #expect(all.names == ["internal"])
            let nobody = try directions(["--internal", "192.0.2.0/24", "2001:db8::/32"])
            #expect(nobody.names == ["transit"])
            let clients = try directions(["--internal", "10.0.0.0/24"])
            let servers = try directions(["--internal", "10.0.3.0/24"])
            #expect(clients.names.isSuperset(of: ["outbound"]) && servers.names.isSuperset(of: ["inbound"]))
            #expect(!clients.names.contains("internal") && !clients.names.contains("unknown"))
            let file = try directions(["--prefixes", folder.path("prefixes")])
            #expect(file.names == clients.names)
            let both = try directions(["--prefixes", folder.path("prefixes"), "--internal", "10.0.0.0/8"])
            #expect(both.names == clients.names)
            for other in [all, nobody, clients, servers, file, both] { #expect(other.rest == none.rest) }
        }
    }
}
