/// A rule as it is in the kernel: with the number that its parts there carry.
package struct InstalledRule: Codable, Hashable, Sendable {
    /// From 1, unique among the installed rules. It makes tc's priorities and action indices, and iptables' chain names.
    package var slot: Int
    /// What was installed.
    package var rule: SteeringRule

    /// A rule in its slot.
    package init(slot: Int, rule: SteeringRule) {
        self.slot = slot
        self.rule = rule
    }

    /// Order of appearance in tc: 16 bits, below what the kernel chooses by itself (49152 and up).
    var filterPriority: Int { TrafficControlNames.basePriority + slot }
    /// Index of the shared `mirred` action, which holds the rule's counter.
    var actionIndex: Int { TrafficControlNames.baseIndex + slot }
    /// nft: the chain with the matches, the chain with the action.
    var nftChains: [String] { ["match-\(rule.name)", "steer-\(rule.name)"] }
    /// nft: the counter. A rule's bare name could be a word of nft's language.
    var nftCounter: String { "count-\(rule.name)" }
    /// iptables: the chain with the matches, the chain with counter and queue.
    var iptablesChains: [String] { ["fps-match-\(slot)", "fps-queue-\(slot)"] }
}

/// How what we make in tc and ip is known again.
enum TrafficControlNames {
    /// "flowprobe steer" in hexadecimal: tc's cookie of our actions, at most 16 octets.
    static let cookie = "666c6f7770726f6265207374656572"
    /// Alias of our devices.
    static let alias = "flowprobe steer"
    static let basePriority = 0x4600
    /// "FL" and a slot.
    static let baseIndex = 0x464C_0000
}
