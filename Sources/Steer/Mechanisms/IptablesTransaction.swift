import NetTypes

/// Writes what `iptables-restore --noflush` takes: one transaction per IP version, in table `mangle`.
///
///     FORWARD, INPUT, OUTPUT ─► flowprobe-steer ─► fps-match-SLOT ─(goto)─► fps-queue-SLOT: count, NFQUEUE
///
/// In `mangle`, because a verdict of the queue's reader ends the chain it was asked from: the filter tables behind it are
/// still passed. Not in nft, whose own `queue` statement is not in every kernel.
enum IptablesTransaction {
    static let main = "flowprobe-steer"
    static let comment = "flowprobe steer"
    static let hooks = ["FORWARD", "INPUT", "OUTPUT"]
    /// A chain longer than this is refused: iptables has no lists, so that each pair of prefixes is a rule.
    static let maximumMatches = 4096

    static func program(_ version: UInt8) -> String { version == 4 ? "iptables" : "ip6tables" }

    static func restore(_ version: UInt8, _ text: String) -> SteeringCommand {
        SteeringCommand([program(version) + "-restore", "--wait", "10", "--noflush"], input: text)
    }

    /// The transaction from `old` to `new` for one IP version; nil when nothing changes. `hooked` are the built-in chains
    /// that jump to ours already.
    static func command(
        _ version: UInt8, from old: [InstalledRule], to new: [InstalledRule], excluded: [MatchProgram.Excluded],
        wereExcluded: [MatchProgram.Excluded], hooked: Set<String>
    ) -> SteeringCommand? {
        let old = old.filter { $0.rule.versions.contains(version) }
        let new = new.filter { $0.rule.versions.contains(version) }
        if old == new, excluded == wereExcluded || new.isEmpty { return nil }
        guard !new.isEmpty else {
            return restore(version, removal(old.flatMap(\.iptablesChains) + [main], hooked: hooked))
        }
        var lines = ["*mangle", ":\(main) - [0:0]"]
        let added = new.filter { !old.contains($0) }
        for installed in added { lines += installed.iptablesChains.map { ":\($0) - [0:0]" } }
        for installed in added { lines += rule(installed, version) }
        lines.append("-A \(main) -i lo -j RETURN")
        for exclusion in excluded where exclusion.remote.version == version {
            lines.append("-A \(main) -d \(exclusion.remote) -p udp -m udp --dport \(exclusion.port) -j RETURN")
        }
        for installed in new {
            lines.append(
                "-A \(main)\(expiry(installed.rule.validUntil)) -m comment --comment \"flowprobe:\(installed.rule.name)\" "
                    + "-j \(installed.iptablesChains[0])")
        }
        for hook in hooks where !hooked.contains(hook) {
            lines.append("-A \(hook) -m comment --comment \"\(comment)\" -j \(main)")
        }
        // A slot that is in use again keeps its chains: naming them above emptied them.
        let kept = Set(new.map(\.slot))
        for installed in old where !kept.contains(installed.slot) { lines += deletion(installed.iptablesChains) }
        return restore(version, (lines + ["COMMIT", ""]).joined(separator: "\n"))
    }

    /// Text that deletes our chains and the jumps to them.
    static func removal(_ chains: [String], hooked: Set<String>) -> String {
        let jumps = hooks.filter(hooked.contains).map { "-D \($0) -m comment --comment \"\(comment)\" -j \(main)" }
        // First all are emptied, so that none is referred to when it goes.
        let flushes = chains.map { "-F \($0)" }
        let deletions = chains.map { "-X \($0)" }
        return (["*mangle"] + jumps + flushes + deletions + ["COMMIT", ""]).joined(separator: "\n")
    }

    private static func deletion(_ chains: [String]) -> [String] {
        chains.map { "-F \($0)" } + chains.map { "-X \($0)" }
    }

    private static func rule(_ installed: InstalledRule, _ version: UInt8) -> [String] {
        guard case .queue(let number) = installed.rule.action else { return [] }
        let (match, queue) = (installed.iptablesChains[0], installed.iptablesChains[1])
        var lines: [String] = []
        for selector in installed.rule.selectors where selector.version == version {
            lines += matches(installed.rule, selector).map { "-A \(match)\($0) -g \(queue)" }
        }
        // The first rule returns those that are not in the sample; the second only counts.
        if installed.rule.sample > 1 {
            let share = "\(1 - 1 / Double(installed.rule.sample))"
            lines.append("-A \(queue) -m statistic --mode random --probability \(share) -j RETURN")
        }
        lines.append("-A \(queue) -m comment --comment \"flowprobe:count:\(installed.rule.name)\"")
        lines.append("-A \(queue) \(target(number))")
        return lines
    }

    /// What the last rule of a queue chain does: the one that the guard takes out and puts back.
    static func target(_ number: UInt16) -> String { "-j NFQUEUE --queue-num \(number) --queue-bypass" }

    /// How many rules the matches of `rule` take.
    static func matchCount(_ rule: SteeringRule) -> Int {
        rule.selectors.reduce(0) { total, selector in
            total + max(1, selector.source.count) * max(1, selector.destination.count)
                * max(1, selector.protocols.count)
                * max(1, rule.interfaces.count) * portMatches(selector).count
        }
    }

    private static func matches(_ rule: SteeringRule, _ selector: Selector) -> [String] {
        var matches = [""]
        func extend(_ parts: [String]) {
            if !parts.isEmpty { matches = matches.flatMap { match in parts.map { match + $0 } } }
        }
        extend(rule.interfaces.map { " \(selector.isForward ? "-i" : "-o") \($0)" })
        extend(selector.source.map { " -s \($0)" })
        extend(selector.destination.map { " -d \($0)" })
        extend(selector.protocols.map { " -p \($0)" })
        extend(portMatches(selector))
        return matches
    }

    /// `multiport` takes fifteen ports; a range is two of them.
    private static func portMatches(_ selector: Selector) -> [String] {
        guard !selector.ports.isEmpty else { return [""] }
        let option =
            switch selector.portField {
            case .source: "--sports"
            case .destination: "--dports"
            case .either: "--ports"
            }
        return stride(from: 0, to: selector.ports.count, by: 7).map { start in
            let ports = selector.ports[start..<min(start + 7, selector.ports.count)].map {
                $0.first == $0.last ? "\($0.first)" : "\($0.first):\($0.last)"
            }
            return " -m multiport \(option) \(ports.joined(separator: ","))"
        }
    }

    /// The end that `xt_time` watches; it knows no time after 2038-01-19T03:14:07Z.
    private static func expiry(_ validUntil: Nanoseconds) -> String {
        let seconds = (validUntil - 1) / nanosecondsPerSecond
        guard seconds < 0x7FFF_FFFF else { return "" }
        // The last second in which the rule holds: --datestop is included.
        return " -m time --datestop \(rfc3339(seconds * nanosecondsPerSecond).prefix(19))"
    }
}
