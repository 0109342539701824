import Foundation
import Testing

extension ProbeTests {
    /// `replay` exports NetFlow, `collect` reads it: each direction is the flow that our own JSON has, with exact times.
    @Suite struct NetFlowTests {
        /// Numbers, names and times of one direction.
        ///
        /// What version 5 does not know is 0 in it: ports of a later fragment, the type of an ICMP packet that was cut.
        private static func members(_ object: [String: Any], reverse: Bool, absent: String) -> String? {
            func own(_ name: String) -> Any? {
                object[reverse ? "reverse" + name.prefix(1).uppercased() + name.dropFirst() : name]
            }
            func end(_ name: String) -> String {
                let turned = reverse ? (name.hasPrefix("source") ? "destination" : "source") : nil
                let stem = name.drop { $0.isLowercase }
                return object[turned.map { $0 + stem } ?? name].map { "\($0)" } ?? absent
            }
            guard let packets = own("packetDeltaCount") as? Int, packets > 0 else { return nil }
            let version = object["ipVersion"] as? Int ?? 0
            var parts = ["\(version)", "\(object["protocolIdentifier"] ?? "-")", "\(packets)"]
            for name in ["octetDeltaCount", "icmpTypeCodeIPv\(version)", "ipClassOfService"] {
                parts.append(own(name).map { "\($0)" } ?? absent)
            }
            // NetFlow has milliseconds: "2026-11-22T10:13:20.123" of nine digits and a Z.
            for name in ["flowStartNanoseconds", "flowEndNanoseconds"] {
                parts.append(String((own(name) as? String ?? "-").prefix(23)))
            }
            for name in ["IPv\(version)Address", "TransportPort"] {
                parts += [end("source" + name), end("destination" + name)]
            }
            return parts.joined(separator: " ")
        }

        private static func flows(_ path: String, ipv4Only: Bool) throws -> [String] {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").flatMap { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
                if ipv4Only, object["ipVersion"] as? Int != 4 { return [String]() }
                return [false, true].compactMap { members(object, reverse: $0, absent: ipv4Only ? "0" : "-") }
            }.sorted()
        }

        @Test(arguments: [5, 9])
        func collectReadsWhatReplayExports(version: Int) throws {
            for capture in Captures.bundled {
                let folder = try TemporaryFolder()
                let collector = try RunningCollector(["udp"], ["--until-idle", "3", "--json", folder.path("c.json")])
                let name = "netflow\(version)://127.0.0.1:\(collector.port("udp"))"
                let replay = try Probe.run(["replay", capture, "--json", folder.path("r.json"), "--export", name])
                #expect(replay.code == 0, "\(replay.errors)")
                let outcome = try collector.probe.wait(atMost: 60)
                #expect(outcome.code == 0, "\(outcome.errors)\(outcome.text)")
                let wanted = try Self.flows(folder.path("r.json"), ipv4Only: version == 5)
                #expect(try Self.flows(folder.path("c.json"), ipv4Only: version == 5) == wanted)
                #expect(
                    outcome.text.contains(": \(wanted.count) records, 0 lost, 0 messages twice, 0 late, 0 restarts"))
                // The limits are said at the start, and what they cost at the end.
                #expect(replay.errors.contains("\(name): NetFlow \(version) is not acknowledged."))
                let all = try String(contentsOfFile: folder.path("r.json"), encoding: .utf8).split(separator: "\n")
                let left = all.count { $0.contains("\"ipVersion\":6") }
                let text = replay.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                #expect(text.contains("\(name): \(wanted.count) records in "))
                #expect(
                    text.contains("not expressible: \(left) records (IPv6)") == (version == 5 && left > 0), "\(text)")
            }
        }

        /// A spool has nothing to do with it: NetFlow is sent as it comes, like UDP.
        @Test func aSpoolWithoutCollectorsIsRefused() throws {
            let folder = try TemporaryFolder()
            let outcome = try Probe.run([
                "replay", Captures.bundled[0], "--spool", folder.path("spool"), "--export", "netflow9://127.0.0.1:9",
            ])
            #expect(outcome.code == 2 && outcome.errors.contains("A spool is for tcp://"), "\(outcome.errors)")
        }
    }
}
