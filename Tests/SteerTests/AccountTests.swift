import Foundation
import NetTypes
import Steer
import Testing

/// The audit file, the state, and counting in flow files.
@Suite struct AccountTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "flowprobe-account-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private static func rule(_ owner: String) -> SteeringRule {
        SteeringRule(name: "a", authorisation: "x\"},{\"y", owner: owner, validUntil: 0, action: .queue(number: 1))
    }

    /// Whatever a rule says, it stays one line, and within its string.
    @Test func auditLinesCannotBeForged() throws {
        let path = folder.appending(path: "log/audit.jsonl").path()
        let owners = ["plain", "two\nlines\r\n{\"uid\":0}", "quote\" and \\", "\u{0}\u{1F}\u{2028}", "\u{202E}", "政务云"]
        for owner in owners {
            try AuditLog(path).append([AuditEntry(.install, .started, rule: Self.rule(owner), at: 0)])
        }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == owners.count)
        for (line, owner) in zip(lines, owners) {
            let entry = try JSONDecoder().decode(AuditEntry.self, from: Data(line.utf8))
            #expect(entry.owner == owner && entry.authorisation == "x\"},{\"y" && entry.uid == geteuid())
            #expect(entry.time == "1970-01-01T00:00:00.000000000Z" && entry.pid == getpid())
        }
    }

    @Test func auditThatCannotBeWritten() throws {
        #expect(throws: SteerError.self) {
            try AuditLog("/dev/full").append([AuditEntry(.remove, .done, rule: nil, at: 0)])
        }
        #expect(throws: SteerError.self) { _ = try AuditLog("/proc/nowhere/audit") }
        let link = folder.appending(path: "link").path()
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/tmp/elsewhere")
        #expect(throws: SteerError.self) { _ = try AuditLog(link) }
    }

    @Test func oneAtATime() throws {
        let path = folder.appending(path: "state").path()
        do {
            let first = try StateFolder(path)
            #expect(throws: SteerError.self) { _ = try StateFolder(path) }
            #expect(try first.load() == nil)
        }
        let again = try StateFolder(path)
        var state = SteeringState(network: "net:[1]")
        state.rules = [InstalledRule(slot: 1, rule: Self.rule("o"))]
        try again.save(state)
        #expect(try again.load() == state)
        try again.clear()
        #expect(try again.load() == nil)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    /// Cut or changed, the state file is refused, never half believed.
    @Test func damagedStates() throws {
        let path = folder.appending(path: "state").path()
        let folder = try StateFolder(path)
        var state = SteeringState(network: "net:[1]")
        state.rules = [InstalledRule(slot: 1, rule: Self.rule("o"))]
        try folder.save(state)
        let file = URL(filePath: path + "/state.json")
        let data = try Data(contentsOf: file)
        for length in 0..<(data.count - 1) {
            try data.prefix(length).write(to: file)
            #expect(throws: SteerError.self, "\(length) octets") { try folder.load() }
        }
        let text = String(decoding: data, as: UTF8.self)
        try Data(text.replacing("\"format\" : 1", with: "\"format\" : 2").utf8).write(to: file)
        #expect(throws: SteerError.self) { try folder.load() }
    }

    @Test func countsPacketsInFlows() throws {
        let path = folder.appending(path: "flows.json").path()
        let lines = """
            {"sourceIPv4Address":"10.0.0.1","destinationIPv4Address":"192.0.2.1","protocolIdentifier":17,"sourceTransportPort":5000,"destinationTransportPort":53,"packetDeltaCount":3,"reversePacketDeltaCount":2}
            {"sourceIPv4Address":"192.0.2.1","destinationIPv4Address":"10.0.0.1","protocolIdentifier":17,"sourceTransportPort":53,"destinationTransportPort":5000,"packetDeltaCount":10,"reversePacketDeltaCount":20}
            {"sourceIPv6Address":"2001:db8::1","destinationIPv6Address":"2001:db8::2","protocolIdentifier":58,"packetDeltaCount":100}

            """
        try Data(lines.utf8).write(to: URL(filePath: path))
        var dns = Self.rule("o")
        (dns.from, dns.protocols, dns.ports) = ([try #require(Prefix("10.0.0.0/8"))], [17], [PortRange(53, 53)])
        var oneWay = dns
        oneWay.isBidirectional = false
        let all = Self.rule("o")
        #expect(try FlowFileCount.packets(of: [dns, oneWay, all], in: path) == [35, 23, 135])
        try Data((lines + "{\"a\":1}\n").utf8).write(to: URL(filePath: path))
        let error = #expect(throws: SteerError.self) { try FlowFileCount.packets(of: [dns], in: path) }
        #expect(error?.description.contains("flows.json:4:") ?? false)
        #expect(throws: SteerError.self) { try FlowFileCount.packets(of: [dns], in: "/nonexistent") }
    }
}
