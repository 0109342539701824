import Foundation
import NetTypes
import Steer
import Testing

/// Reading policies.
@Suite struct PolicyTests {
    /// Every key there is.
    static let full = """
        # who, what, where
        rules:
          - name: web
            authorisation: "GOV-2026-0815"
            owner: R&D security, duty@example.org
            validUntil: 2026-12-31T18:00:00+08:00
            description: Public web servers
            from: [10.1.0.0/16, 10.1.2.0/24, "2001:db8::/32"]
            to: ["0.0.0.0/0", "::/0"]
            bidirectional: false
            protocols: [udp, tcp, 6]
            ports: [443, 8000-8080, 8081, 443]
            portsOf: either
            interfaces: [eth1, eth0]
            sample: 100
            action:
              log: {group: 5, snapLength: 128}
          - name: mirror
            authorisation: A
            owner: B
            validUntil: 2026-12-31T10:00:00Z
            interfaces: eth0
            action: {mirror: {vxlan: {remote: "2001:db8::9", vni: 7, port: 4790, local: "2001:db8::8", device: eth9}}}
          - {name: m2, authorisation: A, owner: B, validUntil: "2026-12-31T10:00:00Z", interfaces: [eth0], action: {mirror: {device: probe0}}}
          - {name: q, authorisation: A, owner: B, validUntil: "2026-12-31T10:00:00Z", action: {queue: {number: 3}}}
          - {name: o, authorisation: A, owner: B, validUntil: "2026-12-31T10:00:00Z", action: {ovs: {bridge: br0, output: p0}}}

        """

    @Test func everyKey() throws {
        let rules = try SteeringPolicy(text: Self.full, name: "p.yaml").rules
        #expect(rules.map(\.name) == ["web", "mirror", "m2", "q", "o"])
        let web = rules[0]
        #expect(web.authorisation == "GOV-2026-0815" && web.owner == "R&D security, duty@example.org")
        #expect(web.validUntil == TimePoint.parse("2026-12-31T10:00:00Z") && web.description == "Public web servers")
        #expect(web.from.map(\.description) == ["10.1.0.0/16", "2001:db8::/32"])
        #expect(web.protocols == [6, 17] && web.sample == 100 && !web.isBidirectional && web.portSide == .either)
        #expect(web.ports == [PortRange(443, 443), PortRange(8000, 8081)] && web.interfaces == ["eth0", "eth1"])
        #expect(web.action == .log(group: 5, snapLength: 128))
        guard case .mirror(.vxlan(let tunnel)) = rules[1].action else {
            Issue.record("\(rules[1].action)")
            return
        }
        #expect(tunnel.vni == 7 && tunnel.port == 4790 && tunnel.device == "eth9" && tunnel.local != nil)
        #expect(rules[1].isBidirectional && rules[1].sample == 1 && rules[1].from.isEmpty)
        #expect(rules[2].action == .mirror(.device("probe0")) && rules[3].action == .queue(number: 3))
        #expect(rules[4].action == .ovs(bridge: "br0", output: "p0"))
        // What the state file keeps is the same rule.
        let coded = try JSONDecoder().decode([SteeringRule].self, from: JSONEncoder().encode(rules))
        #expect(coded == rules)
    }

    private static let head = """
        rules:
          - name: a
            authorisation: G
            owner: O
            validUntil: 2030-01-01T00:00:00Z

        """

    @Test(arguments: [
        ("action: {log: {group: 1}}\nportz: 1", 7, "Did you mean 'ports'?"),
        ("action: {log: {group: 1}}\nname2: 1", 7, "Did you mean 'name'?"),
        ("action: {log: {group: 1}}\nzzzzzzzz: 1", 7, "Known keys: name"),
        ("action: {log: {group: 65536}}", 6, "from 0 to 65535"),
        ("action: {log: {}}", 6, "'group' is missing"),
        ("action: {log: {group: 1, snapLength: -1}}", 6, "from 20 to 65535"),
        ("action: {logs: {group: 1}}", 6, "Did you mean 'log'?"),
        ("action: {log: {group: 1}, queue: {number: 1}}", 6, "must have one of"),
        ("action: log", 6, "must be a mapping"),
        ("from: 10.0.0.0/8", 2, "'action' is missing"),
        ("action: {mirror: {device: eth1}}", 2, "needs 'interfaces'"),
        ("interfaces: [eth1]\naction: {mirror: {device: eth1}}", 6, "cannot be mirrored to itself"),
        ("interfaces: [eth1]\naction: {mirror: {}}", 7, "either 'device' or 'vxlan'"),
        ("interfaces: [eth1, eth2]\naction: {mirror: {device: p0}}", 6, "could be mirrored twice"),
        (
            "interfaces: [eth1, eth2]\nfrom: 10.0.0.0/8\nto: 10.1.0.0/16\naction: {mirror: {device: p0}}", 6,
            "mirrored twice"
        ),
        ("interfaces: [eth1]\naction: {mirror: {vxlan: {remote: 10.0.0.1, vni: 0}}}", 7, "from 1 to 16777215"),
        (
            "interfaces: [eth1]\naction: {mirror: {vxlan: {remote: 10.0.0.1, vni: 1, local: '::1'}}}", 7,
            "one IP version"
        ),
        ("interfaces: ['a b']\naction: {queue: {number: 1}}", 6, "name of an interface"),
        ("interfaces: ['$(reboot)']\naction: {queue: {number: 1}}", 6, "name of an interface"),
        ("interfaces: ['-j']\naction: {queue: {number: 1}}", 6, "name of an interface"),
        ("interfaces: []\naction: {queue: {number: 1}}", 6, "1 to 64 values"),
        ("from: 10.0.0.0/33\naction: {queue: {number: 1}}", 6, "address prefix"),
        ("from: 10.0.0.0/8\nto: '::/0'\naction: {queue: {number: 1}}", 6, "can never match"),
        ("ports: 53\naction: {queue: {number: 1}}", 6, "needs 'protocols'"),
        ("protocols: [icmp, tcp]\nports: 53\naction: {queue: {number: 1}}", 7, "needs 'protocols'"),
        ("protocols: tcp\nports: 80-79\naction: {queue: {number: 1}}", 7, "not a port"),
        ("protocols: tcp\nports: [70000]\naction: {queue: {number: 1}}", 7, "not a port"),
        ("protocols: tcp\nports: ['80; drop']\naction: {queue: {number: 1}}", 7, "not a port"),
        ("protocols: [tcpx]\naction: {queue: {number: 1}}", 6, "IP protocol"),
        ("protocols: [44]\naction: {queue: {number: 1}}", 6, "extension header"),
        ("portsOf: either\naction: {queue: {number: 1}}", 6, "means nothing without"),
        ("protocols: tcp\nports: 1\nportsOf: both\naction: {queue: {number: 1}}", 8, "destination or either"),
        ("bidirectional: yes\naction: {queue: {number: 1}}", 6, "true or false"),
        ("sample: 0\naction: {queue: {number: 1}}", 6, "from 1 to 65535"),
        ("sample: 2\naction: {ovs: {bridge: b, output: p}}", 6, "cannot sample"),
        ("interfaces: p1\naction: {ovs: {bridge: b, output: p}}", 6, "by which answers leave"),
        ("description: \"a\\nb\"\naction: {queue: {number: 1}}", 6, "one line"),
        ("description: \"a\\u202Eb\"\naction: {queue: {number: 1}}", 6, "one line"),
        ("description: &x y\naction: {queue: {number: 1}}", 6, "anchors"),
        ("owner: again\naction: {queue: {number: 1}}", 2, "twice"),
        ("action: {queue: {number: 1}", 6, "not YAML"),
    ])
    func errorsNameTheLine(rest: String, line: Int, part: String) throws {
        let text = Self.head + rest.split(separator: "\n").map { "    \($0)\n" }.joined()
        let error = #expect(throws: PolicyError.self) { try SteeringPolicy(text: text, name: "p.yaml") }
        let message = try #require(error).description
        #expect(message.contains(part), "\(message)")
        if part != "not YAML", part != "twice" { #expect(message.contains("p.yaml:\(line): "), "\(message)") }
    }

    @Test func everythingAtOnce() throws {
        let text = """
            rules:
              - name: Bad Name
                authorisation: ""
                validUntil: tomorrow
                sample: x
                action: {log: {grup: 1}}
              - name: b
                authorisation: ~
                owner: [1]
                validUntil: 2026-01-01T00:00:00
                action: {queue: {number: 1}}
              - {name: b, authorisation: A, owner: O, validUntil: "2026-01-01T00:00:00Z", action: {queue: {number: 1}}}
              - 7
            rule: 1

            """
        let error = #expect(throws: PolicyError.self) { try SteeringPolicy(text: text, name: "p.yaml") }
        let problems = try #require(error).problems
        #expect(problems.map(\.line) == problems.map(\.line).sorted())
        for (line, part) in [
            (2, "1 to 32 of a-z"), (3, "'authorisation' must be text"), (2, "'owner' is missing"), (4, "not a time"),
            (6, "Did you mean 'group'?"), (8, "must be text"), (9, "must be text"), (10, "not a time"),
            (12, "taken by the rule in line 7"), (13, "must be a mapping"), (14, "Did you mean 'rules'?"),
        ] {
            #expect(problems.contains { $0.line == line && $0.text.contains(part) }, "\(line): \(part) in \(problems)")
        }
    }

    @Test(arguments: ["", "rules:", "rules: 1", "[]", "rules: {}", "---\n---\n", "\u{0}", "a: b\n"])
    func notAPolicy(text: String) {
        #expect(throws: PolicyError.self) { try SteeringPolicy(text: text, name: "p") }
    }

    @Test func anEmptyListIsAPolicy() throws { #expect(try SteeringPolicy(text: "rules: []", name: "p").rules.isEmpty) }

    /// Cut anywhere a policy is a shorter one or wrong, and what is read from it is sound.
    @Test func everyTruncation() {
        let octets = Array(Self.full.utf8)
        var sound = 0
        for length in 0..<octets.count {
            let text = String(decoding: octets[..<length], as: UTF8.self)
            guard let policy = try? SteeringPolicy(text: text, name: "p") else { continue }
            sound += 1
            #expect(policy.rules.count <= 5)
        }
        #expect(sound > 4)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func noise(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let octets = Array(Self.full.utf8)
        for _ in 0..<400 {
            var changed = octets
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<changed.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: changed[place] = .random(in: 0 ... .max, using: &random)
                case 1: changed.remove(at: place)
                default: changed.insert(UInt8(ascii: "[]{}:,-\n\"'# *&"[random]), at: place)
                }
            }
            do {
                for rule in try SteeringPolicy(text: String(decoding: changed, as: UTF8.self), name: "p").rules {
                    #expect(!rule.name.isEmpty && !rule.owner.isEmpty && !rule.authorisation.isEmpty, "seed \(seed)")
                }
            } catch {
                #expect(
                    !error.problems.isEmpty
                        && error.problems.allSatisfy {
                            $0.line >= 1 && $0.text.hasSuffix(".") || $0.text.hasSuffix("?")
                        })
            }
        }
    }
}

extension String {
    fileprivate subscript(random: SeededGenerator) -> Unicode.Scalar {
        var random = random
        return unicodeScalars.randomElement(using: &random) ?? "x"
    }
}
