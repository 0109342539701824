import Exporter
import FlowTable
import Foundation
import NetTypes
import Testing

@Suite struct ZoneTableTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test func nothingConfiguredIsUnknown() throws {
        let table = try ZoneTable(internal: [], file: nil)
        #expect(table.isEmpty)
        #expect(try table.direction(source: address("10.0.0.1"), destination: address("10.0.0.2")) == .unknown)
        #expect(try table.tags(of: address("10.0.0.1")) == nil)
    }

    @Test(arguments: [
        ("10.1.1.1", "10.2.2.2", FlowRecord.ZoneDirection.internal), ("10.1.1.1", "192.0.2.1", .outbound),
        ("192.0.2.1", "10.1.1.1", .inbound), ("192.0.2.1", "198.51.100.1", .transit),
        ("2001:db8::1", "2001:db8:ffff::1", .internal), ("2001:db8::1", "2001:db9::1", .outbound),
        ("2001:db7:ffff::1", "2001:db8::", .inbound), ("10.1.1.1", "10.9.1.1", .outbound),
        ("10.9.1.1", "10.9.1.2", .transit), ("10.9.9.9", "10.1.1.1", .internal),
        // An IPv4 prefix says nothing of the IPv6 address with the same low bits.
        ("::10.1.1.1", "10.1.1.1", .inbound),
        // What stays on a link has crossed no border: it is on the side of the end that says more.
        ("10.1.1.1", "224.0.0.251", .internal), ("0.0.0.0", "255.255.255.255", .internal),
        ("192.0.2.1", "255.255.255.255", .transit), ("fe80::1", "2001:db8::1", .internal),
        ("fe80::1", "2001:db9::1", .transit), ("2001:db9::1", "ff02::1:ff00:1", .transit),
        ("::", "ff02::16", .internal), ("169.254.1.1", "169.254.7.7", .internal),
        // Wider multicast may come from anywhere, and a prefix has the last word.
        ("10.1.1.1", "239.255.255.250", .outbound), ("10.1.1.1", "224.0.1.1", .outbound),
        ("fe80::1", "ff05::2", .transit), ("10.1.1.1", "169.254.9.9", .outbound),
        ("192.0.2.1", "169.254.8.8", .inbound),
    ])
    func direction(source: String, destination: String, expected: FlowRecord.ZoneDirection) throws {
        let table = try ZoneTable(
            internal: ["10.0.0.0/8", "2001:db8::/32"],
            text: "10.9.0.0/16 zone=external\n10.9.9.0/24\n169.254.9.9 zone=external\n169.254.8.8\n", name: "test")
        #expect(try table.direction(source: address(source), destination: address(destination)) == expected)
    }

    @Test func tagsOfTheLongestMatch() throws {
        let text =
            "# networks\r\n\r\n10.0.0.0/8\tnetwork=campus # all\r\n  10.1.0.0/16 network=campus tenant=physics "
            + "system=cluster\r\n::/0 network=v6"
        let table = try ZoneTable(internal: [], text: text, name: "networks.txt")
        #expect(try table.tags(of: address("10.2.0.1"))?.network == "campus")
        #expect(try table.tags(of: address("10.2.0.1"))?.tenant == nil)
        let inner = try #require(try table.tags(of: address("10.1.255.255")))
        #expect(inner.tenant == "physics" && inner.system == "cluster" && inner.isInternal)
        #expect(try table.tags(of: address("11.0.0.0")) == nil)
        #expect(try table.tags(of: address("ffff::"))?.network == "v6")
    }

    @Test(arguments: [
        ("10.0.0.0/8\n10.0.0/8", "line 2"), ("10.0.0.0/33", "line 1"), ("\n\n2001:db8::/129 network=a", "line 3"),
        ("10.0.0.0/8 colour=red", "colour"), ("10.0.0.0/8 network", "KEY=VALUE"),
        ("10.0.0.0/8 network=", "KEY=VALUE"), ("10.0.0.0/8 zone=dmz", "dmz"),
        ("10.0.0.0/8\n# x\n10.1.2.3/8", "already given in line 1"), ("10.0.0.0/8 tenant=a tenant=b", "twice"),
        ("host.example/8", "host.example"), ("\u{1B}[2J", "line 1"),
    ])
    func errorsNameTheLine(text: String, part: String) throws {
        let error = #expect(throws: ZoneError.self) { try ZoneTable(internal: [], text: text, name: "file.txt") }
        let message = try #require(error).description
        #expect(message.contains(part), "\(message)")
        #expect(message.contains("file.txt, line") && message.hasSuffix(".") && !message.contains("\u{1B}"))
    }

    @Test func otherErrors() throws {
        #expect(throws: ZoneError.self) { try ZoneTable(internal: ["10.0.0.0/40"], file: nil) }
        #expect(throws: ZoneError.self) { try ZoneTable(internal: [], file: "/nonexistent/zones") }
        #expect(throws: ZoneError.self) { try ZoneTable(internal: [], file: "/") }
    }

    @Test func readsAFile() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "zones-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try "192.0.2.0/24 network=docs\n".write(toFile: path, atomically: true, encoding: .utf8)
        let table = try ZoneTable(internal: ["192.0.2.0/24"], file: path)
        #expect(try table.tags(of: address("192.0.2.7"))?.network == "docs")
    }

    /// Random nested prefixes, against a search through all of them.
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func agreesWithAPlainSearch(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var prefixes: Set<Prefix> = []
        for _ in 0..<300 {
            let prefix =
                Bool.random(using: &random)
                ? Prefix(
                    address: IPAddress(v4: .random(in: 0 ... .max, using: &random) & 0xFF0F_00FF),
                    length: .random(in: 0...32, using: &random))
                : Prefix(
                    address: IPAddress(
                        high: .random(in: 0...3, using: &random) << 62 | .random(in: 0...3, using: &random),
                        low: .random(in: 0...3, using: &random) << 62 | 0xFF, version: 6),
                    length: .random(in: 0...128, using: &random))
            prefixes.insert(try #require(prefix))
        }
        let external = Set(prefixes.filter { _ in Bool.random(using: &random) })
        let lines = prefixes.map { "\($0) network=\($0) zone=\(external.contains($0) ? "external" : "internal")" }
        let table = try ZoneTable(internal: [], text: lines.joined(separator: "\n"), name: "random")
        var probes: [IPAddress] = []
        for prefix in prefixes {
            probes.append(prefix.address)
            probes.append(
                IPAddress(
                    high: prefix.address.version == 4 ? 0 : prefix.address.high,
                    low: prefix.address.version == 4
                        ? (prefix.address.low &- 1) & 0xFFFF_FFFF : prefix.address.low &- 1,
                    version: prefix.address.version))
            probes.append(IPAddress(v4: .random(in: 0 ... .max, using: &random) & 0xFF0F_FFFF))
        }
        for probe in probes {
            let expected = prefixes.filter { $0.contains(probe) }.max { $0.length < $1.length }
            #expect(table.tags(of: probe)?.network == expected?.description, "\(probe), seed \(seed)")
            #expect(table.isInternal(probe) == (expected.map { !external.contains($0) } ?? false))
        }
    }

    @Test func annotatesABatch() throws {
        let table = try ZoneTable(internal: ["10.0.0.0/8"], file: nil)
        var records = [FlowRecord](repeating: FlowRecord(), count: 3)
        for index in records.indices { (records[index].sourceLow, records[index].destinationLow) = (1 << 31, 1 << 31) }
        records[0].sourceLow = 0x0A00_0001
        records[1].destinationLow = 0x0A00_0001
        var span = records.mutableSpan
        table.annotate(&span)
        #expect(records.map(\.zoneDirection) == [.outbound, .inbound, .transit])
    }
}
