/// Fills a plan: what has to be there, in which order.
struct SteeringPlanner {
    let old: [InstalledRule]
    /// Those of `old` that stay as they are.
    let kept: [InstalledRule]
    let new: [InstalledRule]
    let present: Surroundings
    var plan: SteeringPlan
    private var problems: [String] = []

    init(old: [InstalledRule], kept: [InstalledRule], new: [InstalledRule], present: Surroundings, plan: SteeringPlan) {
        (self.old, self.kept, self.new, self.present, self.plan) = (old, kept, new, present, plan)
    }

    private var excluded: [MatchProgram.Excluded] { MirrorPlan.excluded(new) }
    private var wereExcluded: [MatchProgram.Excluded] { MirrorPlan.excluded(old) }

    private static func of(_ mechanism: Mechanism, _ rules: [InstalledRule]) -> [InstalledRule] {
        rules.filter { $0.rule.action.mechanism == mechanism }
    }

    mutating func finish() throws(PlanError) -> SteeringPlan {
        checkLeftovers()
        mirrors()
        for version in [4, 6] as [UInt8] { queues(version) }
        logs()
        printed()
        guard problems.isEmpty else { throw PlanError(problems: problems) }
        return plan
    }

    /// What is ours and not in the state was left by a run whose state is lost: slots could clash with it.
    private mutating func checkLeftovers() {
        let mirrors = Self.of(.trafficControl, old)
        let knownFilters = Set(mirrors.flatMap(MirrorPlan.filters))
        let knownIndices = Set(mirrors.map(\.actionIndex))
        let knownLinks = Set(MirrorPlan.tunnels(mirrors).map(\.deviceName))
        let knownChains = Set(Self.of(.iptables, old).flatMap(\.iptablesChains) + [IptablesTransaction.main])
        let links = present.links.filter { $0.value.isOurs }.map(\.key)
        if !knownFilters.isSuperset(of: present.filters) || !knownIndices.isSuperset(of: present.actions.keys)
            || !knownLinks.isSuperset(of: links)
            || present.iptables.values.contains(where: { !knownChains.isSuperset(of: $0.ours) })
        {
            problems.append(
                "Parts of rules are installed that the state does not know: it was lost, or another --state was used. "
                    + "Run 'flowprobe steer remove --all', then apply again.")
        }
    }

    private mutating func mirrors() {
        let (old, new) = (Self.of(.trafficControl, old), Self.of(.trafficControl, new))
        let added = new.filter { !kept.contains($0) }
        for installed in added { checkMirror(installed) }
        for installed in old where !kept.contains(installed) {
            plan.steps += MirrorPlan.remove(installed, excluded: wereExcluded, present: present)
        }
        let tunnels = (before: MirrorPlan.tunnels(old), after: MirrorPlan.tunnels(new))
        for tunnel in tunnels.before where !tunnels.after.contains(tunnel) && present.links[tunnel.deviceName] != nil {
            plan.steps.append(
                SteeringStep(
                    "no more tunnel to \(tunnel.remote)", MirrorPlan.deleteLink(tunnel.deviceName),
                    undo: MirrorPlan.addTunnel(tunnel).map(\.command)))
        }
        for tunnel in tunnels.after where present.links[tunnel.deviceName]?.isOurs != true {
            plan.steps += MirrorPlan.addTunnel(tunnel)
        }
        clsact(Set(new.flatMap(\.rule.interfaces)))
        for installed in added { plan.steps += MirrorPlan.install(installed, excluded: excluded) }
        // A tunnel that came or went is excluded in the programs of the rules that stay.
        for installed in new where kept.contains(installed) && excluded != wereExcluded {
            plan.steps += MirrorPlan.filters(installed).map { filter in
                SteeringStep(
                    "\(installed.rule.name): what is not copied, at \(filter.hook.device), \(filter.hook.side)",
                    MirrorPlan.command("replace", installed, filter, excluded: excluded),
                    undo: [MirrorPlan.command("replace", installed, filter, excluded: wereExcluded)])
            }
        }
    }

    private mutating func clsact(_ devices: Set<String>) {
        for device in plan.ownClsact.subtracting(devices).sorted() {
            let isShared = present.foreign.keys.contains { $0.device == device }
            if present.clsact.contains(device), !isShared {
                plan.steps.append(
                    SteeringStep(
                        "no more filters at \(device)", MirrorPlan.deleteClsact(device),
                        undo: [MirrorPlan.addClsact(device).command]))
            }
            plan.ownClsact.remove(device)
        }
        for device in devices.subtracting(present.clsact).sorted() {
            plan.steps.append(MirrorPlan.addClsact(device))
            plan.ownClsact.insert(device)
        }
    }

    private mutating func checkMirror(_ installed: InstalledRule) {
        let rule = installed.rule
        guard case .mirror(let target) = rule.action else { return }
        var needed = rule.interfaces
        switch target {
        case .device(let device): needed.append(device)
        case .vxlan(let tunnel):
            if let device = tunnel.device { needed.append(device) }
            if let link = present.links[tunnel.deviceName], !link.isOurs {
                problems.append(
                    "Rule '\(rule.name)': there is a device \(tunnel.deviceName) that flowprobe did not make.")
            }
        }
        for device in needed where present.links[device] == nil {
            problems.append("Rule '\(rule.name)': there is no interface \(device) here. See 'ip link'.")
        }
        for device in rule.interfaces {
            if let kind = present.links[device]?.kind, kind != "ether" {
                problems.append(
                    "Rule '\(rule.name)': \(device) has no Ethernet headers (it is '\(shown(kind))'), and cannot be "
                        + "mirrored from.")
            }
            if present.ingress.contains(device) {
                problems.append(
                    "Rule '\(rule.name)': \(device) has an ingress qdisc of someone else's, beside which there can be no "
                        + "clsact. See 'tc qdisc show dev \(device)'.")
            }
        }
        for filter in MirrorPlan.filters(installed) {
            if let priority = present.foreign[filter.hook], priority <= filter.priority {
                problems.append(
                    "Rule '\(rule.name)': \(filter.hook.device) has a tc filter of someone else's at \(filter.hook.side) "
                        + "with priority \(priority), which could keep packets from this rule.")
            }
            let length = MirrorPlan.program(installed, filter, excluded: excluded).instructions.count
            if length > BPFProgram.maximumLength {
                problems.append(
                    "Rule '\(rule.name)' is too long: \(length) BPF instructions, \(BPFProgram.maximumLength) at most. "
                        + "Split it, or use larger prefixes.")
                return
            }
        }
    }

    private mutating func queues(_ version: UInt8) {
        let (old, new) = (Self.of(.iptables, old), Self.of(.iptables, new))
        let chains = present.iptables[version] ?? Surroundings.Chains()
        for installed in new where IptablesTransaction.matchCount(installed.rule) > IptablesTransaction.maximumMatches {
            problems.append(
                "Rule '\(installed.rule.name)' is too long: iptables would need "
                    + "\(IptablesTransaction.matchCount(installed.rule)) rules for it, "
                    + "\(IptablesTransaction.maximumMatches) at most. Split it, or use larger prefixes.")
            return
        }
        // What is not there as the state says is made anew. What is to go is named only where it is.
        let before = old.filter {
            kept.contains($0) || (!new.contains($0) && chains.ours.isSuperset(of: $0.iptablesChains))
        }
        let hooked = chains.hooks
        guard
            let forward = IptablesTransaction.command(
                version, from: before, to: new, excluded: excluded, wereExcluded: wereExcluded, hooked: hooked)
        else { return }
        let isUsed = new.contains { $0.rule.versions.contains(version) }
        var undo: [SteeringCommand] = []
        if let backward = IptablesTransaction.command(
            version, from: isUsed ? new : [], to: before, excluded: wereExcluded, wereExcluded: excluded,
            hooked: isUsed ? Set(IptablesTransaction.hooks) : [])
        {
            undo.append(backward)
        }
        if isUsed, chains.isNft {
            if !chains.hasTable {
                plan.ownTables.insert(version)
                undo.append(BuiltInChain.tableDeletion(version))
            } else if !plan.ownTables.contains(version) {
                let made = IptablesTransaction.hooks.filter { !chains.builtIn.contains($0) }
                    .map { BuiltInChain(version: version, name: $0) }
                plan.ownChains.formUnion(made)
                undo += made.map(\.deletion)
            }
        }
        plan.steps.append(SteeringStep("the rules that queue, IPv\(version)", forward, undo: undo))
        if !isUsed { emptied(version, chains) }
    }

    /// The chains, or the table, that came with our rules go with them, unless others use them by now.
    private mutating func emptied(_ version: UInt8, _ chains: Surroundings.Chains) {
        if plan.ownTables.remove(version) != nil, chains.isOtherwiseEmpty {
            plan.steps.append(
                SteeringStep("no more table mangle, IPv\(version)", BuiltInChain.tableDeletion(version), undo: []))
        }
        for chain in plan.ownChains.filter({ $0.version == version }).sorted() {
            plan.ownChains.remove(chain)
            if chains.builtIn.contains(chain.name), !chains.shared.contains(chain.name) {
                plan.steps.append(SteeringStep("no more chain \(chain.name)", chain.deletion, undo: []))
            }
        }
    }

    private mutating func logs() {
        let (old, new) = (Self.of(.nftables, old), Self.of(.nftables, new))
        let expected = Set(NftTransaction.baseChains + old.flatMap(\.nftChains))
        let isAsKnown = old.isEmpty ? present.nftChains == nil : present.nftChains == expected
        guard
            var forward = NftTransaction.command(
                from: isAsKnown ? old : [], to: new, excluded: excluded, wereExcluded: wereExcluded)
                ?? (isAsKnown ? nil : NftTransaction.removal)
        else { return }
        var undo: [SteeringCommand] = []
        if isAsKnown {
            undo =
                NftTransaction.command(from: new, to: old, excluded: wereExcluded, wereExcluded: excluded).map { [$0] }
                ?? []
        } else if !new.isEmpty {
            // Someone changed the table: it is made anew, and all its counters with it.
            forward.input = (NftTransaction.removal.input ?? "") + (forward.input ?? "")
            undo = [NftTransaction.removal]
        }
        plan.steps.append(SteeringStep("the rules that log", forward, undo: undo))
    }

    private mutating func printed() {
        for installed in Self.of(.printed, old) where !kept.contains(installed) {
            plan.printed += OpenVSwitchCommands.remove(installed)
        }
        for installed in Self.of(.printed, new) where !kept.contains(installed) {
            plan.printed += OpenVSwitchCommands.install(installed)
        }
    }
}
