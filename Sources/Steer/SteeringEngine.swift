import NetTypes

/// Carries plans out: audited before, undone as a whole when a step fails, recorded so that a later run can remove what
/// this one made.
package final class SteeringEngine {
    /// What one run came to.
    package struct Result: Equatable, Sendable {
        /// Rules that changed.
        package var changes: [SteeringPlan.Change] = []
        /// Rules that stayed, with their counters.
        package var unchanged = 0
        /// What the operator should know.
        package var notes: [String] = []
        /// Commands that the operator has to run.
        package var printed: [SteeringCommand] = []

        /// A run that changed nothing.
        package init() {}
    }

    /// The policy that is applied: its path and the digest of its octets.
    package struct Source: Equatable, Sendable {
        /// As it was named.
        package var path: String
        /// SHA-256 in hexadecimal.
        package var digest: String

        /// A policy file.
        package init(path: String, digest: String) {
            self.path = path
            self.digest = digest
        }
    }

    private let runner: any CommandRunning
    private let folder: StateFolder
    private let audit: AuditLog
    private let clock: () -> Nanoseconds

    /// An engine that runs commands through `runner`. `clock` gives the time of day.
    package init(
        runner: any CommandRunning, folder: StateFolder, audit: AuditLog, clock: @escaping () -> Nanoseconds
    ) {
        (self.runner, self.folder, self.audit, self.clock) = (runner, folder, audit, clock)
    }

    /// Installs the rules, and removes those of earlier policies that are not among them.
    package func apply(_ rules: [SteeringRule], source: Source) throws -> Result {
        let needed = Set(rules.map(\.action.mechanism))
        var (state, present) = try situation(needed: needed)
        var notes: [String] = []
        if !state.isComplete {
            try sweep(state, present, all: true, action: .recover)
            notes.append("An earlier run was interrupted: what it left was removed, and all counters begin at zero.")
            (state, present) = try situation(needed: needed)
        }
        state.policyPath = source.path
        state.policyDigest = source.digest
        var result = try carryOut(state, to: rules, present)
        result.notes = notes + result.notes
        return result
    }

    /// Removes the rules with these names, and leaves the others as they are.
    package func remove(_ names: [String]) throws -> Result {
        let (state, present) = try completeSituation()
        for name in names where !state.rules.contains(where: { $0.rule.name == name }) {
            throw SteerError(
                .usage, "There is no rule '\(shown(name))' installed. 'flowprobe steer status' lists those there are.")
        }
        return try carryOut(state, to: state.rules.map(\.rule).filter { !names.contains($0.name) }, present)
    }

    /// Removes the rules whose time is over.
    package func expire() throws -> Result {
        let now = clock()
        // A timer asks every minute: most times the state alone answers.
        let stored = try folder.load()
        guard let stored, stored.rules.contains(where: { $0.rule.validUntil <= now }) else {
            var result = Result()
            result.unchanged = stored?.rules.count ?? 0
            return result
        }
        let (state, present) = try completeSituation()
        var result = try carryOut(state, to: state.rules.map(\.rule), present)
        result.notes = []
        return result
    }

    /// Removes everything. With `all` also what no state knows.
    package func removeEverything(all: Bool) throws -> Result {
        let network = try SurroundingsReader(runner).network()
        var state: SteeringState?
        do {
            state = try folder.load()
        } catch {
            guard all else { throw error }
        }
        if let state, state.network != network, !all { throw Self.foreignState(state) }
        if state?.network != network { state = nil }
        let present = try SurroundingsReader(runner).read(needed: Self.mechanisms(state))
        guard state != nil || all else { return Result() }
        var result = Result()
        for installed in state?.rules ?? [] {
            result.changes.append(SteeringPlan.Change(kind: .remove, rule: installed.rule))
            result.printed += OpenVSwitchCommands.remove(installed)
        }
        try sweep(state, present, all: all || state?.isComplete == false, action: .remove)
        return result
    }

    // MARK: - What is there

    private static func mechanisms(_ state: SteeringState?) -> Set<Mechanism> {
        Set((state?.rules ?? []).map(\.rule.action.mechanism))
    }

    private static func foreignState(_ state: SteeringState) -> SteerError {
        SteerError(
            .usage,
            "The state was written in another network namespace (\(shown(state.network))). Run the command there "
                + "(ip netns exec), or name another folder with --state.")
    }

    private func situation(needed: Set<Mechanism>) throws(SteerError) -> (SteeringState, Surroundings) {
        let stored = try folder.load()
        let present = try SurroundingsReader(runner).read(needed: needed.union(Self.mechanisms(stored)))
        if let stored, stored.network != present.network { throw Self.foreignState(stored) }
        return (stored ?? SteeringState(network: present.network), present)
    }

    private func completeSituation() throws(SteerError) -> (SteeringState, Surroundings) {
        let (state, present) = try situation(needed: [])
        guard state.isComplete else {
            throw SteerError(
                .system,
                "An earlier run was interrupted. 'flowprobe steer remove' takes away what it left; 'apply' does so too."
            )
        }
        return (state, present)
    }

    // MARK: - Changes

    private func carryOut(_ state: SteeringState, to rules: [SteeringRule], _ present: Surroundings) throws -> Result {
        let plan = try SteeringPlan(from: state, to: rules, now: clock(), in: present)
        var result = Result()
        (result.changes, result.notes, result.printed) = (plan.changes, plan.notes, plan.printed)
        result.unchanged = plan.installed.count - plan.changes.count { $0.kind == .install || $0.kind == .replace }
        if plan.installed.isEmpty {
            // Nothing is to be left behind, which is more than every rule's own parts.
            try audit.append(plan.changes.map { entry($0, .started, state, nil) })
            do {
                try sweep(state, present, all: false, action: nil)
            } catch {
                try audit.append(plan.changes.map { entry($0, .failed, state, "\(error)") })
                throw error
            }
            try audit.append(plan.changes.map { entry($0, .done, state, nil) })
            return result
        }
        guard !plan.changes.isEmpty || !plan.steps.isEmpty else {
            try folder.save(finished(state, plan))
            return result
        }
        try audit.append(plan.changes.map { entry($0, .started, state, nil) })
        var underway = finished(state, plan)
        underway.isComplete = false
        try folder.save(underway)
        var done: [SteeringStep] = []
        do {
            for step in plan.steps {
                // Each step is one transaction of the kernel's: one that failed has nothing to undo.
                _ = try runner.require(step.command)
                done.append(step)
            }
            try folder.save(finished(state, plan))
            try audit.append(plan.changes.map { entry($0, .done, state, nil) })
        } catch {
            try rollBack(done, state, plan, error)
        }
        return result
    }

    private func finished(_ state: SteeringState, _ plan: SteeringPlan) -> SteeringState {
        var state = state
        state.isComplete = true
        state.changedAt = clock()
        state.rules = plan.installed
        state.ownClsact = plan.ownClsact.sorted()
        state.ownTables = plan.ownTables.sorted()
        state.ownChains = plan.ownChains.sorted()
        return state
    }

    /// Undoes the steps that were done, in reverse, and throws what made that necessary.
    private func rollBack(
        _ done: [SteeringStep], _ state: SteeringState, _ plan: SteeringPlan, _ reason: any Error
    ) throws -> Never {
        var failures: [String] = []
        for command in done.reversed().flatMap(\.undo) {
            do { _ = try runner.require(command) } catch { failures.append(error.description) }
        }
        var before = state
        before.isComplete = failures.isEmpty
        do {
            // An empty state is no state: as it was before the first run.
            if before.isComplete, before.rules.isEmpty { try folder.clear() } else { try folder.save(before) }
        } catch {
            failures.append(error.description)
        }
        let outcome: AuditEntry.Outcome = failures.isEmpty ? .rolledBack : .failed
        do {
            try audit.append(plan.changes.map { entry($0, outcome, state, "\(reason)") })
        } catch {
            failures.append(error.description)
        }
        let end =
            failures.isEmpty
            ? " Everything is as it was."
            : " Undoing it failed too: \(failures.joined(separator: " ")) Run 'flowprobe steer remove'."
        throw SteerError(.system, "\(reason)\(end)")
    }

    /// Removes what is found, whatever fails on the way; then looks again. With `action`, audited as one change or as one
    /// for each rule.
    private func sweep(
        _ state: SteeringState?, _ present: Surroundings, all: Bool, action: AuditEntry.Action?
    ) throws {
        let steps = Sweep.steps(present, state: state, all: all)
        let rules: [SteeringRule?] = state.map { $0.rules.map(\.rule) } ?? []
        let subjects = rules.isEmpty ? (steps.isEmpty ? [] : [nil]) : rules
        func entries(_ outcome: AuditEntry.Outcome, _ reason: String?) -> [AuditEntry] {
            guard let action else { return [] }
            return subjects.map { rule in
                var entry = AuditEntry(action, outcome, rule: rule, at: clock())
                (entry.policy, entry.policySHA256, entry.reason) = (state?.policyPath, state?.policyDigest, reason)
                return entry
            }
        }
        try audit.append(entries(.started, nil))
        var failures: [String] = []
        for step in steps {
            do { _ = try runner.require(step.command) } catch { failures.append(error.description) }
        }
        // A command may fail because what it removes went with something else: what counts is what is left.
        let left = try SurroundingsReader(runner).read(needed: Self.mechanisms(state))
        guard Sweep.steps(left, state: state, all: all).isEmpty else {
            let reason =
                failures.isEmpty ? "Parts of rules came back while they were removed." : failures.joined(separator: " ")
            try audit.append(entries(.failed, reason))
            throw SteerError(.system, "Not everything could be removed: \(reason)")
        }
        try folder.clear()
        try audit.append(entries(.done, nil))
    }

    // MARK: - Audit

    private func entry(
        _ change: SteeringPlan.Change, _ outcome: AuditEntry.Outcome, _ state: SteeringState, _ reason: String?
    ) -> AuditEntry {
        let action: AuditEntry.Action =
            switch change.kind {
            case .install: .install
            case .replace: .replace
            case .remove: .remove
            case .expire: .expire
            }
        var entry = AuditEntry(action, outcome, rule: change.rule, at: clock())
        (entry.policy, entry.policySHA256, entry.reason) = (state.policyPath, state.policyDigest, reason)
        return entry
    }
}
