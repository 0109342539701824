import ConfigurationFile
import Testing

/// What a reload finds changed, and what it may take over.
@Suite struct ChangeTests {
    private func changes(_ old: String, _ new: String) throws -> [String] {
        try ProbeConfiguration.changes(from: load(old), to: load(new)).map(\.description)
    }

    @Test func nothingChanged() throws {
        #expect(try changes(least, least + "# a remark\n") == [])
        // The default, written out.
        #expect(try changes(least, least + "    ring: 65536KiB\nflows: {activeTimeout: 60}\n") == [])
        #expect(try changes(ProbeConfiguration.example(), least + "    name: eth0\n") == [])
    }

    @Test func eachKeySaysWhatItNeeds() throws {
        let new = """
            probe: {name: other}
            inputs:
              - interface: eth0
                filter: port 53
                ring: 128MiB
            flows: {idleTimeout: 20, internal: [10.0.0.0/8], memory: 1GiB}
            outputs: {json: /x}
            service: {metrics: off, summaryInterval: 30}
            log: {level: debug, format: json}
            """
        #expect(
            try changes("probe: {name: one}\n" + least, new) == [
                "probe.name: one -> other (needs a restart)", "inputs[0].ring: 64MiB -> 128MiB (needs a restart)",
                "inputs[0].filter: not set -> \"port 53\"", "flows.idleTimeout: not set -> 20s",
                "flows.memory: 512MiB -> 1GiB (needs a restart)", "flows.internal: [] -> [\"10.0.0.0/8\"]",
                "outputs.json: not set -> /x (needs a restart)",
                "service.metrics: \"127.0.0.1:9573\" -> off (needs a restart)",
                "service.summaryInterval: 1m -> 30s", "log.level: info -> debug",
                "log.format: auto -> json (needs a restart)",
            ])
    }

    /// What a reload takes over is no change any more; what waits for a restart stays one.
    @Test func aReloadTakesOverWhatItCan() throws {
        let old = try load("inputs: [{interface: eth0}, {interface: eth1, filter: ip}]\n")
        let new = try load(
            "inputs: [{interface: eth1, domain: 2, filter: ip6, workers: 2}, {interface: eth0, domain: 1, filter: arp}]\n"
                + "flows: {activeTimeout: 5, memory: 1GiB, internal: [10.0.0.0/8]}\nlog: {level: debug}\n")
        let running = old.taking(new)
        #expect(running.inputs.map(\.filter) == ["arp", "ip6"] && running.inputs.map(\.workers) == [1, 1])
        #expect(running.flows.activeTimeout == 5_000_000_000 && running.flows.memory == 512 << 20)
        #expect(running.log.level == .debug && running.flows.internal.count == 1)
        let left = ProbeConfiguration.changes(from: running, to: new)
        #expect(!left.isEmpty && left.allSatisfy { $0.takesEffect == .restart })
        #expect(running.taking(new) == running)
    }

    @Test func theOtherWayRoundItIsTheSame() throws {
        let (old, new) = (try load(least), try load(least + "flows: {memory: 1GiB, prefixes: /p}\n"))
        let (there, back) = (
            ProbeConfiguration.changes(from: old, to: new), ProbeConfiguration.changes(from: new, to: old)
        )
        #expect(there.count == 2)
        #expect(there.map { [$0.path, $0.old, $0.new] } == back.map { [$0.path, $0.new, $0.old] })
        #expect(there.map(\.takesEffect) == [.restart, .live] && back.map(\.takesEffect) == [.restart, .live])
    }

    @Test func inputsThatComeGoOrMove() throws {
        let two = "inputs: [{interface: eth0}, {interface: eth1, filter: ip}]\n"
        #expect(try changes(least, two) == ["inputs: [eth0] -> [eth0, eth1] (needs a restart)"])
        #expect(try changes(two, least) == ["inputs: [eth0, eth1] -> [eth0] (needs a restart)"])
        #expect(
            try changes(two, "inputs: [{interface: eth1, domain: 2, filter: ip6}, {interface: eth0, domain: 1}]\n") == [
                "inputs: [eth0, eth1] -> [eth1, eth0] (needs a restart)", "inputs[0].filter: ip -> ip6",
            ])
        // The name is what makes an input the same.
        #expect(
            try changes(least, "inputs: [{interface: eth9, name: eth0}]\n")
                == ["inputs[0].interface: eth0 -> eth9 (needs a restart)"])
    }
}
