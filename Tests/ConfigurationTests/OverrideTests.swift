import ConfigurationFile
import Testing

/// Values from the environment and from options: what holds, and what is wrong with them.
@Suite struct OverrideTests {
    private let file = least + "flows:\n  activeTimeout: 10\n  memory: 64MiB\nlog: {level: debug}\n"

    @Test func theLaterHolds() throws {
        let environment = ["FLOWPROBE_FLOWS_ACTIVE_TIMEOUT": "20", "FLOWPROBE_FLOWS_MEMORY": "128MiB"]
        let alone = try load(file)
        #expect(alone.flows.activeTimeout == 10_000_000_000 && alone.flows.memory == 64 << 20)
        let changed = try load(file, environment: environment)
        #expect(changed.flows.activeTimeout == 20_000_000_000 && changed.flows.memory == 128 << 20)
        let overridden = try load(
            file, environment: environment, overrides: ["flows.activeTimeout=30", "flows.activeTimeout=40"])
        #expect(overridden.flows.activeTimeout == 40_000_000_000 && overridden.flows.memory == 128 << 20)
        #expect(overridden.log.level == .debug)
    }

    @Test func aVariableForEveryKey() throws {
        let loaded = try load(
            least,
            environment: [
                "FLOWPROBE_PROBE_NAME": "true", "FLOWPROBE_FLOWS_IDLE_TIMEOUT_TCP": "1m",
                "FLOWPROBE_FLOWS_INTERNAL": "10.0.0.0/8, 2001:db8::/32", "FLOWPROBE_OUTPUTS_EXPORT": "udp://h,tcp://h",
                "FLOWPROBE_OUTPUTS_ENTERPRISE_NUMBER": "9", "FLOWPROBE_SERVICE_METRICS": "off",
                "FLOWPROBE_SERVICE_METRICS_SOCKET": "/m", "FLOWPROBE_LOG_FORMAT": "json",
            ])
        #expect(loaded.probe.name == "true" && loaded.flows.idleTimeoutTcp == 60_000_000_000)
        #expect(loaded.flows.internal.count == 2 && loaded.outputs.export.count == 2)
        #expect(loaded.outputs.enterpriseNumber == 9 && loaded.service.metrics == nil)
        #expect(loaded.service.metricsSocket == "/m" && loaded.log.format == .json)
    }

    /// The commas between a topic's brokers are its own; those after the topic are the list's.
    @Test func brokersStandBetweenCommas() throws {
        let text = "udp://h, kafka://a,b:1, [::1]/t?format=ipfix,kafka://c/u,KAFKA://d,e/v"
        let loaded = try load(least + "outputs: {spool: /s}\n", overrides: ["outputs.export=\(text)"])
        #expect(
            loaded.outputs.export.map(\.description) == [
                "udp://h:4739", "kafka://a:9092,b:1,[::1]:9092/t?format=ipfix", "kafka://c:9092/u",
                "kafka://d:9092,e:9092/v",
            ])
        #expect(try load(loaded.yaml) == loaded)
    }

    /// Names of ours that mean something else, and those of others.
    @Test func otherVariables() {
        let environment = [
            "FLOWPROBE_CORPUS": "x", "FLOWPROBE_FUZZ": "1", "FLOWPROBE_FLOWS": "x", "FLOWPROBE_LOGO": "x",
            "FLOWPROBE_LOG_LEVEL": "", "FLOWPROBE_LOG_BOGUS": "", "HOME": "/",
        ]
        #expect(problems(file, environment: environment) == [])
    }

    @Test(arguments: [
        (
            "FLOWPROBE_FLOWS_ACTIV_TIMEOUT", "30",
            "no key goes by this variable; did you mean FLOWPROBE_FLOWS_ACTIVE_TIMEOUT?"
        ),
        ("FLOWPROBE_LOG_LEVELL", "30", "no key goes by this variable; did you mean FLOWPROBE_LOG_LEVEL?"),
        (
            "FLOWPROBE_LOG_LEVEL", "loud",
            "log.level: \"loud\" is not trace, debug, info, notice, warning, error or critical; write one of them"
        ),
        (
            "FLOWPROBE_INPUTS_INTERFACE", "eth0",
            "inputs are a list, which variables cannot change; set them in the file"
        ),
        (
            "FLOWPROBE_FLOWS_INTERNAL", "10.0.0.0/8,x",
            "flows.internal[1]: \"x\" is not an address prefix; write ADDRESS/LENGTH, as in 10.0.0.0/8 or 2001:db8::/32"
        ),
        ("FLOWPROBE_SERVICE_GROUP", "adm", "service.group goes with service.user; name the user too"),
    ])
    func wrongVariables(variable: String, value: String, message: String) {
        #expect(problems(file, environment: [variable: value]) == ["\(variable): \(message)"])
    }

    @Test(arguments: [
        ("flows.activTimeout=30", "flows.activTimeout is not a key; did you mean flows.activeTimeout?"),
        ("activeTimeout=30", "activeTimeout is not a key; did you mean flows.activeTimeout?"),
        ("memory=30MiB", "memory is not a key; did you mean flows.memory?"),
        ("xyzzy=30", "xyzzy is not a key; docs/configuration.md lists the keys"),
        ("flows=30", "flows is not a key; docs/configuration.md lists the keys"),
        ("=30", " is not a key; docs/configuration.md lists the keys"),
        ("flows.memory.x=30", "flows.memory.x is not a key; did you mean flows.memory?"),
        ("flows.memory", "\"flows.memory\" sets nothing; write SECTION.KEY=VALUE, as in flows.memory=1GiB"),
        ("flows.memory=", "flows.memory is set to nothing; write a value, or leave the option out"),
        (
            "flows.memory=1",
            "flows.memory: \"1\" is not a size from 1MiB to 1024GiB; write octets, as in 65536, or a unit, as in 64KiB, 512MiB or 2GB"
        ),
        ("inputs[0].ring=1GiB", "inputs[0].ring: inputs are a list, which options cannot change; set them in the file"),
        ("inputs.ring=1GiB", "inputs.ring: inputs are a list, which options cannot change; set them in the file"),
        ("service.group=adm", "service.group goes with service.user; name the user too"),
        (
            "outputs.store=f.yaml",
            "outputs.store: f.yaml is the file of this configuration too; choose another name"
        ),
    ])
    func wrongOptions(text: String, message: String) {
        #expect(problems(file, overrides: [text]) == ["--set: \(message)"])
    }

    /// A wrong value that a later one replaces is wrong all the same, but nothing follows from it.
    @Test func everySourceIsChecked() {
        let found = problems(
            least + "log: {level: loud}\n", environment: ["FLOWPROBE_LOG_LEVEL": "silent"],
            overrides: ["log.level=shrill", "log.level=info"])
        #expect(
            found.map { String($0.prefix { $0 != "\"" }) } == [
                "f.yaml:3:14: log.level: ", "FLOWPROBE_LOG_LEVEL: log.level: ", "--set: log.level: ",
            ])
    }
}
