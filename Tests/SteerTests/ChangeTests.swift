import Foundation
import NetTypes
import Steer
import Testing

/// Lets one changing command fail, the rest run.
private final class FailingRunner: CommandRunning, @unchecked Sendable {
    private let inner: SystemRunner
    private let failing: Int
    private(set) var changes = 0
    /// A patient command that fails, however often it is tried.
    private var failed: SteeringCommand?
    private var last: SteeringCommand?

    init(_ inner: SystemRunner, failing: Int) {
        (self.inner, self.failing) = (inner, failing)
    }

    func run(_ command: SteeringCommand) throws(SteerError) -> CommandOutcome {
        let reads: Set = ["show", "list", "--version", "--counters", "/proc/self/ns/net"]
        if reads.isDisjoint(with: command.arguments), command != failed, command != last {
            changes += 1
            last = command
            if changes == failing {
                if command.isPatient { failed = command }
                return CommandOutcome(code: 1, output: "", errors: "made to fail")
            }
        }
        if command == failed { return CommandOutcome(code: 1, output: "", errors: "made to fail") }
        return try inner.run(command)
    }
}

extension NetworkTests {
    /// Failing, expiring, crashing: what is left behind.
    @Suite(.enabled(if: NetworkLab.obstacle == nil, "\(NetworkLab.obstacle ?? "")")) struct ChangeTests {
        private static func rules(_ bench: Workbench, ports: UInt16) throws -> [SteeringRule] {
            let tunnel = VXLANTunnel(remote: try #require(IPAddress("10.9.3.2")), vni: 77)
            return [
                bench.rule("log", .log(group: 7, snapLength: nil)) {
                    $0.protocols = [17]
                    $0.ports = [PortRange(ports, ports)]
                },
                bench.rule("mirror", .mirror(.vxlan(tunnel))) {
                    $0.protocols = [17]
                    $0.ports = [PortRange(ports, ports)]
                    $0.interfaces = ["ra"]
                },
                bench.rule("queue", .queue(number: 5)) {
                    $0.protocols = [17]
                    $0.ports = [PortRange(ports, ports)]
                },
            ]
        }

        /// Every step of an apply fails once, on an empty system and on one with rules: everything is as it was.
        @Test func aFailingStepIsRolledBack() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let system = SystemRunner(prefix: lab.prefix("r"))
            let empty = try lab.fingerprint()
            let first = try Self.rules(bench, ports: 53)
            var failures = 0
            for step in 1...30 {
                let runner = FailingRunner(system, failing: step)
                do {
                    try bench.apply(first, runner)
                    #expect(runner.changes < step)
                    break
                } catch let error as SteerError {
                    failures += 1
                    #expect(error.description.contains("made to fail") && error.description.hasSuffix("as it was."))
                    #expect(try lab.fingerprint() == empty, "step \(step)")
                    #expect(try StateFolder.load(bench.state) == nil)
                    let outcomes = try bench.auditEntries().map(\.outcome)
                    #expect(
                        outcomes.suffix(6) == [.started, .started, .started, .rolledBack, .rolledBack, .rolledBack])
                }
            }
            // Tunnel 4, clsact 1, mirror 3, iptables 2, nft 1.
            #expect(failures == 11)
            let full = try lab.fingerprint()
            #expect(try bench.status().isSound)
            let stored = try StateFolder.load(bench.state)
            failures = 0
            for step in 1...30 {
                let runner = FailingRunner(system, failing: step)
                do {
                    try bench.apply(try Self.rules(bench, ports: 99), runner)
                    break
                } catch let error as SteerError {
                    failures += 1
                    #expect(error.description.hasSuffix("as it was."))
                    // What was taken away and put back comes at another place of a list.
                    let now = try lab.fingerprint().split(separator: "\n").sorted()
                    #expect(now == full.split(separator: "\n").sorted(), "step \(step)")
                    #expect(try StateFolder.load(bench.state)?.rules == stored?.rules)
                    #expect(try bench.status().isSound)
                }
            }
            // Mirror away 3, mirror 3, iptables 2, nft 1.
            #expect(failures == 9)
            _ = try bench.engine().removeEverything(all: false)
            #expect(try lab.fingerprint() == empty)
        }

        @Test func whatTheSystemRefusesIsRolledBack() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            // Someone else has the index that the mirror's action would get.
            let theirs = [
                "tc", "actions", "add", "action", "mirred", "egress", "mirror", "dev", "rt", "index", "1179385858",
            ]
            try lab.run("r", theirs)
            let before = try lab.fingerprint()
            let error = #expect(throws: SteerError.self) { try bench.apply(try Self.rules(bench, ports: 53)) }
            #expect(error?.description.contains("File exists") ?? false)
            #expect(try lab.fingerprint() == before)
        }

        @Test func expiredRulesGo() throws {
            let lab = try NetworkLab()
            var bench = Workbench(lab: lab)
            let before = try lab.fingerprint()
            var rules = try Self.rules(bench, ports: 53)
            rules[1].validUntil = bench.now + 60 * nanosecondsPerSecond
            rules.append(bench.rule("old", .log(group: 9, snapLength: nil)) { $0.validUntil = bench.now })
            let result = try bench.apply(rules)
            #expect(result.changes.count == 3 && result.notes.count == 1 && result.notes[0].contains("old expired"))
            #expect(try bench.engine().expire().changes.isEmpty)
            bench.now += 60 * nanosecondsPerSecond
            #expect(try !bench.status().isSound && bench.status().text.contains("EXPIRED"))
            let expired = try bench.engine().expire()
            #expect(expired.changes.map(\.kind) == [.expire] && expired.changes[0].rule.name == "mirror")
            #expect(try lab.run("r", ["tc", "filter", "show", "dev", "ra", "ingress"]).isEmpty)
            #expect(try bench.status().isSound && bench.status().rules.count == 2)
            bench.now += 3600 * nanosecondsPerSecond
            #expect(try bench.engine().expire().changes.count == 2)
            #expect(try lab.fingerprint() == before)
            let last = try bench.auditEntries().suffix(2)
            #expect(last.allSatisfy { $0.action == .expire && $0.outcome == .done && $0.authorisation == "GOV-1" })
        }

        /// The state is lost: nothing is guessed, and `--all` finds everything.
        @Test func withoutTheState() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let before = try lab.fingerprint()
            let rules = try Self.rules(bench, ports: 53)
            try bench.apply(rules)
            try FileManager.default.removeItem(atPath: bench.state + "/state.json")
            #expect(throws: PlanError.self) { try bench.apply(rules) }
            #expect(try bench.engine().removeEverything(all: false).changes.isEmpty)
            #expect(try lab.fingerprint() != before)
            try Data("{".utf8).write(to: URL(filePath: bench.state + "/state.json"))
            #expect(throws: SteerError.self) { try bench.apply(rules) }
            _ = try bench.engine().removeEverything(all: true)
            #expect(try lab.fingerprint() == before)
            try bench.apply(rules)
            #expect(try bench.status().isSound)
        }

        /// Someone takes parts of rules away: status says so, and apply puts them back.
        @Test func missingPartsAreFoundAndPutBack() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let rules = try Self.rules(bench, ports: 53)
            try bench.apply(rules)
            try lab.run("r", ["nft", "delete", "table", "inet", "flowprobe_steer"])
            try lab.run("r", ["tc", "filter", "del", "dev", "ra", "egress", "pref", "17922"])
            try lab.run("r", ["iptables", "-t", "mangle", "-F", "FORWARD"])
            try lab.run("r", ["iptables", "-t", "mangle", "-F", "flowprobe-steer"])
            #expect(try bench.status().rules.map(\.isInstalled) == [false, false, false])
            try bench.apply(rules)
            #expect(try bench.status().isSound)
            try lab.send("a", to: "10.9.2.2", port: 53, count: 3)
            #expect(try bench.status().rules.map(\.packets) == [3, 3, 3])
        }

        @Test func noAuditNoChange() throws {
            let lab = try NetworkLab()
            let bench = Workbench(lab: lab)
            let before = try lab.fingerprint()
            let now = bench.now
            let folder = try StateFolder(bench.state)
            let engine = SteeringEngine(
                runner: SystemRunner(prefix: lab.prefix("r")), folder: folder, audit: try AuditLog("/dev/full"),
                clock: { now })
            #expect(throws: SteerError.self) {
                try engine.apply(try Self.rules(bench, ports: 53), source: Workbench.source)
            }
            #expect(try lab.fingerprint() == before)
            #expect(throws: SteerError.self) { _ = try StateFolder(bench.state) }
        }
    }
}
