/// What kind of number a family of metrics holds, as the exposition format calls it.
package enum MetricKind: String, Sendable {
    /// Only grows, and begins at 0 with the process. Its name ends in `_total`.
    case counter
    /// Goes up and down.
    case gauge
    /// Counts by size, with a sum.
    case histogram
}

/// One family of metrics: everything about it but its samples.
package struct MetricFamily: Hashable, Sendable {
    /// Full name, as `flowprobe_input_packets_total`.
    package let name: String
    /// What its numbers are.
    package let kind: MetricKind
    /// What one of it is: `seconds`, `octets`, `packets`; empty for a number that says yes or no.
    package let unit: String
    /// Names of its labels, in the order in which a sample gives their values.
    package let labels: [String]
    /// One sentence for whoever reads the page.
    package let help: String

    /// A family. `MetricFamilyTests` holds the project's own ones to the rules for names.
    package init(_ name: String, _ kind: MetricKind, unit: String = "", labels: [String] = [], help: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.labels = labels
        self.help = help
    }
}
