import Foundation
import Testing

extension ProbeTests {
    /// `flowprobe steer` as one types it, in a network namespace of the test's own.
    @Suite(.enabled(if: SteeringNamespace.obstacle == nil, "\(SteeringNamespace.obstacle ?? "")")) struct SteerTests {
        private static func policy(until: String = "2100-01-01T00:00:00Z", group: Int = 7) -> String {
            let head = "authorisation: GOV-1, owner: duty, validUntil: \"\(until)\""
            return """
                rules:
                  - {name: seen, \(head), protocols: [icmp], action: {log: {group: \(group)}}}
                  - {name: copied, \(head), protocols: [udp], ports: [53], interfaces: [lan0],
                     action: {mirror: {vxlan: {remote: 192.0.2.9, vni: 77}}}}
                  - {name: held, \(head), protocols: [tcp], ports: [80], action: {queue: {number: 3}}}

                """
        }

        @Test func exitCodes() throws {
            let there = try SteeringNamespace()
            let before = try there.fingerprint()
            #expect(try there.steer(["apply", there.folder.path("absent")]).code == 3)
            let wrong = try there.steer(["apply", there.write("rules:\n  - {name: a, actoin: 1}\n")])
            #expect(wrong.code == 2 && wrong.text.contains("policy.yaml:2: ") && wrong.text.contains("'action'?"))
            let elsewhere = Self.policy().replacing("lan0", with: "lan9")
            let missing = try there.steer(["apply", there.write(elsewhere)])
            #expect(missing.code == 2 && missing.text.contains("no interface lan9"), "\(missing.text)")
            #expect(try there.steer(["remove", "nothing"]).code == 2)
            #expect(try there.steer(["status"]).text == "No rules are installed.\n")
            #expect(try there.steer(["remove", "--all", "x"]).code == 2)
            let path = try there.write(Self.policy())
            let words = [Probe.executable.path(), "steer", "apply", path, "--state", there.folder.path("state")]
            let unaudited = try there.run(words + ["--audit", "/dev/full"])
            #expect(unaudited.code == 4 && unaudited.text.contains("/dev/full"))
            #expect(try there.fingerprint() == before)
        }

        /// Plan, apply, plan again, status, remove: and nothing is left.
        @Test func fromPlanToRemoval() throws {
            let there = try SteeringNamespace()
            let before = try there.fingerprint()
            let path = try there.write(Self.policy())
            let plan = try there.steer(["plan", path])
            #expect(
                plan.code == 0
                    && plan.text.contains("# install copied: mirror to 192.0.2.9, VXLAN 77, authorised by GOV-1"))
            #expect(try there.fingerprint() == before)
            let applied = try there.steer(["apply", path])
            #expect(applied.code == 0 && applied.text.contains("installed  held  queue 3"), "\(applied.text)")
            #expect(try there.steer(["plan", path]).text == "# Nothing to change.\n")
            #expect(try there.steer(["apply", path]).text == "3 unchanged\n")
            let status = try there.steer(["status"])
            #expect(status.code == 0 && status.text.contains("copied  installed") && status.text.contains("counted"))
            #expect(try there.steer(["status", "--arrived-count", "seen=0"]).code == 0)
            let mismatch = try there.steer(["status", "--arrived-count", "seen=5"])
            #expect(mismatch.code == 1 && mismatch.text.contains("MISMATCH, 5 more than were counted"))
            #expect(try there.steer(["status", "--arrived-count", "sehen=5"]).code == 2)
            let json = try JSONSerialization.jsonObject(with: Data(try there.steer(["status", "--json"]).text.utf8))
            #expect(((json as? [String: Any])?["rules"] as? [Any])?.count == 3)
            // What plan prints does the same when a shell runs it.
            #expect(try there.steer(["remove"]).code == 0)
            #expect(try there.fingerprint() == before)
            try Data(plan.text.utf8).write(to: there.folder.file("plan.sh"))
            #expect(try there.run(["sh", "-e", there.folder.path("plan.sh")]).code == 0)
            #expect(try there.run(["nft", "list", "ruleset"]).text.contains("flowprobe:seen"))
            #expect(try there.steer(["remove", "--all"]).code == 0)
            #expect(try there.fingerprint() == before)
            let audit = try String(contentsOf: there.folder.file("audit.jsonl"), encoding: .utf8)
            #expect(audit.split(separator: "\n").count == 6 + 6 + 2)
            #expect(audit.contains("\"policySHA256\":\"") && audit.contains("\"outcome\":\"done\""))
        }

        /// What the supervisor recorded of a mirror, replayed into flows, agrees with the rule's counter; less of it does not.
        @Test func arrivalsAgreeWithTheCounter() throws {
            let there = try SteeringNamespace()
            for words in [
                ["ip", "link", "add", "copy0", "type", "veth", "peer", "name", "probe0"],
                ["sysctl", "-q", "-w", "net.ipv6.conf.copy0.disable_ipv6=1", "net.ipv6.conf.probe0.disable_ipv6=1"],
                ["ip", "link", "set", "copy0", "up"], ["ip", "link", "set", "probe0", "up"],
            ] {
                #expect(try there.run(words).code == 0)
            }
            let path = try there.write(
                """
                rules:
                  - {name: dns, authorisation: GOV-1, owner: duty, validUntil: "2100-01-01T00:00:00Z", protocols: [udp],
                     from: 10.0.0.0/8, ports: [53, 5300-5399], interfaces: [lan0], action: {mirror: {device: copy0}}}

                """)
            #expect(try there.steer(["apply", path]).code == 0)
            // 40 datagrams to ports 53 and 5350 that are chosen, 40 that are not; tcpdump ends after the forty.
            let send = """
                import socket, struct, subprocess, time
                t = subprocess.Popen(['tcpdump', '-i', 'probe0', '-n', '-U', '-w', 'arrived.pcap', '-c', '40'],
                                     stderr=subprocess.PIPE, text=True)
                while 'listening' not in t.stderr.readline(): pass
                s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
                s.bind(('wan0', 0))
                for i in range(20):
                    for source, port in ((10, 53), (10, 5350), (10, 54), (11, 53)):
                        ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 32, i, 0, 9, 17, 0, bytes([source, 0, 0, 1]), bytes([192, 0, 2, 7]))
                        s.send(bytes([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]) + ip
                               + struct.pack('>HHHH', 9, port, 12, 0) + b'data')
                t.wait(20)
                """
            try Data(send.utf8).write(to: there.folder.file("send.py"))
            let sent = try there.run(["sh", "-c", "cd \(there.folder.path("")) && python3 send.py"])
            #expect(sent.code == 0, "\(sent.text)")
            let flows = there.folder.path("flows.json")
            #expect(try Probe.run(["replay", there.folder.path("arrived.pcap"), "--json", flows, "-q"]).code == 0)
            let same = try there.steer(["status", "--arrived", flows])
            #expect(same.code == 0 && same.text.contains("arrived       40 packets: the same"), "\(same.text)")
            let text = try String(contentsOfFile: flows, encoding: .utf8)
            try Data((text.split(separator: "\n").first.map { $0 + "\n" } ?? "").utf8).write(to: URL(filePath: flows))
            let less = try there.steer(["status", "--arrived", flows])
            #expect(less.code == 1 && less.text.contains("MISMATCH, 20 did not arrive"), "\(less.text)")
            #expect(try there.steer(["status", "--arrived", path]).code == 3)
        }

        /// Killed at any moment: `remove` takes away whatever there is, and so does the next `apply`.
        @Test(arguments: [false, true])
        func killedInTheMiddle(applyNext: Bool) throws {
            let there = try SteeringNamespace()
            let before = try there.fingerprint()
            let path = try there.write(Self.policy())
            var partial = 0
            // On a busy machine the time that was measured may be past before, or long after, anything has happened.
            for _ in 0..<4 where partial == 0 {
                partial = try killed(there, path, before, applyNext: applyNext)
            }
            #expect(partial > 0, "no kill came in the middle")
        }

        /// Kills `apply` at 16 moments of its usual time; how often something was there then and not all of it.
        private func killed(
            _ there: SteeringNamespace, _ path: String, _ before: String, applyNext: Bool
        ) throws -> Int {
            let started = ContinuousClock.now
            #expect(try there.steer(["apply", path]).code == 0)
            let components = (ContinuousClock.now - started).components
            let whole = Int(components.attoseconds / 1_000_000_000_000) + Int(components.seconds) * 1_000_000
            #expect(try there.steer(["remove"]).code == 0)
            var partial = 0
            for part in 1...16 {
                _ = try there.steer(["apply", path], killAfter: useconds_t(whole * part / 16))
                // The program that was running at that moment may still be.
                usleep(100_000)
                if try there.fingerprint() != before, try there.steer(["status"]).code == 1 { partial += 1 }
                if applyNext {
                    let next = try there.steer(["apply", path])
                    #expect(next.code == 0, "\(next.text)")
                    #expect(try there.steer(["status"]).code == 0)
                }
                let removed = try there.steer(["remove"])
                #expect(removed.code == 0, "\(removed.text)")
                #expect(try there.fingerprint() == before, "killed after \(part)/16")
            }
            return partial
        }
    }
}

/// A namespace with one pair of interfaces, and a folder for the policy, the state and the audit.
final class SteeringNamespace {
    static let obstacle: String? = {
        guard geteuid() == 0 else { return "not root: network namespaces cannot be made" }
        let programs = ["ip", "tc", "nft", "iptables"]
        for program in programs where !FileManager.default.isExecutableFile(atPath: "/usr/sbin/\(program)") {
            return "\(program) is not installed: run scripts/bootstrap"
        }
        return (try? call(["ip", "netns", "list"]))?.code == 0 ? nil : "'ip netns' fails here"
    }()

    let name = "fpcli-\(getpid())-\(UUID().uuidString.prefix(4))"
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for words in [
            ["ip", "netns", "add", name], ["ip", "-n", name, "link", "set", "lo", "up"],
            ["ip", "-n", name, "link", "add", "wan0", "type", "veth", "peer", "name", "lan0"],
            ["ip", "-n", name, "address", "add", "192.0.2.1/24", "dev", "wan0"],
            ["ip", "-n", name, "link", "set", "wan0", "up"], ["ip", "-n", name, "link", "set", "lan0", "up"],
        ] {
            try #require(try Self.call(words).code == 0)
        }
    }

    deinit { _ = try? Self.call(["ip", "netns", "del", name]) }

    /// A program's exit code and what it printed.
    static func call(_ words: [String], killAfter delay: useconds_t? = nil) throws -> (code: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        let folder = try TemporaryFolder()
        try Data().write(to: folder.file("output"))
        let output = try FileHandle(forWritingTo: folder.file("output"))
        (process.standardOutput, process.standardError) = (output, output)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        if let delay {
            usleep(delay)
            kill(process.processIdentifier, SIGKILL)
        }
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOf: folder.file("output"), encoding: .utf8))
    }

    func run(_ words: [String], killAfter delay: useconds_t? = nil) throws -> (code: Int32, text: String) {
        try Self.call(["ip", "netns", "exec", name] + words, killAfter: delay)
    }

    /// `flowprobe steer WORDS` with this folder's state and audit.
    func steer(_ words: [String], killAfter delay: useconds_t? = nil) throws -> (code: Int32, text: String) {
        var options = ["--state", folder.path("state")]
        if !["plan", "status"].contains(words[0]) { options += ["--audit", folder.path("audit.jsonl")] }
        return try run([Probe.executable.path(), "steer"] + words + options, killAfter: delay)
    }

    func fingerprint() throws -> String {
        var text = ""
        for words in [
            ["nft", "list", "ruleset"], ["ip", "-details", "link"], ["tc", "qdisc"],
            ["tc", "actions", "list", "action", "mirred"], ["tc", "filter", "show", "dev", "lan0", "ingress"],
        ] {
            text += try run(words).text.replacing(/packets [0-9]+ bytes [0-9]+/, with: "")
        }
        return text
    }

    func write(_ policy: String) throws -> String {
        try Data(policy.utf8).write(to: folder.file("policy.yaml"))
        return folder.path("policy.yaml")
    }
}
