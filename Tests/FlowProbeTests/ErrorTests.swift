import Foundation
import Testing

extension ProbeTests {
    /// ICMP errors that real programs met when the bundled session was recorded, and fragments out of order, through the whole
    /// program: JSON, the store, the report.
    @Suite struct ErrorTests {
        private static let session = Captures.bundled.first { $0.contains("recorded-session") }
        private static let mix = Captures.bundled.first { $0.contains("synthetic-mix") }

        private func records(_ capture: String?, _ arguments: [String] = []) throws -> [[String: Any]] {
            let outcome = try Probe.run(["replay", try #require(capture), "--json", "-"] + arguments)
            #expect(outcome.code == 0)
            return try outcome.text.split(separator: "\n").map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
        }

        /// A datagram to a port where nobody listens, over both IP versions: the host says so (RFC 792, RFC 4443).
        @Test(arguments: [1, 2]) func aClosedPortRefuses(workers: Int) throws {
            let records = try records(Self.session, ["--workers", "\(workers)"])
            let failed = records.filter { $0["icmpErrorTypeCode"] != nil }
            #expect(failed.count == 2)
            #expect(Set(failed.compactMap { $0["icmpErrorTypeCode"] as? Int }) == [0x0303, 0x0104])
            for record in failed {
                #expect(record["protocolIdentifier"] as? Int == 17)
                #expect(record["serviceEvidence"] as? String == "refused")
                #expect(record["icmpErrorDeltaCount"] as? Int == 1 && record["packetDeltaCount"] as? Int == 1)
                #expect(record["reverseIcmpErrorDeltaCount"] as? Int == 0)
            }
            // The errors themselves are in flows of their own.
            #expect(records.count { $0["icmpTypeCodeIPv4"] as? Int == 0x0303 } == 1)
            #expect(records.count { $0["icmpTypeCodeIPv6"] as? Int == 0x0104 } == 1)
            #expect(records.allSatisfy { $0["icmpErrorTypeCode"] != nil || $0["icmpErrorDeltaCount"] as? Int == 0 })
        }

        @Test func theReportAndTheStoreSaySo() throws {
            let folder = try TemporaryFolder()
            let outcome = try Probe.run(["replay", try #require(Self.session), "--store", folder.path("flows.sqlite")])
            #expect(outcome.code == 0)
            #expect(outcome.text.contains("errors     2 of ICMP that name a flow = 2 about one that is known + 0"))
            #expect(outcome.text.contains("every sum holds"))
            let stored = try Probe.run(["report", folder.path("flows.sqlite")])
            func refused(_ text: String) -> Substring? {
                text.split(separator: "\n").first { $0.contains("refused  ") }
            }
            #expect(refused(stored.text) != nil && refused(stored.text) == refused(outcome.text))
        }

        /// The last fragment first: all three are in the datagram's flow, by IPv4 and IPv6.
        @Test func fragmentsThatCameTooEarly() throws {
            let records = try records(Self.mix).filter { $0["sourceTransportPort"] as? Int == 60_001 }
            #expect(records.count == 2)
            #expect(records.allSatisfy { $0["packetDeltaCount"] as? Int == 3 })
            #expect(Set(records.compactMap { $0["ipVersion"] as? Int }) == [4, 6])
        }
    }
}
