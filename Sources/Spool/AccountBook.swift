/// Makes the accounts of a spool's destinations and groups out of those that an earlier run left.
struct AccountBook {
    /// How far somebody is: records settled, and the batch before which everything is released.
    private typealias Position = (settled: UInt64, batch: UInt64)

    /// What the earlier run left.
    let old: [SpoolAccount]
    /// Where a destination begins that nobody knows.
    let start: (settled: UInt64, batch: UInt64)
    /// Accounts of now, in the order of the configuration.
    private(set) var accounts: [SpoolAccount] = []
    /// Of each group of balance, by name, who gets which share.
    private(set) var shares: [String: ShareHistory] = [:]
    /// What has changed about groups, a sentence each.
    private(set) var notes: [String] = []
    /// Accounts of earlier runs that are taken over under another name.
    private var inherited: Set<String> = []
    /// What the index says of groups of balance, by name.
    private var histories: [String: ShareHistory] = [:]
    /// Names of the groups of now.
    private var configured: Set<String> = []
    /// Groups of balance of earlier runs that are taken over by others: their shares are of no more use.
    private(set) var retiredShares: Set<String> = []

    init(old: [SpoolAccount], start: (settled: UInt64, batch: UInt64)) {
        self.old = old
        self.start = start
    }

    /// Opens the accounts of `configuration`; `histories` are what the index says of groups of balance.
    mutating func open(_ configuration: SpoolConfiguration, _ histories: [String: ShareHistory]) {
        var positions: [String: Position] = [:]
        self.histories = histories
        configured = Set(configuration.groups.map(\.name))
        for group in configuration.groups {
            switch group.kind {
            case .failover:
                guard account(group.name) == nil, let position = inherit(group) else { continue }
                positions[group.name] = position
            case .balance: share(group, &positions)
            }
        }
        for name in configuration.destinations {
            if let position = positions[name] {
                accounts.append(SpoolAccount(name: name, start: position.settled, releasedBatch: position.batch))
            } else {
                accounts.append(
                    account(name) ?? SpoolAccount(name: name, start: start.settled, releasedBatch: start.batch))
            }
        }
    }

    /// Accounts that nobody goes on with.
    var unwanted: [SpoolAccount] {
        old.filter { one in !inherited.contains(one.name) && !accounts.contains { $0.name == one.name } }
    }

    /// Names of accounts that others have taken over. They are forgotten: found again in a later run, they would be taken for
    /// destinations that somebody still waits for, or for a group's place long ago.
    var retiredAccounts: Set<String> { inherited.subtracting(accounts.map(\.name)) }

    private func account(_ name: String) -> SpoolAccount? { old.first { $0.name == name } }

    /// Where the members of a group of balance begin, when that is not where they are.
    private mutating func share(_ group: SpoolGroup, _ positions: inout [String: Position]) {
        var known = histories[group.name]
        if known == nil, let former = former(of: group) {
            known = former.history
            retiredShares.insert(former.name)
        }
        guard let history = known, let position = rearmost(of: history.current.members) else {
            shares[group.name] = ShareHistory(members: group.members)
            guard let position = inherit(group) else { return }
            for member in group.members { positions[member] = position }
            return
        }
        guard Set(history.current.members) != Set(group.members) else {
            var history = history
            history.forget(before: position.batch)
            shares[group.name] = history
            return
        }
        var next = history.followed(
            by: group.members, positions: history.current.members.map { account($0)?.releasedBatch ?? position.batch })
        next.forget(before: position.batch)
        shares[group.name] = next
        for member in group.members { positions[member] = position }
        inherited.formUnion(history.current.members)
        notes.append(
            "The members of \(group.name) have changed: what was pending for any of the old ones is shared by the new ones, "
                + "whose accounts begin anew.")
    }

    /// Where a group begins that had no account: where the furthest of its members was when each had everything, or the
    /// group of the same name when it shared in another way. Nil when there was none of them.
    private mutating func inherit(_ group: SpoolGroup) -> Position? {
        let name = group.name.drop { $0 != ":" }
        var best: Position?
        if group.kind == .failover, let former = former(of: group) {
            best = rearmost(of: former.history.current.members)
            inherited.formUnion(former.history.current.members)
            retiredShares.insert(former.name)
        }
        if best == nil {
            for one in old where group.members.contains(one.name) || one.name == "failover\(name)" {
                inherited.insert(one.name)
                if one.releasedBatch >= best?.batch ?? 0 { best = (one.settled, one.releasedBatch) }
            }
        }
        if best != nil { notes.append("\(group.name) goes on where its members were.") }
        return best
    }

    /// The group of balance whose place `group` takes: that of the same name, else one that had members of its and is no more.
    /// Each of those had a share alone, so that what none of them lacks begins at the rearmost.
    private func former(of group: SpoolGroup) -> (name: String, history: ShareHistory)? {
        let same = "balance\(group.name.drop { $0 != ":" })"
        let candidates = histories.filter { name, history in
            !configured.contains(name) && !retiredShares.contains(name)
                && (name == same || !Set(history.current.members).isDisjoint(with: group.members))
        }
        return candidates.min { ($0.key != same ? 1 : 0, $0.key) < ($1.key != same ? 1 : 0, $1.key) }
            .map { ($0.key, $0.value) }
    }

    /// The position that all of these have reached; nil when one of them has no account.
    private func rearmost(of names: [String]) -> Position? {
        let found = names.compactMap(account)
        guard found.count == names.count, let settled = found.map(\.settled).min(),
            let batch = found.map(\.releasedBatch).min()
        else { return nil }
        return (settled, batch)
    }
}
