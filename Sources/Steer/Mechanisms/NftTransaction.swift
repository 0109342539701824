import NetTypes

/// Writes what `nft -f -` takes as one transaction: all of it holds, or nothing changes.
///
///     forward, input, output ─► steer ─► match-RULE ─(goto)─► steer-RULE: sample, count, log
///
/// The base chains run at priority mangle (-150), behind connection tracking and the translation of destinations, and ahead
/// of the filters: what a firewall drops later is seen. A packet passes one of them; what the system sends to itself would
/// pass two, and is left out at the second. `goto` makes that a packet counts once for a rule, whichever of its matches it
/// meets.
enum NftTransaction {
    static let table = "inet flowprobe_steer"
    private static let hooks = ["forward", "input", "output"]
    static let baseChains = hooks + ["steer"]

    /// The transaction from the rules `old` to the rules `new`; nil when they are the same. Rules that are in both, slot
    /// and all, are not touched and keep their counters.
    static func command(
        from old: [InstalledRule], to new: [InstalledRule], excluded: [MatchProgram.Excluded],
        wereExcluded: [MatchProgram.Excluded]
    ) -> SteeringCommand? {
        if old == new, excluded == wereExcluded || new.isEmpty { return nil }
        guard !new.isEmpty else { return removal }
        var lines = ["add table \(table)"]
        for hook in hooks {
            lines.append("add chain \(table) \(hook) { type filter hook \(hook) priority -150; policy accept; }")
            lines.append("flush chain \(table) \(hook)")
        }
        lines += ["add chain \(table) steer", "flush chain \(table) steer"]
        for installed in old where !new.contains(installed) {
            for chain in installed.nftChains { lines.append("flush chain \(table) \(chain)") }
            for chain in installed.nftChains { lines.append("delete chain \(table) \(chain)") }
            lines.append("delete counter \(table) \(installed.nftCounter)")
        }
        for installed in new where !old.contains(installed) { lines += rule(installed) }
        for exclusion in excluded {
            let family = exclusion.remote.version == 4 ? "ip" : "ip6"
            lines.append(
                "add rule \(table) steer \(family) daddr \(exclusion.remote) udp dport \(exclusion.port) return")
        }
        for installed in new {
            // Rounded up: not a second less than was authorised.
            let seconds = (installed.rule.validUntil - 1) / nanosecondsPerSecond + 1
            lines.append("add rule \(table) steer meta time < \(seconds) jump \(installed.nftChains[0])")
        }
        lines.append("add rule \(table) forward jump steer")
        lines.append("add rule \(table) input iifname != \"lo\" jump steer")
        lines.append("add rule \(table) output jump steer")
        return SteeringCommand(["nft", "-f", "-"], input: lines.joined(separator: "\n") + "\n")
    }

    /// Removes the table and all in it, whether it is there or not.
    static let removal = SteeringCommand(["nft", "-f", "-"], input: "add table \(table)\ndelete table \(table)\n")

    private static func rule(_ installed: InstalledRule) -> [String] {
        let rule = installed.rule
        guard case .log(let group, let snapLength) = rule.action else { return [] }
        let (match, steer) = (installed.nftChains[0], installed.nftChains[1])
        let sampled = rule.sample > 1 ? "numgen random mod \(rule.sample) == 0 " : ""
        let snap = snapLength.map { " snaplen \($0)" } ?? ""
        var lines = [
            "add counter \(table) \(installed.nftCounter)", "add chain \(table) \(steer)",
            "add rule \(table) \(steer) \(sampled)counter name \"\(installed.nftCounter)\" "
                + "log prefix \"flowprobe:\(rule.name)\" group \(group)\(snap)",
            "add chain \(table) \(match)",
        ]
        for selector in rule.selectors {
            for ports in portMatches(selector) {
                let matches = [interfaceMatch(rule, selector)] + addressMatches(selector) + [ports]
                lines.append(
                    "add rule \(table) \(match) meta nfproto ipv\(selector.version) "
                        + matches.filter { !$0.isEmpty }.map { $0 + " " }.joined() + "goto \(steer)")
            }
        }
        return lines
    }

    private static func interfaceMatch(_ rule: SteeringRule, _ selector: Selector) -> String {
        guard !rule.interfaces.isEmpty else { return "" }
        let names = rule.interfaces.map { "\"\($0)\"" }.joined(separator: ", ")
        return "\(selector.isForward ? "iifname" : "oifname") { \(names) }"
    }

    private static func addressMatches(_ selector: Selector) -> [String] {
        let family = selector.version == 4 ? "ip" : "ip6"
        var matches: [String] = []
        for (field, prefixes) in [("saddr", selector.source), ("daddr", selector.destination)]
        where !prefixes.isEmpty && !prefixes.contains(where: { $0.length == 0 }) {
            matches.append("\(family) \(field) { \(prefixes.map(\.description).joined(separator: ", ")) }")
        }
        if !selector.protocols.isEmpty {
            matches.append("meta l4proto { \(selector.protocols.map { "\($0)" }.joined(separator: ", ")) }")
        }
        return matches
    }

    /// One match, or one for each side; a single empty one without ports.
    private static func portMatches(_ selector: Selector) -> [String] {
        guard !selector.ports.isEmpty else { return [""] }
        let ports = selector.ports.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }
            .joined(separator: ", ")
        let fields =
            switch selector.portField {
            case .source: ["sport"]
            case .destination: ["dport"]
            case .either: ["sport", "dport"]
            }
        return fields.map { "th \($0) { \(ports) }" }
    }
}
