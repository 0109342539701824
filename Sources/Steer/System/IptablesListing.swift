/// Reads what `iptables-save --counters` prints.
enum IptablesListing {
    static func read(_ text: String, into chains: inout Surroundings.Chains) {
        // Rules that only nft understands are not listed.
        if text.contains("incompatible") { chains.shared.insert("*") }
        for line in text.split(separator: "\n") {
            if line.hasPrefix(":") {
                chain(line.dropFirst().split(separator: " "), &chains)
            } else if line.hasPrefix("[") {
                rule(line, &chains)
            }
        }
    }

    private static func isOurs(_ chain: some StringProtocol) -> Bool {
        chain == IptablesTransaction.main || chain.hasPrefix("fps-match-") || chain.hasPrefix("fps-queue-")
    }

    private static func chain(_ words: [Substring], _ chains: inout Surroundings.Chains) {
        guard words.count >= 2 else { return }
        if isOurs(words[0]) {
            chains.ours.insert(String(words[0]))
        } else if words[1] != "ACCEPT" {
            chains.shared.insert(String(words[0]))
        }
    }

    /// `[PACKETS:OCTETS] -A CHAIN …`
    private static func rule(_ line: Substring, _ chains: inout Surroundings.Chains) {
        let words = line.split(separator: " ")
        guard words.count >= 3, words[1] == "-A" else { return }
        let chain = String(words[2])
        if chain == IptablesTransaction.main, let target = words.last, target.hasPrefix("fps-match-") {
            chains.reached.insert(String(target))
        } else if isOurs(chain) {
            if line.contains(" -j NFQUEUE ") { chains.queuing.insert(chain) }
            guard line.contains("flowprobe:count:") else { return }
            let numbers = words[0].dropFirst().dropLast().split(separator: ":").compactMap { UInt64($0) }
            guard numbers.count == 2 else { return }
            chains.counts[chain] = .init(packets: numbers[0], octets: numbers[1])
        } else if words.last == Substring(IptablesTransaction.main) {
            chains.hooks.insert(chain)
        } else {
            chains.shared.insert(chain)
        }
    }
}
