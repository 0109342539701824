/// The steps that take away everything of ours that is there, known to a state or not. Found by its name, cookie, alias or
/// comment; no step depends on another, so that all are tried.
package enum Sweep {
    /// Steps for what `present` shows. A clsact, and a table or a built-in chain of iptables, is taken away when it is empty
    /// then, and was ours. With `all`, and without a state that says whose it was, when ours was in it.
    package static func steps(_ present: Surroundings, state: SteeringState?, all: Bool) -> [SteeringStep] {
        var steps: [SteeringStep] = []
        if present.nftChains != nil { steps.append(step("our nft table", NftTransaction.removal)) }
        for (version, chains) in present.iptables.sorted(by: { $0.key < $1.key }) {
            if !chains.ours.isEmpty {
                let text = IptablesTransaction.removal(chains.ours.sorted(), hooked: chains.hooks)
                steps.append(step("our chains, IPv\(version)", IptablesTransaction.restore(version, text)))
            }
            let isOwn = state?.ownTables.contains(version) ?? false
            if chains.hasTable, chains.isNft, chains.isOtherwiseEmpty, isOwn || (all && !chains.ours.isEmpty) {
                steps.append(step("the empty table mangle, IPv\(version)", BuiltInChain.tableDeletion(version)))
                continue
            }
            for name in chains.builtIn.subtracting(chains.shared).sorted() where chains.isNft {
                let chain = BuiltInChain(version: version, name: name)
                if state?.ownChains.contains(chain) ?? (all && chains.hooks.contains(name)) {
                    steps.append(step("the empty chain \(name), IPv\(version)", chain.deletion))
                }
            }
        }
        for filter in present.filters.sorted() {
            steps.append(step("a filter at \(filter.hook.device)", MirrorPlan.deletion(filter)))
        }
        for index in present.actions.keys.sorted() { steps.append(step("a copy", MirrorPlan.deleteAction(index))) }
        for device in present.clsact.sorted() {
            let isOwn = state?.ownClsact.contains(device) ?? false
            let heldOurs = present.filters.contains { $0.hook.device == device }
            let isShared = present.foreign.keys.contains { $0.device == device }
            if !isShared, isOwn || (all && heldOurs) {
                steps.append(step("the place for filters at \(device)", MirrorPlan.deleteClsact(device)))
            }
        }
        for name in present.links.filter({ $0.value.isOurs }).keys.sorted() {
            steps.append(step("our tunnel", MirrorPlan.deleteLink(name)))
        }
        return steps
    }

    private static func step(_ purpose: String, _ command: SteeringCommand) -> SteeringStep {
        SteeringStep(purpose, command, undo: [])
    }
}
