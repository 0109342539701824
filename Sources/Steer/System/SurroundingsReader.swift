import Foundation

/// Asks ip, tc, nft and iptables what is there.
package struct SurroundingsReader {
    private let runner: any CommandRunning

    /// A reader that asks through `runner`.
    package init(_ runner: any CommandRunning) {
        self.runner = runner
    }

    /// What is there. Programs of mechanisms that are not in `needed` are asked only when they are installed.
    package func read(needed: Set<Mechanism>) throws(SteerError) -> Surroundings {
        var found = Surroundings()
        found.network = try network()
        found.links = try links()
        try readTrafficControl(&found)
        var nftChains: [String: Set<String>] = [:]
        if needed.contains(.nftables) || SystemRunner.path(of: "nft") != nil { nftChains = try readNft(&found) }
        if needed.contains(.iptables) || SystemRunner.path(of: "iptables") != nil {
            for version in [4, 6] as [UInt8] {
                found.iptables[version] = try chains(version, nftChains[version == 4 ? "ip mangle" : "ip6 mangle"])
            }
        }
        return found
    }

    /// Which network namespace commands run in.
    package func network() throws(SteerError) -> String {
        try runner.require(SteeringCommand(["readlink", "/proc/self/ns/net"]))
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type, _ arguments: [String], empty: Value
    ) throws(SteerError) -> Value {
        let text = try runner.require(SteeringCommand(arguments))
        if text.allSatisfy(\.isWhitespace) { return empty }
        do {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(type, from: Data(text.utf8))
        } catch {
            throw SteerError(
                .system,
                "'\(arguments.joined(separator: " "))' gave an answer that is not understood. Run it, and see whether its "
                    + "output is JSON.")
        }
    }

    private struct LinkAnswer: Decodable {
        struct Info: Decodable { var infoKind: String? }
        var ifname: String
        var linkType: String?
        var ifalias: String?
        var linkinfo: Info?
    }

    private func links() throws(SteerError) -> [String: Surroundings.Link] {
        let answer = try decode([LinkAnswer].self, ["ip", "-details", "-json", "link", "show"], empty: [])
        var links: [String: Surroundings.Link] = [:]
        for link in answer {
            // Between its making and its alias a tunnel of ours is known by its name alone.
            let isNamedAsOurs =
                link.linkinfo?.infoKind == "vxlan" && link.ifname.count == 11 && link.ifname.hasPrefix("fps")
            links[link.ifname] = .init(
                kind: link.linkType ?? "?", isOurs: isNamedAsOurs || link.ifalias == TrafficControlNames.alias)
        }
        return links
    }

    private struct QdiscAnswer: Decodable {
        var kind: String
        var dev: String?
    }

    private struct FilterAnswer: Decodable {
        struct Options: Decodable { var actions: [ActionAnswer]? }
        var pref: Int
        var options: Options?
    }

    private struct ActionAnswer: Decodable {
        struct Statistics: Decodable {
            var bytes: UInt64
            var packets: UInt64
        }
        var index: Int?
        var cookie: String?
        var stats: Statistics?
        var isOurs: Bool { cookie == TrafficControlNames.cookie }
    }

    private struct ActionList: Decodable { var actions: [ActionAnswer]? }

    private func readTrafficControl(_ found: inout Surroundings) throws(SteerError) {
        for qdisc in try decode([QdiscAnswer].self, ["tc", "-json", "qdisc", "show"], empty: []) {
            guard let device = qdisc.dev else { continue }
            if qdisc.kind == "clsact" { found.clsact.insert(device) }
            if qdisc.kind == "ingress" { found.ingress.insert(device) }
        }
        for device in found.clsact.sorted() {
            for side in ["ingress", "egress"] {
                let hook = Surroundings.Hook(device: device, side: side)
                let answer = try decode(
                    [FilterAnswer].self, ["tc", "-json", "filter", "show", "dev", device, side], empty: [])
                for filter in answer where filter.options != nil {
                    if filter.options?.actions?.contains(where: \.isOurs) ?? false {
                        found.filters.insert(.init(hook: hook, priority: filter.pref))
                    } else {
                        found.foreign[hook] = min(found.foreign[hook] ?? .max, filter.pref)
                    }
                }
            }
        }
        // A kernel without mirred has no such actions, and says so as an error.
        guard
            let lists = try? decode(
                [ActionList].self, ["tc", "-statistics", "-json", "actions", "list", "action", "mirred"], empty: [])
        else { return }
        for action in lists.flatMap({ $0.actions ?? [] }) where action.isOurs {
            guard let index = action.index else { continue }
            found.actions[index] = .init(packets: action.stats?.packets ?? 0, octets: action.stats?.bytes ?? 0)
        }
    }

    private struct NftAnswer: Decodable {
        struct Item: Decodable {
            struct Named: Decodable {
                var family: String?
                var name: String?
                var table: String?
                var chain: String?
                var packets: UInt64?
                var bytes: UInt64?
            }
            var table: Named?
            var chain: Named?
            var rule: Named?
            var counter: Named?
        }
        var nftables: [Item]
    }

    /// The chains of all tables by table, as `ip mangle`; and our own table's content.
    private func readNft(_ found: inout Surroundings) throws(SteerError) -> [String: Set<String>] {
        let empty = NftAnswer(nftables: [])
        var chains: [String: Set<String>] = [:]
        for item in try decode(NftAnswer.self, ["nft", "-j", "list", "tables"], empty: empty).nftables {
            if let table = item.table { chains["\(table.family ?? "") \(table.name ?? "")"] = [] }
        }
        for item in try decode(NftAnswer.self, ["nft", "-j", "list", "chains"], empty: empty).nftables {
            guard let chain = item.chain, let name = chain.name else { continue }
            chains["\(chain.family ?? "") \(chain.table ?? "")"]?.insert(name)
        }
        guard chains[NftTransaction.table] != nil else { return chains }
        let arguments = ["nft", "-j", "list", "table", "inet", "flowprobe_steer"]
        let items = try decode(NftAnswer.self, arguments, empty: empty).nftables
        found.nftChains = Set(items.compactMap { $0.rule?.chain })
        for counter in items.compactMap(\.counter) {
            guard let name = counter.name else { continue }
            found.nftCounts[name] = .init(packets: counter.packets ?? 0, octets: counter.bytes ?? 0)
        }
        return chains
    }

    /// `nftChains` are those of the table `mangle` as nft lists them; nil where there is no such table.
    private func chains(_ version: UInt8, _ nftChains: Set<String>?) throws(SteerError) -> Surroundings.Chains {
        let program = IptablesTransaction.program(version)
        var chains = Surroundings.Chains()
        chains.isNft = try runner.require(SteeringCommand([program, "--version"])).contains("nf_tables")
        // Asking for a table that is not there would make it.
        chains.hasTable = !chains.isNft || nftChains != nil
        let builtIn = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]
        chains.builtIn = chains.isNft ? (nftChains ?? []).intersection(builtIn) : Set(builtIn)
        guard chains.hasTable else { return chains }
        let text = try runner.require(SteeringCommand([program + "-save", "--counters", "--table", "mangle"]))
        IptablesListing.read(text, into: &chains)
        return chains
    }
}
