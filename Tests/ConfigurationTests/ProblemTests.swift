import ConfigurationFile
import Testing

/// Each kind of problem, with its exact line.
@Suite struct ProblemTests {
    @Test(arguments: [
        // Unknown names.
        (
            "inputs:\n  - interface: eth0\n    snaplenght: 9\n", 3, 5,
            "inputs[0].snaplenght is not a key; did you mean snapLength?"
        ),
        (
            "inputs:\n  - interface: eth0\n    snaplength: 99\n", 3, 5,
            "inputs[0].snaplength is not a key; did you mean snapLength?"
        ),
        (least + "flow:\n  memory: 1GiB\n", 3, 1, "flow is not a section; did you mean flows?"),
        (
            least + "flows: {xyzzy: 1}\n", 3, 9,
            "flows.xyzzy is not a key; there are idleTimeout, idleTimeoutTcp, idleTimeoutUdp, idleTimeoutIcmp, idleTimeoutOther, activeTimeout, memory, tunnels, tunnelDepth, duplicates, duplicateWindow, checksums, linkMtu, overload, overloadAfter, overloadCalm, selectionKey, internal, prefixes"
        ),
        (least + "activeTimeout: 30\n", 3, 1, "activeTimeout is not a section; did you mean flows.activeTimeout?"),
        (
            least + "flows:\n  snapLength: 30\n", 4, 3,
            "flows.snapLength is not a key; did you mean inputs[].snapLength?"
        ),
        (
            least + "\"a\\e[2Jb\": 1\n", 3, 1,
            "a\u{FFFD}[2Jb is not a section; there are probe, inputs, flows, outputs, service, log"
        ),
        (least + "<<: {}\n", 3, 1, "<< is not a section; there are probe, inputs, flows, outputs, service, log"),
        // Keys given twice.
        (
            least + "log:\n  level: info\n  format: text\n  level: debug\n", 6, 3,
            "log.level is given again, after line 4; keep one of them"
        ),
        (least + "inputs: []\n", 3, 1, "inputs is given again, after line 1; keep one of them"),
        (
            least + "log: {level: info, \"level\": debug}\n", 3, 20,
            "log.level is given again, after line 3; keep one of them"
        ),
        // Wrong kinds.
        (
            "[]\n", 1, 1,
            "a configuration is a mapping of sections and not a list; write probe:, inputs:, flows:, outputs:, service:, log: at the top"
        ),
        (
            "eth0\n", 1, 1,
            "a configuration is a mapping of sections and not a single value; write probe:, inputs:, flows:, outputs:, service:, log: at the top"
        ),
        ("inputs: eth0\n", 1, 9, "inputs takes a list and has a single value; write \"- interface: NAME\" below it"),
        (
            "inputs:\n  interface: eth0\n", 2, 3,
            "inputs takes a list and has a mapping of keys; write \"- interface: NAME\" below it"
        ),
        (
            "inputs: [eth0]\n", 1, 10,
            "inputs[0] takes a mapping of keys and has a single value; write KEY: VALUE below it"
        ),
        (least + "flows: 5\n", 3, 8, "flows takes a mapping of keys and has a single value; write KEY: VALUE below it"),
        (
            least + "flows: {memory: [1GiB]}\n", 3, 17,
            "flows.memory takes a single value and has a list; write octets, as in 65536, or a unit, as in 64KiB, 512MiB or 2GB"
        ),
        (least + "flows: {internal: 10.0.0.0/8}\n", 3, 19, "flows.internal takes a list; write [10.0.0.0/8]"),
        (
            least + "flows: {internal: {a: b}}\n", 3, 19,
            "flows.internal takes a list and has a mapping of keys; write [FIRST, SECOND]"
        ),
        (
            least + "flows:\n  internal:\n  - 10.0.0.0/8\n  -\n", 6, 4,
            "flows.internal[1] takes a single value and has nothing; write ADDRESS/LENGTH, as in 10.0.0.0/8 or 2001:db8::/32"
        ),
        (least + "? [a]\n: b\n", 3, 3, "a list or a mapping cannot be a key; write KEY: VALUE"),
        // Wrong values.
        (
            least + "flows: {activeTimeout: soon}\n", 3, 24,
            "flows.activeTimeout: \"soon\" is not a duration from 1ms to 365d; write seconds, as in 15 or 0.5, or a unit, as in 500ms, 15s or 5m"
        ),
        (
            least + "flows: {activeTimeout: 0.0001}\n", 3, 24,
            "flows.activeTimeout: \"0.0001\" is not a duration from 1ms to 365d; write seconds, as in 15 or 0.5, or a unit, as in 500ms, 15s or 5m"
        ),
        (
            least + "flows: {memory: 1023KiB}\n", 3, 17,
            "flows.memory: \"1023KiB\" is not a size from 1MiB to 1024GiB; write octets, as in 65536, or a unit, as in 64KiB, 512MiB or 2GB"
        ),
        (
            least + "outputs: {uniflow: yes}\n", 3, 20,
            "outputs.uniflow: \"yes\" is not true or false; write true or false"
        ),
        (
            least + "outputs: {elements: all}\n", 3, 21,
            "outputs.elements: \"all\" is not minimal, standard or precise; write one of them"
        ),
        (
            least + "outputs: {enterpriseNumber: 0}\n", 3, 29,
            "outputs.enterpriseNumber: \"0\" is not a number from 1 to 4294967295; write one, in decimal digits"
        ),
        (
            least + "outputs: {groups: [core=first]}\n", 3, 20,
            "outputs.groups[0]: \"core=first\" is not a group of collectors; write core=failover?takeover=30&return=300 or lake=balance"
        ),
        (
            least + "outputs:\n  export: [\"udp://192.0.2.1?group=core\"]\n  groups: [core=failover]\n", 5, 11,
            "outputs: The collector udp://192.0.2.1:4739 cannot be in the group core of failover: nobody knows whether datagrams arrive. Use tcp://, tls://, https:// or kafka://."
        ),
        (
            least + "outputs:\n  export: [\"udp://192.0.2.1?group=core\"]\n", 4, 11,
            "outputs: The collector udp://192.0.2.1:4739 is in the group core, which is not declared: give --export-group core=failover or core=balance, or set outputs.groups."
        ),
        (
            least + "outputs: {export: [sctp://h]}\n", 3, 20,
            "outputs.export[0]: \"sctp://h\" is not a collector; write udp://192.0.2.1:4739 or tcp://[2001:db8::1]:4739"
        ),
        (
            least + "outputs: {ipfix: \"-\"}\n", 3, 18,
            "outputs.ipfix: \"-\" is not the path of a file; write an absolute path, or file:PATH?rotate=SECONDS|SIZE"
        ),
        (
            least + "service: {metrics: \"10.0.0.1:80\"}\n", 3, 20,
            "service.metrics: \"10.0.0.1:80\" is not a loopback address with a port; write 127.0.0.1:9573, [::1]:9573 or off; metrics are not served to other hosts"
        ),
        (
            least + "service: {user: \"a b\"}\n", 3, 17,
            "service.user: \"a b\" is not the name of a user or a group; write letters, digits and . _ -"
        ),
        (
            least + "flows: {internal: [10.0.0.0/8, 10.0.0.0/33]}\n", 3, 32,
            "flows.internal[1]: \"10.0.0.0/33\" is not an address prefix; write ADDRESS/LENGTH, as in 10.0.0.0/8 or 2001:db8::/32"
        ),
        (
            least + "flows: {internal: [10.0.0.0/8, 10.1.0.0/8]}\n", 3, 32,
            "flows.internal[1]: \"10.0.0.0/8\" stands here twice; keep one"
        ),
        (
            "inputs: [{interface: a/b}]\n", 1, 22,
            "inputs[0].interface: \"a/b\" is not the name of an interface; write one that `ip link` lists"
        ),
        (
            "inputs: [{interface: eth0, workers: 65}]\n", 1, 37,
            "inputs[0].workers: \"65\" is not a number from 1 to 64; write one, in decimal digits"
        ),
        (
            "inputs: [{interface: eth0, workers: +5}]\n", 1, 37,
            "inputs[0].workers: \"+5\" is not a number from 1 to 64; write one, in decimal digits"
        ),
        (
            "inputs: [{interface: eth0, domain: 0}]\n", 1, 36,
            "inputs[0].domain: \"0\" is not a number from 1 to 32767; write one, in decimal digits"
        ),
        // Values that do not go together.
        ("", 1, 1, "there are no inputs: nothing would be listened to; write \"inputs:\" and \"- interface: NAME\""),
        (
            "# nothing\n---\n", 1, 1,
            "there are no inputs: nothing would be listened to; write \"inputs:\" and \"- interface: NAME\""
        ),
        (
            "log:\ninputs:\n", 2, 1,
            "there are no inputs: nothing would be listened to; write \"inputs:\" and \"- interface: NAME\""
        ),
        ("inputs:\n  - name: a\n", 2, 5, "inputs[0] has no interface; write interface: NAME"),
        ("inputs:\n  -\n", 2, 4, "inputs[0] has no interface; write interface: NAME"),
        (
            least + "  - interface: eth0\n", 3, 5,
            "inputs[1] and inputs[0] are both named \"eth0\"; give them different names"
        ),
        (
            least + "    name: a\n  - interface: eth1\n    name: a\n", 5, 11,
            "inputs[1] and inputs[0] are both named \"a\"; give them different names"
        ),
        (
            least + "    domain: 2\n  - interface: eth1\n", 4, 5,
            "inputs[1] has domain 2 by its place, which inputs[0] has by its number; write the domain of both"
        ),
        (
            "inputs: [{interface: eth0, block: 12KiB}]\n", 1, 35,
            "inputs[0].block: 12288 octets are not a power of two from a page of memory on; write 16KiB"
        ),
        (
            "inputs: [{interface: eth0, ring: 1500KiB}]\n", 1, 34,
            "inputs[0].ring is 1500KiB, which is not two or more blocks of 1MiB; write ring: 2MiB, or another block"
        ),
        (
            "inputs: [{interface: eth0, block: 64MiB}]\n", 1, 35,
            "inputs[0].ring is 64MiB, which is not two or more blocks of 64MiB; write ring: 128MiB, or another block"
        ),
        (
            "inputs: [{interface: eth0, workers: 2, cpus: [1]}]\n", 1, 46,
            "inputs[0].cpus has 1 CPUs for 2 workers; name one for each worker, or none"
        ),
        (
            "inputs: [{interface: eth0, workers: 2, cpus: [1, 1]}]\n", 1, 50,
            "inputs[0].cpus[1]: 1 stands here twice; keep one"
        ),
        (least + "service: {group: adm}\n", 3, 18, "service.group goes with service.user; name the user too"),
        (
            least + "outputs: {ipfix: /a, json: /a}\n", 3, 28,
            "outputs.json: /a is the file of outputs.ipfix too; choose another name"
        ),
        (
            least + "outputs: {store: f.yaml}\n", 3, 18,
            "outputs.store: f.yaml is the file of this configuration too; choose another name"
        ),
    ])
    func oneProblem(text: String, line: Int, column: Int, message: String) {
        #expect(problems(text) == ["f.yaml:\(line):\(column): \(message)"])
    }

    /// What the YAML library says, with its line, and what is refused before it reads.
    @Test(arguments: [
        ("inputs:\n  - interface: eth0\n   filter: x\n", 3, 4, "this is not YAML: "),
        ("inputs: [\n", 2, 1, "this is not YAML: "),
        ("a: b: c\n", 1, 5, "this is not YAML: mapping values are not allowed in this context; check"),
        (
            "log:\n\tlevel: info\n", 2, 1,
            "this is not YAML: found character that cannot start any token (while scanning"
        ),
        (
            "a: \"unfinished\n", 2, 1,
            "this is not YAML: found unexpected end of stream (while scanning a quoted scalar, line 1, column 4)"
        ),
        ("a: *b\n", 1, 4, "this is not YAML: found undefined alias"),
        (least + "--- \nlog: {}\n", 3, 1, "this is not YAML: but found another document"),
        (least + "log: &name {level: info}\n", 3, 6, "anchors are not taken here; remove the \"&\" and its name"),
        (least + "log: &name\n  level: info\nflows: *name\n", 5, 8, "aliases are not taken here; write the value out"),
        (least + "log: !secret {level: info}\n", 3, 6, "the tag \"!secret\" has no meaning here; remove it"),
        (
            least + "log: {level: !!int info}\n", 3, 14,
            "the tag \"tag:yaml.org,2002:int\" has no meaning here; remove it"
        ),
        (least + "log: {!key level: info}\n", 3, 7, "the tag \"!key\" has no meaning here; remove it"),
        (
            least + "log: \u{0}\n", 3, 6,
            "YAML does not allow the character U+0; remove it, or write an escape in quotes"
        ),
        (least + "log: \u{1B}[2J\n", 3, 6, "YAML does not allow the character U+1B; remove it"),
        (least + String(repeating: "[", count: 2000), 3, 0, "this is not YAML: "),
        (
            least + "log: " + String(repeating: "[", count: 20) + String(repeating: "]", count: 20), 3, 21,
            "lists and mappings are nested more than 16 deep; no key needs that"
        ),
    ])
    func notTheYAMLWeTake(text: String, line: Int, column: Int, message: String) {
        let place = column > 0 ? "f.yaml:\(line):\(column): " : "f.yaml:\(line):"
        let found = problems(text)
        #expect(found.contains { $0.hasPrefix(place) && $0.contains(message) }, "\(found.debugDescription)")
    }

    @Test func octetsThatAreNotUTF8() {
        let text = Array((least + "# \u{E9}t\u{E9} ").utf8)
        #expect(
            problems(text + [0xE9, 0x0A])
                == ["f.yaml:3:7: octet 0xE9 is not UTF-8; save the file as UTF-8"])
        #expect(problems(text + [0xC3]) == ["f.yaml:3:7: octet 0xC3 is not UTF-8; save the file as UTF-8"])
        #expect(problems([0xFF]) == ["f.yaml:1:1: octet 0xFF is not UTF-8; save the file as UTF-8"])
    }

    @Test func aFileThatIsTooLong() {
        let long = least + String(repeating: "#", count: 1 << 20)
        #expect(
            problems(long)
                == ["f.yaml:1:1: the file is longer than 1 MiB; check that it is the configuration you meant"])
        #expect(problems(String(long.prefix(1 << 20))) == [])
    }

    /// One round of corrections is enough: nothing hides anything else.
    @Test func everythingIsSaidAtOnce() {
        let text = """
            probe: {name: ""}
            inputs:
              - interface: eth0
                ring: 1MiB
                colour: red
              - interface: eth0
                workers: many
                workers: 2
            flows:
              memory: lots
              memory: 1GiB
            outputs: {json: /x, store: /x}
            log:
              level: loud
            log: {}
            """
        let places = problems(text).map { $0.split(separator: " ")[0] }
        #expect(
            places == [
                "f.yaml:1:15:", "f.yaml:4:11:", "f.yaml:5:5:", "f.yaml:6:5:", "f.yaml:7:14:", "f.yaml:8:5:",
                "f.yaml:10:11:", "f.yaml:11:3:", "f.yaml:12:28:", "f.yaml:14:10:", "f.yaml:15:1:",
            ])
    }

    @Test func problemsAreCountedBeyondFifty() {
        let text = least + "flows:\n" + (0..<60).map { "  bogus\($0): 1\n" }.joined()
        let found = problems(text)
        #expect(found.count == 51)
        #expect(found.last == "f.yaml: 10 more problems are not shown")
        #expect(found[49].hasPrefix("f.yaml:53:3: flows.bogus49 "))
    }

    @Test func keysThatAreRepeatedOverAndOver() {
        let found = problems(least + String(repeating: "log: {}\n", count: 30))
        #expect(found.allSatisfy { $0.contains("log") } && (1...30).contains(found.count), "\(found)")
        // Written in a way that cannot be overwritten in place.
        let escaped = problems(least + "\"l\\x6fg\": {}\nlog: {}\n")
        #expect(escaped == ["f.yaml:3:1: the key \"log\" stands more than once in this mapping; keep one"])
        #expect(problems(least + "\u{F500}: 1\n").count == 1)
        #expect(problems(least + "\u{F500}: 1\n\u{F500}: 1\n").count == 1)
    }

    /// Aliases of aliases, as keys: they would take the YAML library longer than anybody can wait.
    @Test(.timeLimit(.minutes(10))) func aliasesOfAliases() {
        var text = "a0: &a0 [x, x]\n"
        for level in 1..<64 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        text += "? *a63\n: 1\n"
        #expect(problems(text) == ["f.yaml:2:10: aliases are not taken here; write the value out"])
    }

    @Test(arguments: [
        "inputs:\n- interface: eth0\n", "inputs: [{interface: eth0}]", "{inputs: [{interface: \"eth0\"}]}\n",
        "\u{FEFF}inputs: [{interface: eth0}]\n", "%YAML 1.1\n---\n" + least + "...\n",
        least + "flows:\nlog: ~\nprobe: null\n",
        least + "outputs: {export: , json: ~, store: null}\n",
        "inputs: [{interface: eth0, filter: 'tcp[13] & 2 != 0'}]\n",
        "inputs:\r\n  - interface: eth0\r\n", least + "    filter: >\n      port 53\n      or port 853\n",
        least + "    filter: tcp[13] & 2 != 0 and ip[0] * 4 > 20\n",
    ])
    func correct(text: String) {
        #expect(problems(text) == [])
    }
}
