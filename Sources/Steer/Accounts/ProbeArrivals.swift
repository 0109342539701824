/// What a running probe says has arrived by netfilter's groups and queues: read from its metrics page, in Prometheus' text
/// format.
package struct ProbeArrivals: Equatable, Sendable {
    /// The metric, whose labels are source (`nflog:5`, `nfqueue:3`), rule, hook, from and to.
    private static let metric = "flowprobe_steered_packets_total{"
    /// A page longer than this is no metrics page.
    package static let longestPage = 16 << 20

    private struct Sample: Equatable, Sendable {
        var source: String
        var rule: String
        var packets: UInt64
    }

    private var samples: [Sample] = []

    /// Reads a page. Lines of other metrics are passed over. Throws when a line of this one is not understood.
    package init(page: String) throws(SteerError) {
        for (number, line) in page.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        where line.hasPrefix(Self.metric) {
            guard let (labels, rest) = Self.labels(line.dropFirst(Self.metric.count)), let source = labels["source"],
                let rule = labels["rule"], rest.first == " ", let packets = UInt64(rest.dropFirst())
            else {
                throw SteerError(
                    .unreadable, "Line \(number + 1) of the probe's metrics is not understood: \(shown(line)).")
            }
            samples.append(Sample(source: source, rule: rule, packets: packets))
        }
    }

    /// `name="value",name="value"}…`: the labels, and what follows; nil when that is not so.
    private static func labels(_ text: Substring) -> ([String: String], Substring)? {
        var (labels, rest) = ([String: String](), text)
        while true {
            guard let equals = rest.firstIndex(of: "=") else { return nil }
            let name = String(rest[..<equals])
            rest = rest[rest.index(after: equals)...]
            guard rest.popFirst() == "\"" else { return nil }
            var value = ""
            while let character = rest.popFirst(), character != "\"" {
                if character != "\\" {
                    value.append(character)
                    continue
                }
                switch rest.popFirst() {
                case "n": value.append("\n")
                case "\\": value.append("\\")
                case "\"": value.append("\"")
                default: return nil
                }
            }
            labels[name] = value
            switch rest.popFirst() {
            case ",": continue
            case "}": return (labels, rest)
            default: return nil
            }
        }
    }

    /// Adds what another probe says.
    package mutating func add(_ other: ProbeArrivals) { samples += other.samples }

    /// Packets that arrived for each of `rules`, by name. A copy says which rule it is of; a packet of a queue does not, so
    /// that rules which share a queue are left out, as are rules whose packets go elsewhere.
    package func packets(of rules: [SteeringRule]) -> [String: UInt64] {
        var arrived: [String: UInt64] = [:]
        for rule in rules {
            switch rule.action {
            case .log(let group, _):
                arrived[rule.name] = sum { $0.source == "nflog:\(group)" && $0.rule == rule.name }
            case .queue(let number):
                guard rules.count(where: { $0.action == rule.action }) == 1 else { continue }
                arrived[rule.name] = sum { $0.source == "nfqueue:\(number)" }
            case .mirror, .ovs: continue
            }
        }
        return arrived
    }

    private func sum(_ isMeant: (Sample) -> Bool) -> UInt64 {
        samples.reduce(0) { $0 &+ (isMeant($1) ? $1.packets : 0) }
    }
}
