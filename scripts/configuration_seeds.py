"""The seeds of FuzzConfiguration, for scripts/fuzz-seeds."""

# FuzzConfiguration's inputs: configuration files, in which comments give options and variables
# (Fuzz/ConfigurationFuzzing/LoadConfiguration.swift).

LEAST = "inputs:\n  - interface: eth0\n"


def configuration_seeds():
    inputs = """inputs:
  - {interface: eth0, cpus: [1, 0], workers: 2, filter: "port 53", segment: none, direction: in, fanout: cpu}
  - {interface: eth0, name: "two: 2", domain: 7, role: virtual, promiscuous: false, snapLength: 96, timestamps: adapter}
  - {interface: eth1, ring: 8MiB, block: 64KiB, position: ingress, fanout: queue}
"""
    flows = """flows: {idleTimeout: 1.5, idleTimeoutTcp: 5m, idleTimeoutUdp: 9s, idleTimeoutIcmp: 500ms, idleTimeoutOther: 1h,
  activeTimeout: 60, memory: 1GiB, internal: ["::/0", 10.1.2.3], prefixes: "/a b"}
"""
    rest = """outputs: {export: ["tcp://[2001:db8::1]", "udp://host:9"], uniflow: true, elements: precise, enterpriseNumber: 9,
  ipfix: /a, json: "-", store: /b}
service: {user: nobody, group: "100", metrics: "[::1]:80", metricsSocket: /m, drainTimeout: 0, summaryInterval: 1d}
log: {level: trace, format: json}
probe: {name: x}
"""
    steered = "inputs:\n  - {interface: nfqueue:3, queueLength: 16, snapLength: 96, ring: 1MiB}\n  - {interface: nflog:5}\n"
    return {
        "steered": steered, "wrong-steered": steered + "  - {interface: eth0}\n  - {interface: nflog:6, workers: 2}\n",
        "least": LEAST, "inputs": inputs, "everything": inputs + flows + rest,
        "overrides": LEAST + "#set flows.activeTimeout=30\n#set outputs.export=udp://h,tcp://h\n"
        + "#env FLOWPROBE_LOG_LEVEL=debug\n#env FLOWPROBE_SERVICE_METRICS=off\n#set log.format=json\n",
        "wrong-overrides": LEAST + "#set flows.activTimeout=30\n#env FLOWPROBE_LOG_LEVELL=debug\n#set x\n#set inputs[0]=1\n",
        "wrong-names": LEAST + "    snaplenght: 9\nflow: {}\nactiveTimeout: 1\nlog: {xyzzy: 1}\n",
        "wrong-values": LEAST + "    workers: 0\n    ring: 1\nflows: {memory: lots, internal: x, idleTimeout: [1]}\nlog: 1\n",
        "repeated": LEAST + "log: {level: info, \"level\": debug}\nlog: {}\ninputs: []\n\"l\\x6fg\": 1\n",
        "aliases": "a: &a [x]\nb: &b [*a, *a]\n? *b\n: 1\n", "anchor": LEAST + "log: &a {level: info}\n",
        "tags": LEAST + "log: !x {level: !!str info, !y format: !z json}\n", "merge": LEAST + "<<: {log: {}}\n",
        "styles": "%YAML 1.1\n---\ninputs:\n- interface: 'eth0'\n  filter: >-\n    a\n\n    b\n  name: |-\n    x\n"
        + "? log\n: level: \"\\x69nfo\"\n...\n",
        "documents": LEAST + "---\n" + LEAST, "deep": "[" * 1100, "deep-keys": "{" * 300 + "a" + "}: 1" * 299 + "}",
        "kafka-addresses": "#kafka b1:9092,[2001:db8::1]/flows\n#kafka b/t?format=ipfix&groups=64&compression=lz4&retry=1\n"
        + "#kafka b/t?security=sasl_ssl&sasl=PLAIN&user=u=v&properties=/p&ca=/a&certificate=/c&key=/k\n#kafka b,/t\n#kafka b/\n",
        "kafka-properties": "# secrets\n! more\n sasl.password = a=b c\nclient.id=x\nssl.key.password=\xc3\xa9\n",
        "kafka-wrong-properties": "client.id=x\nclient.id=y\n", "kafka-own-properties": "acks=1\n",
        "not-yaml": "inputs:\n\t- a: b: c\n  \"d\n", "nothing": "# nothing\n",
    }
