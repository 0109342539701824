/// The steps that mirroring takes in ip and tc.
///
/// A rule is one `mirred` action with an index of its own, which holds the counter, and one BPF filter per interface and
/// direction that uses it. Every filter ends in `continue`: others' filters behind it see the packet as if it was not there.
enum MirrorPlan {
    typealias Filter = Surroundings.Filter

    /// The rule's filters: packets from `from` at ingress, answers at egress.
    static func filters(_ installed: InstalledRule) -> [Filter] {
        installed.rule.interfaces.flatMap { device in
            (installed.rule.isBidirectional ? ["ingress", "egress"] : ["ingress"]).map {
                Filter(hook: .init(device: device, side: $0), priority: installed.filterPriority)
            }
        }
    }

    /// What a filter chooses, in words.
    private static func choice(_ installed: InstalledRule, _ filter: Filter) -> String {
        installed.rule.selectors.filter { $0.isForward == (filter.hook.side == "ingress") }.map(\.description)
            .joined(separator: "; ")
    }

    static func program(
        _ installed: InstalledRule, _ filter: Filter, excluded: [MatchProgram.Excluded]
    ) -> BPFProgram {
        let isForward = filter.hook.side == "ingress"
        return MatchProgram.program(
            installed.rule.selectors.filter { $0.isForward == isForward }, excluded: excluded,
            sample: installed.rule.sample)
    }

    /// `verb` is `add` or `replace`.
    static func command(
        _ verb: String, _ installed: InstalledRule, _ filter: Filter, excluded: [MatchProgram.Excluded]
    ) -> SteeringCommand {
        SteeringCommand([
            "tc", "filter", verb, "dev", filter.hook.device, filter.hook.side, "pref", "\(filter.priority)", "handle",
            "1", "protocol", "all", "bpf", "bytecode", program(installed, filter, excluded: excluded).bytecode,
            "action",
            "mirred", "index", "\(installed.actionIndex)",
        ])
    }

    static func deletion(_ filter: Filter) -> SteeringCommand {
        SteeringCommand([
            "tc", "filter", "del", "dev", filter.hook.device, filter.hook.side, "pref", "\(filter.priority)",
        ])
    }

    static func addAction(_ installed: InstalledRule) -> SteeringCommand {
        var device = ""
        if case .mirror(let target) = installed.rule.action { device = target.deviceName }
        return SteeringCommand([
            "tc", "actions", "add", "action", "mirred", "egress", "mirror", "dev", device, "continue", "index",
            "\(installed.actionIndex)", "cookie", TrafficControlNames.cookie,
        ])
    }

    /// The kernel lets go of a deleted filter's action a moment later, and refuses to delete it until then.
    static func deleteAction(_ index: Int) -> SteeringCommand {
        var command = SteeringCommand(["tc", "actions", "del", "action", "mirred", "index", "\(index)"])
        command.isPatient = true
        return command
    }

    /// The steps that put one rule up.
    static func install(_ installed: InstalledRule, excluded: [MatchProgram.Excluded]) -> [SteeringStep] {
        let name = installed.rule.name
        return [
            SteeringStep(
                "\(name): the copy and its counter", addAction(installed), undo: [deleteAction(installed.actionIndex)])
        ]
            + filters(installed).map { filter in
                SteeringStep(
                    "\(name): choose at \(filter.hook.device), \(filter.hook.side): \(choice(installed, filter))",
                    command("add", installed, filter, excluded: excluded), undo: [deletion(filter)])
            }
    }

    /// The steps that take down what is there of one rule.
    static func remove(
        _ installed: InstalledRule, excluded: [MatchProgram.Excluded], present: Surroundings
    ) -> [SteeringStep] {
        let name = installed.rule.name
        var steps = filters(installed).filter(present.filters.contains).map { filter in
            SteeringStep(
                "\(name): stop choosing at \(filter.hook.device), \(filter.hook.side)", deletion(filter),
                undo: [command("add", installed, filter, excluded: excluded)])
        }
        if present.actions[installed.actionIndex] != nil {
            steps.append(
                SteeringStep(
                    "\(name): take the copy away", deleteAction(installed.actionIndex), undo: [addAction(installed)]))
        }
        return steps
    }

    /// Makes the VXLAN device, by which nothing but copies may leave: IPv6 would report its multicast groups there.
    static func addTunnel(_ tunnel: VXLANTunnel) -> [SteeringStep] {
        let name = tunnel.deviceName
        var add = [
            "ip", "link", "add", "name", name, "type", "vxlan", "id", "\(tunnel.vni)", "remote", "\(tunnel.remote)",
            "dstport", "\(tunnel.port)", "nolearning",
        ]
        if let local = tunnel.local { add += ["local", "\(local)"] }
        if let device = tunnel.device { add += ["dev", device] }
        return [
            SteeringStep(
                "the tunnel to \(tunnel.remote)", SteeringCommand(add), undo: [deleteLink(name)]),
            SteeringStep(
                "its mark, to be found by",
                SteeringCommand(["ip", "link", "set", "dev", name, "alias", TrafficControlNames.alias]), undo: []),
            // A kernel without IPv6 has no such setting: -e.
            SteeringStep(
                "no IPv6 of its own on it",
                SteeringCommand(["sysctl", "-e", "-q", "-w", "net.ipv6.conf.\(name).disable_ipv6=1"]), undo: []),
            SteeringStep("up", SteeringCommand(["ip", "link", "set", "dev", name, "arp", "off", "up"]), undo: []),
        ]
    }

    static func deleteLink(_ name: String) -> SteeringCommand { SteeringCommand(["ip", "link", "del", "dev", name]) }

    static func addClsact(_ device: String) -> SteeringStep {
        SteeringStep(
            "a place for filters at \(device)", SteeringCommand(["tc", "qdisc", "add", "dev", device, "clsact"]),
            undo: [deleteClsact(device)])
    }

    static func deleteClsact(_ device: String) -> SteeringCommand {
        SteeringCommand(["tc", "qdisc", "del", "dev", device, "clsact"])
    }

    /// The tunnels that rules mirror into, each once.
    static func tunnels(_ rules: [InstalledRule]) -> [VXLANTunnel] {
        var seen: Set<String> = []
        return rules.compactMap { installed in
            guard case .mirror(.vxlan(let tunnel)) = installed.rule.action, seen.insert(tunnel.deviceName).inserted
            else { return nil }
            return tunnel
        }
    }

    /// What no rule may choose: the copies on their way to the supervisor.
    static func excluded(_ rules: [InstalledRule]) -> [MatchProgram.Excluded] {
        Set(tunnels(rules).map { MatchProgram.Excluded(remote: $0.remote, port: $0.port) }).sorted()
    }
}
