import Foundation
import NetTypes

/// Watches the queues that a policy's rules fill, and keeps packets out of those whose reader gives no verdicts.
///
/// What is taken out is the rule that queues, alone: the one before it goes on counting, so that what passes unseen is known.
/// A change is one transaction of iptables for each IP version, and an audit line behind it: first traffic goes on, then it
/// is written down.
package final class QueueGuard {
    private struct Watched {
        var rules: [InstalledRule]
        var watch: QueueWatch
        /// A change that failed is tried again at this time.
        var nextTry: Nanoseconds = 0
    }

    /// Nanoseconds between two looks at the state.
    private static let lookEvery = nanosecondsPerSecond

    private let runner: any CommandRunning
    private let stateFolder: String
    private let audit: AuditLog
    private let clock: () -> Nanoseconds
    private var queues: [UInt16: Watched] = [:]
    private var state: SteeringState?
    private var lastLook: Nanoseconds?

    /// A guard over what the state in `stateFolder` says is installed. `clock` gives the time of day, for the audit.
    package init(
        runner: any CommandRunning, stateFolder: String, audit: AuditLog, clock: @escaping () -> Nanoseconds
    ) {
        (self.runner, self.stateFolder, self.audit, self.clock) = (runner, stateFolder, audit, clock)
    }

    /// Numbers of the queues that are watched.
    package var numbers: [UInt16] { queues.keys.sorted() }

    /// One look at the queues: `listing` is the kernel's list, `now` a time that only goes forward. Returns what is to be
    /// said, a sentence each.
    package func turn(_ listing: String, at now: Nanoseconds) -> [String] {
        var said = look(at: now)
        let readings = QueueReading.list(listing)
        for number in numbers {
            guard var watched = queues[number] else { continue }
            let reading = readings[number]
            let advice = watched.watch.observe(reading, at: now)
            if advice != .nothing, now >= watched.nextTry {
                let isOut = advice == .takeOut
                do {
                    for command in Self.commands(watched.rules, number, isOut: isOut) {
                        _ = try runner.require(command)
                    }
                    if isOut { watched.watch.tookOut(at: now) } else { watched.watch.putBack(at: now) }
                    said.append(Self.sentence(number, watched.rules, reading, isOut: isOut))
                    try audit.append(watched.rules.map { entry($0.rule, isOut: isOut) })
                } catch {
                    watched.nextTry = now + Self.lookEvery
                    said.append("queue \(number): \(error)")
                }
            }
            queues[number] = watched
        }
        return said
    }

    /// Sees whether the policy has changed, once a second.
    private func look(at now: Nanoseconds) -> [String] {
        if let lastLook, now - lastLook < Self.lookEvery { return [] }
        lastLook = now
        do {
            let fresh = try StateFolder.load(stateFolder)
            // While a change is under way nothing is sure: the old state goes until it is complete.
            guard fresh != state, fresh?.isComplete ?? true else { return [] }
            state = fresh
            let before = numbers
            try watch(fresh?.rules ?? [])
            return before == numbers ? [] : [summary]
        } catch {
            return ["\(error)"]
        }
    }

    /// What is watched, in a line.
    package var summary: String {
        numbers.isEmpty
            ? "watches no queue: no rule of the policy queues"
            : "watches \(numbers.map { "queue \($0)" }.joined(separator: ", "))"
    }

    private func watch(_ rules: [InstalledRule]) throws(SteerError) {
        var found: [UInt16: [InstalledRule]] = [:]
        for rule in rules {
            if case .queue(let number) = rule.rule.action { found[number, default: []].append(rule) }
        }
        guard !found.isEmpty else {
            queues = [:]
            return
        }
        let present = try SurroundingsReader(runner).read(needed: [.iptables])
        queues = found.reduce(into: [:]) { watched, found in
            let isOut = found.value.contains(where: present.isSuspended)
            let before = queues[found.key]?.watch
            // What is known of the reader goes on, unless somebody has changed the rules behind the guard's back.
            let watch = before?.isOut == isOut ? before : nil
            watched[found.key] = Watched(rules: found.value, watch: watch ?? QueueWatch(isOut: isOut))
        }
    }

    private static func commands(_ rules: [InstalledRule], _ number: UInt16, isOut: Bool) -> [SteeringCommand] {
        ([4, 6] as [UInt8]).compactMap { version in
            let chains = rules.filter { $0.rule.versions.contains(version) }.map { $0.iptablesChains[1] }
            guard !chains.isEmpty else { return nil }
            let lines = chains.map { "\(isOut ? "-D" : "-A") \($0) \(IptablesTransaction.target(number))" }
            return IptablesTransaction.restore(version, (["*mangle"] + lines + ["COMMIT", ""]).joined(separator: "\n"))
        }
    }

    private static func sentence(
        _ number: UInt16, _ rules: [InstalledRule], _ reading: QueueReading?, isOut: Bool
    ) -> String {
        let names = rules.map { "'\($0.rule.name)'" }.joined(separator: ", ")
        guard isOut else { return "queue \(number): its reader is well: \(names) queues again" }
        return
            "queue \(number): no verdict for \(QueueWatch.patience / 1_000_000) ms while \(reading?.waiting ?? 0) packets"
            + " wait: \(names) queues no more, and traffic passes unseen"
    }

    private func entry(_ rule: SteeringRule, isOut: Bool) -> AuditEntry {
        var entry = AuditEntry(isOut ? .suspend : .resume, .done, rule: rule, at: clock())
        (entry.policy, entry.policySHA256) = (state?.policyPath, state?.policyDigest)
        entry.reason = isOut ? "no verdict came" : "the reader is well"
        return entry
    }
}
