/// What the planner has to know of the system: its devices, and what of ours is there.
package struct Surroundings: Equatable, Sendable {
    /// A network device.
    package struct Link: Equatable, Sendable {
        /// `ether`, `none`, …: what its frames begin with.
        package var kind: String
        /// Whether it carries our alias.
        package var isOurs: Bool
    }

    /// One side of a device's clsact.
    package struct Hook: Hashable, Comparable, Sendable {
        /// The device.
        package var device: String
        /// `ingress` or `egress`.
        package var side: String

        /// A side of a device.
        package init(device: String, side: String) {
            (self.device, self.side) = (device, side)
        }

        /// By device, then side.
        package static func < (left: Hook, right: Hook) -> Bool {
            (left.device, left.side) < (right.device, right.side)
        }
    }

    /// A filter's place.
    package struct Filter: Hashable, Comparable, Sendable {
        /// Where it is attached.
        package var hook: Hook
        /// Its priority.
        package var priority: Int

        /// By hook, then priority.
        package static func < (left: Filter, right: Filter) -> Bool {
            (left.hook, left.priority) < (right.hook, right.priority)
        }
    }

    /// Packets and octets that a rule counted.
    package struct Count: Codable, Equatable, Sendable {
        /// Packets.
        package var packets: UInt64
        /// Octets, as the mechanism counts them.
        package var octets: UInt64

        /// Counts.
        package init(packets: UInt64, octets: UInt64) {
            self.packets = packets
            self.octets = octets
        }

        /// Nothing yet.
        package static let zero = Count(packets: 0, octets: 0)

        static func += (left: inout Count, right: Count) {
            left.packets &+= right.packets
            left.octets &+= right.octets
        }
    }

    /// iptables of one IP version.
    package struct Chains: Equatable, Sendable {
        /// Whether the table `mangle` is there.
        package var hasTable = false
        /// Its built-in chains, as far as they are there.
        package var builtIn: Set<String> = []
        /// Chains that hold something of others': rules, or a policy.
        package var shared: Set<String> = []
        /// Whether it is iptables on nft, whose table can be deleted.
        package var isNft = true
        /// Our chains.
        package var ours: Set<String> = []
        /// Our match chains that our main chain jumps to.
        package var reached: Set<String> = []
        /// Built-in chains with a jump to ours.
        package var hooks: Set<String> = []
        /// Our queue chains that queue: the guard takes the rule out that does.
        package var queuing: Set<String> = []
        /// Counters of our queue chains.
        package var counts: [String: Count] = [:]

        /// Whether nothing is left of the table's use once ours is gone.
        package var isOtherwiseEmpty: Bool { shared.isEmpty }
    }

    /// Which network namespace this is: `net:[4026531840]`.
    package var network = ""
    /// Devices by name.
    package var links: [String: Link] = [:]
    /// Devices with a clsact.
    package var clsact: Set<String> = []
    /// Devices with the older ingress qdisc, beside which there can be no clsact.
    package var ingress: Set<String> = []
    /// Our filters.
    package var filters: Set<Filter> = []
    /// The lowest priority of others' filters.
    package var foreign: [Hook: Int] = [:]
    /// Our actions by index.
    package var actions: [Int: Count] = [:]
    /// Chains of our nft table that are not empty; nil without the table.
    package var nftChains: Set<String>?
    /// Counters of our nft table by name.
    package var nftCounts: [String: Count] = [:]
    /// iptables by IP version; absent where it was not asked.
    package var iptables: [UInt8: Chains] = [:]

    /// A system without devices, on which nothing of ours is.
    package init() {}

    /// Whether every part of the rule is in the kernel.
    package func holds(_ installed: InstalledRule) -> Bool {
        switch installed.rule.action {
        case .log:
            return nftChains?.isSuperset(of: installed.nftChains + NftTransaction.baseChains) ?? false
        case .queue:
            return installed.rule.versions.allSatisfy { version in
                guard let chains = iptables[version] else { return false }
                return chains.ours.isSuperset(of: installed.iptablesChains)
                    && chains.counts[installed.iptablesChains[1]] != nil
                    && chains.queuing.contains(installed.iptablesChains[1])
                    && chains.reached.contains(installed.iptablesChains[0])
                    && chains.hooks.isSuperset(of: IptablesTransaction.hooks)
            }
        case .mirror(let target):
            return links[target.deviceName] != nil && actions[installed.actionIndex] != nil
                && MirrorPlan.filters(installed).allSatisfy(filters.contains)
        case .ovs:
            return true
        }
    }

    /// Whether the rule is there, counts, and does not queue: as the guard leaves it when verdicts do not come.
    package func isSuspended(_ installed: InstalledRule) -> Bool {
        guard case .queue = installed.rule.action else { return false }
        let chain = installed.iptablesChains[1]
        return installed.rule.versions.contains { version in
            guard let chains = iptables[version] else { return false }
            return chains.counts[chain] != nil && !chains.queuing.contains(chain)
        }
    }

    /// The rule's counter; nil where it is not there.
    package func count(_ installed: InstalledRule) -> Count? {
        switch installed.rule.action {
        case .log: return nftCounts[installed.nftCounter]
        case .mirror: return actions[installed.actionIndex]
        case .ovs: return nil
        case .queue:
            let counts = installed.rule.versions.compactMap { iptables[$0]?.counts[installed.iptablesChains[1]] }
            guard !counts.isEmpty else { return nil }
            return counts.reduce(into: .zero) { $0 += $1 }
        }
    }
}
