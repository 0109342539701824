import Foundation
import NetTypes
import Steer

/// Engines on a lab's router, and what they wrote.
struct Workbench {
    let lab: NetworkLab
    var state: String { lab.folder.appending(path: "state").path() }
    var audit: String { lab.folder.appending(path: "audit.jsonl").path() }
    /// 2026-06-01T00:00:00Z unless a test needs the real time: nft and iptables look at the kernel's clock.
    var now: Nanoseconds = Nanoseconds(Date().timeIntervalSince1970) * nanosecondsPerSecond

    static let source = SteeringEngine.Source(path: "policy.yaml", digest: String(repeating: "0", count: 64))

    func engine(_ runner: (any CommandRunning)? = nil) throws -> SteeringEngine {
        let now = now
        return SteeringEngine(
            runner: runner ?? SystemRunner(prefix: lab.prefix("r")), folder: try StateFolder(state),
            audit: try AuditLog(audit), clock: { now })
    }

    @discardableResult
    func apply(_ rules: [SteeringRule], _ runner: (any CommandRunning)? = nil) throws -> SteeringEngine.Result {
        try engine(runner).apply(rules, source: Self.source)
    }

    func status(arrived: [String: UInt64] = [:]) throws -> SteeringStatus {
        let stored = try StateFolder.load(state)
        let present = try SurroundingsReader(SystemRunner(prefix: lab.prefix("r"))).read(needed: [])
        return SteeringStatus(stored, in: present, now: now, arrived: arrived)
    }

    func counted(_ name: String) throws -> UInt64? { try status().rules.first { $0.name == name }?.packets }

    func auditEntries() throws -> [AuditEntry] {
        let text = (try? String(contentsOfFile: audit, encoding: .utf8)) ?? ""
        return try text.split(separator: "\n").map { try JSONDecoder().decode(AuditEntry.self, from: Data($0.utf8)) }
    }

    /// A rule from a's networks, valid for an hour.
    func rule(
        _ name: String, _ action: SteeringAction, _ change: (inout SteeringRule) -> Void = { _ in }
    ) -> SteeringRule {
        var rule = SteeringRule(
            name: name, authorisation: "GOV-1", owner: "duty", validUntil: now + 3600 * nanosecondsPerSecond,
            action: action)
        rule.from = ["10.9.1.0/24", "fd00:9:1::/64"].compactMap { Prefix($0) }
        change(&rule)
        return rule
    }
}
