import NetTypes

/// Everything that has to be done to get from what is installed to what a policy wants. A value: making it changes nothing,
/// and what `plan` prints is what `apply` runs.
package struct SteeringPlan: Equatable, Sendable {
    /// What becomes of one rule.
    package struct Change: Equatable, Sendable {
        /// The kinds of changes, as the audit names them.
        package enum Kind: String, Codable, Sendable {
            case install
            case replace
            case remove
            case expire
        }

        /// What is done.
        package var kind: Kind
        /// To which rule: the new one, where there are two.
        package var rule: SteeringRule
    }

    /// In order of execution.
    package var steps: [SteeringStep] = []
    /// Rules that change. Rules that stay as they are keep their counters.
    package var changes: [Change] = []
    /// The rules that are installed when all steps are done.
    package var installed: [InstalledRule] = []
    /// Devices whose clsact is ours.
    package var ownClsact: Set<String> = []
    /// IP versions whose iptables table `mangle` is ours.
    package var ownTables: Set<UInt8> = []
    /// Built-in chains that are ours, in tables that are not.
    package var ownChains: Set<BuiltInChain> = []
    /// What the operator should know.
    package var notes: [String] = []
    /// Commands that the operator has to run: Open vSwitch.
    package var printed: [SteeringCommand] = []
}

/// Why a policy cannot be installed here.
package struct PlanError: Error, Equatable, CustomStringConvertible {
    /// Complete sentences for a person, at least one.
    package var problems: [String]

    /// One problem a line.
    package var description: String { problems.joined(separator: "\n") }
}

extension SteeringPlan {
    /// The plan from the state to the rules wanted, at the time `now`. Rules that have expired are not wanted.
    ///
    /// Mirrors come first, one step after the other; iptables and nft follow, each in one transaction.
    package init(
        from state: SteeringState, to wanted: [SteeringRule], now: Nanoseconds, in present: Surroundings
    ) throws(PlanError) {
        self.init()
        (ownClsact, ownTables, ownChains) = (Set(state.ownClsact), Set(state.ownTables), Set(state.ownChains))
        let live = wanted.filter { $0.validUntil > now }
        for rule in wanted where rule.validUntil <= now {
            notes.append("\(rule.name) expired at \(Self.time(rule.validUntil)) and is not installed.")
        }
        let old = state.rules
        let kept = old.filter { live.contains($0.rule) && present.holds($0) }
        installed = Self.slots(live, old: old)
        for rule in live where !kept.contains(where: { $0.rule == rule }) {
            changes.append(Change(kind: old.contains { $0.rule.name == rule.name } ? .replace : .install, rule: rule))
        }
        for gone in old where !live.contains(where: { $0.name == gone.rule.name }) {
            changes.append(Change(kind: gone.rule.validUntil <= now ? .expire : .remove, rule: gone.rule))
        }
        var planner = SteeringPlanner(old: old, kept: kept, new: installed, present: present, plan: self)
        self = try planner.finish()
    }

    /// Each rule in a slot: the one its name had, or the lowest that was free.
    private static func slots(_ rules: [SteeringRule], old: [InstalledRule]) -> [InstalledRule] {
        var taken = Set(old.map(\.slot))
        var next = 1
        return rules.map { rule in
            if let same = old.first(where: { $0.rule.name == rule.name }) {
                return InstalledRule(slot: same.slot, rule: rule)
            }
            while !taken.insert(next).inserted { next += 1 }
            return InstalledRule(slot: next, rule: rule)
        }
    }

    /// A time for people: to the second.
    package static func time(_ time: Nanoseconds) -> String { rfc3339(time).prefix(19) + "Z" }
}
