import NetTypes

/// How the rules stand: what the state says, what the kernel has and counted, and what arrived.
package struct SteeringStatus: Codable, Equatable, Sendable {
    /// One rule.
    package struct Row: Codable, Equatable, Sendable {
        /// Its name.
        package var name: String
        /// What becomes of its packets.
        package var action: String
        /// Its authorisation.
        package var authorisation: String
        /// Its owner.
        package var owner: String
        /// Its end, RFC 3339.
        package var validUntil: String
        /// Whether its end has passed.
        package var isExpired: Bool
        /// Whether all its parts are in the kernel; absent where only the operator can tell (Open vSwitch).
        package var isInstalled: Bool?
        /// Whether the guard has taken it out of action: it counts, and packets pass unseen.
        package var isSuspended: Bool
        /// One in so many.
        package var sample: UInt32
        /// Packets that were handed on, as the kernel counted them.
        package var packets: UInt64?
        /// Their octets: layer 3 for `log` and `queue`, with Ethernet headers for `mirror`.
        package var octets: UInt64?
        /// Packets that arrived, where that was said.
        package var arrived: UInt64?

        /// Whether counter and arrivals are the same; nil where one is not known.
        package var isReconciled: Bool? {
            guard let packets, let arrived else { return nil }
            return packets == arrived
        }
    }

    /// In the order of the policy.
    package var rules: [Row]
    /// False when a run was interrupted, and the rows say what was meant to be.
    package var isComplete: Bool

    /// The status at the time `now`; `arrived` are packets by rule name.
    package init(_ state: SteeringState?, in present: Surroundings, now: Nanoseconds, arrived: [String: UInt64]) {
        isComplete = state?.isComplete ?? true
        rules = (state?.rules ?? []).map { installed in
            let rule = installed.rule
            let count = present.count(installed)
            return Row(
                name: rule.name, action: rule.action.summary, authorisation: rule.authorisation, owner: rule.owner,
                validUntil: SteeringPlan.time(rule.validUntil), isExpired: rule.validUntil <= now,
                isInstalled: rule.action.mechanism == .printed ? nil : present.holds(installed),
                isSuspended: present.isSuspended(installed), sample: rule.sample,
                packets: count?.packets, octets: count?.octets, arrived: arrived[rule.name])
        }
    }

    /// Whether nothing is amiss: all installed, none expired, and arrivals equal to counters.
    package var isSound: Bool {
        isComplete && rules.allSatisfy { $0.isInstalled != false && !$0.isExpired && $0.isReconciled != false }
    }

    /// The status for people, a few lines a rule.
    package var text: String {
        guard !rules.isEmpty else { return "No rules are installed.\n" }
        var lines = isComplete ? [] : ["A run was interrupted: this is what it meant to install."]
        for row in rules {
            let state =
                switch row.isInstalled {
                case nil: "not checked"
                case true?: row.isExpired ? "EXPIRED, STILL INSTALLED" : "installed"
                case false?: row.isSuspended ? "SUSPENDED: no verdicts came, packets pass unseen" : "NOT INSTALLED"
                }
            lines.append("\(row.name)  \(state)")
            lines.append("  action        \(row.action)" + (row.sample > 1 ? ", 1 in \(row.sample)" : ""))
            lines.append("  authorised    \(shown(row.authorisation)), until \(row.validUntil)")
            lines.append("  owner         \(shown(row.owner))")
            if let packets = row.packets, let octets = row.octets {
                lines.append("  counted       \(packets) packets, \(octets) octets")
            }
            if let arrived = row.arrived {
                lines.append("  arrived       \(arrived) packets: \(Self.verdict(row.packets, arrived))")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func verdict(_ counted: UInt64?, _ arrived: UInt64) -> String {
        guard let counted else { return "the rule has no counter to hold it against" }
        if counted == arrived { return "the same" }
        return counted > arrived
            ? "MISMATCH, \(counted - arrived) did not arrive" : "MISMATCH, \(arrived - counted) more than were counted"
    }
}
