import ConfigurationFile
import NetTypes
import Testing

/// How values are written: each form, its exact meaning, and the same again when printed.
@Suite struct ValueTests {
    @Test(arguments: [
        ("15", 15_000_000_000, "15s"), ("0.5", 500_000_000, "500ms"), ("500ms", 500_000_000, "500ms"),
        ("15s", 15_000_000_000, "15s"), ("5m", 300_000_000_000, "5m"), ("2h", 7_200_000_000_000, "2h"),
        ("1d", 86_400_000_000_000, "1d"), ("365d", 31_536_000_000_000_000, "365d"), ("1000us", 1_000_000, "1ms"),
        ("1000000ns", 1_000_000, "1ms"), ("0.001000001", 1_000_001, "1000001ns"), ("1.5m", 90_000_000_000, "90s"),
        ("0.1h", 360_000_000_000, "6m"), ("007", 7_000_000_000, "7s"), ("60", 60_000_000_000, "1m"),
        ("0.3", 300_000_000, "300ms"), ("1.000", 1_000_000_000, "1s"), ("1000.0us", 1_000_000, "1ms"),
    ])
    func durations(text: String, nanoseconds: Nanoseconds, printed: String) throws {
        let loaded = try load(least, overrides: ["flows.activeTimeout=\(text)"])
        #expect(loaded.flows.activeTimeout == nanoseconds)
        #expect(loaded.yaml.contains("  activeTimeout: \(printed)\n"))
    }

    @Test(arguments: [
        "", " ", "0", "-1", "+1", "1 s", "s", ".", ".5", "5.", "1.2.3", "1e3", "0x10", "1S", "1sec", "nan", "inf",
        "366d", "1us", "0.0001", "1000000.5ns", "0.00000001us", "99999999999999999999", "9223372036854775807d", "１",
        "1ｓ", "0.9999999999999999999999999", "1m30s",
    ])
    func notDurations(text: String) {
        #expect(problems(least + "flows: {activeTimeout: \"\(text)\"}\n").count == 1)
    }

    @Test(arguments: [
        ("1048576", 1 << 20, "1MiB"), ("1024KiB", 1 << 20, "1MiB"), ("512MiB", 512 << 20, "512MiB"),
        ("2GB", 2_000_000_000, "1953125KiB"), ("3MB", 3_000_000, "3000000"), ("1024GiB", 1 << 40, "1024GiB"),
        ("2000kB", 2_000_000, "2000000"),
    ])
    func sizes(text: String, octets: Int, printed: String) throws {
        let loaded = try load(least, overrides: ["flows.memory=\(text)"])
        #expect(loaded.flows.memory == octets)
        #expect(loaded.yaml.contains("  memory: \(printed)\n"))
    }

    @Test(arguments: [
        "0", "-1MiB", "1.5GiB", "1TiB", "1 GiB", "1mib", "1048575", "1025GiB", "99999999999999999999",
        "9223372036854775807GiB", "GiB", "",
    ])
    func notSizes(text: String) { #expect(problems(least + "flows: {memory: \"\(text)\"}\n").count == 1) }

    @Test(arguments: [
        ("127.0.0.1:9573", "\"127.0.0.1:9573\""), ("localhost:80", "\"127.0.0.1:80\""),
        ("[::1]:65535", "\"[::1]:65535\""),
        ("off", "off"),
    ])
    func listeners(text: String, printed: String) throws {
        let loaded = try load(least, overrides: ["service.metrics=\(text)"])
        #expect(loaded.yaml.contains("  metrics: \(printed)\n"))
        #expect(try load(loaded.yaml) == loaded)
    }

    @Test(arguments: [
        "0.0.0.0:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "::1:80", "[::]:80", "[::1]",
        "[127.0.0.1]:80", "host:80", ":80", "127.0.0.1:+1", "Off", "[::ffff:127.0.0.1]:80", "127.1:80",
    ])
    func notListeners(text: String) { #expect(problems(least + "service: {metrics: \"\(text)\"}\n").count == 1) }

    /// Texts that YAML readers take for something else, and texts that need an escape.
    @Test(arguments: [
        "true", "no", "off", "~", "null", "1", "1e3", "0x1", "a b", "a: b", "a #b", "-", "- a", "[a]", "{a", "*a", "&a",
        "!a", "%a", "@a", "`a", "\"a\"", "'a'", "a\\b", "\u{E9}t\u{E9}", "\u{1F600}", "a,b", "=", "<<", " a ", ".inf",
        "2026-11-24",
    ])
    func textsSurviveBeingPrinted(text: String) throws {
        var configuration = try load(least)
        configuration.probe.name = text
        configuration.inputs[0].name = text
        #expect(try load(configuration.yaml) == configuration)
    }

    @Test(arguments: [
        "", "a\nb", "\u{7F}", "\u{2028}", String(repeating: "a", count: 65),
        "\u{E9}" + String(repeating: "a", count: 63),
    ])
    func textsThatAreRefused(text: String) {
        #expect(problems(least, overrides: ["probe.name=\(text)"]).count == 1)
    }

    @Test func whatIsPrintedIsReadAsTheSame() throws {
        let loaded = try load(
            """
            inputs:
              - {interface: eth0, cpus: [1, 0], workers: 2, filter: "port 53", segment: none, direction: in}
              - {interface: eth0, name: "two: 2", domain: 7, role: virtual, promiscuous: false, snapLength: 96}
            flows: {idleTimeout: 1.5, idleTimeoutUdp: 9, internal: ["::/0", 10.1.2.3], prefixes: "/a b"}
            outputs: {export: ["tcp://[2001:db8::1]", "udp://host:9"], uniflow: true, elements: precise, json: "-"}
            service: {user: nobody, group: "100", metrics: off, metricsSocket: /m, drainTimeout: 0}
            """)
        #expect(try load(loaded.yaml) == loaded)
        #expect(loaded.flows.internal.map(\.description) == ["::/0", "10.1.2.3/32"])
        #expect(loaded.inputs.map(\.domain) == [1, 7] && loaded.inputs[0].cpus == [1, 0])
        #expect(loaded.service.drainTimeout == 0)
    }

    @Test func namesAndDomainsThatAreLeftOut() throws {
        let loaded = try load("inputs: [{interface: b}, {interface: a, name: x}, {interface: c, domain: 9}]\n")
        #expect(loaded.inputs.map(\.name) == ["b", "x", "c"])
        #expect(loaded.inputs.map(\.domain) == [1, 2, 9])
        #expect(!loaded.probe.name.isEmpty)
    }

    @Test func asManyInputsAsThereMayBe() throws {
        func text(_ count: Int) -> String {
            "inputs:\n" + (0..<count).map { "- interface: eth\($0)\n" }.joined()
        }
        #expect(try load(text(256)).inputs.count == 256)
        #expect(problems(text(257)) == ["f.yaml:1:1: inputs has 257 entries; 256 are allowed"])
    }
}
