/// The samples of one scrape, and their text in Prometheus' exposition format 0.0.4.
///
/// Families come out by name and samples by their labels' values, whatever the order in which they were put in. A sample
/// put in twice is there once, with the later value. A sample that does not fit its family is left out and counted in
/// `refused`: a monitoring page must not end the process.
package struct MetricsPage: Sendable {
    /// What HTTP says the text is.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"
    /// Longer label values are cut.
    static let longestLabel = 200

    /// How many samples did not fit their family: other labels, another kind, or a name used twice.
    package private(set) var refused = 0

    private enum Value: Sendable {
        case number(String)
        case histogram(DurationHistogram.Snapshot)
    }

    private struct Samples: Sendable {
        let family: MetricFamily
        var values: [[String]: Value] = [:]
    }

    private var samples: [String: Samples] = [:]

    /// A page without samples.
    package init() {}

    /// Puts in a whole number.
    package mutating func set(_ family: MetricFamily, _ labels: String..., to value: some BinaryInteger) {
        put(family, labels, .number(String(value)))
    }

    /// Puts in a number.
    package mutating func set(_ family: MetricFamily, _ labels: String..., to value: Double) {
        put(family, labels, .number(Self.text(value)))
    }

    /// Puts in a histogram.
    package mutating func set(_ family: MetricFamily, _ labels: String..., to value: DurationHistogram.Snapshot) {
        put(family, labels, .histogram(value))
    }

    /// Puts in a whole number of one of the probe's metrics.
    package mutating func set(_ metric: Metric, _ labels: String..., to value: some BinaryInteger) {
        put(metric.family, labels, .number(String(value)))
    }

    /// Puts in a whole number of one of the probe's metrics, with labels that were collected.
    package mutating func set(_ metric: Metric, labels: [String], to value: some BinaryInteger) {
        put(metric.family, labels, .number(String(value)))
    }

    /// Puts in a number of one of the probe's metrics.
    package mutating func set(_ metric: Metric, _ labels: String..., to value: Double) {
        put(metric.family, labels, .number(Self.text(value)))
    }

    /// Puts in yes (1) or no (0) of one of the probe's metrics.
    package mutating func set(_ metric: Metric, _ labels: String..., to value: Bool) {
        put(metric.family, labels, .number(value ? "1" : "0"))
    }

    /// Puts in a histogram of one of the probe's metrics.
    package mutating func set(_ metric: Metric, _ labels: String..., to value: DurationHistogram.Snapshot) {
        put(metric.family, labels, .histogram(value))
    }

    private mutating func put(_ family: MetricFamily, _ labels: [String], _ value: Value) {
        let isHistogram = if case .histogram = value { true } else { false }
        let known = samples[family.name]?.family ?? family
        guard known == family, labels.count == family.labels.count, isHistogram == (family.kind == .histogram) else {
            refused += 1
            return
        }
        // Made printable before they are compared, so that two values never become one in the text.
        samples[family.name, default: Samples(family: family)].values[labels.map(Self.printable)] = value
    }

    /// The page as text, in UTF-8 and ending in a line end; empty without samples.
    package var text: String {
        var text = ""
        for (name, samples) in samples.sorted(by: { $0.key < $1.key }) {
            let family = samples.family
            text += "# HELP \(name) \(Self.escaped(Self.printable(family.help), quotes: false))\n"
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, value) in samples.values.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                let pairs = zip(family.labels, labels).map { "\($0)=\"\(Self.escaped($1, quotes: true))\"" }
                switch value {
                case .number(let number): Self.line(name, pairs, number, into: &text)
                case .histogram(let snapshot): Self.lines(name, pairs, snapshot, into: &text)
                }
            }
        }
        return text
    }

    private static func line(_ name: String, _ pairs: [String], _ number: String, into text: inout String) {
        text += name
        if !pairs.isEmpty { text += "{\(pairs.joined(separator: ","))}" }
        text += " \(number)\n"
    }

    /// Buckets count what is up to their bound; the last one and the count are the same number.
    private static func lines(
        _ name: String, _ pairs: [String], _ snapshot: DurationHistogram.Snapshot, into text: inout String
    ) {
        var total: UInt64 = 0
        for (index, count) in snapshot.counts.enumerated() {
            total &+= count
            let bound = index < snapshot.bounds.count ? Self.text(seconds(snapshot.bounds[index])) : "+Inf"
            line(name + "_bucket", pairs + ["le=\"\(bound)\""], String(total), into: &text)
        }
        line(name + "_sum", pairs, Self.text(seconds(snapshot.sum)), into: &text)
        line(name + "_count", pairs, String(total), into: &text)
    }

    private static func seconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / 1e9 }

    private static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { String($0) } ?? value.description
    }

    /// `text` without control characters but the line end, and not too long: Prometheus refuses a page with a NUL.
    private static func printable(_ text: String) -> String {
        guard text.utf8.count > longestLabel || text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 })
        else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(longestLabel) {
            let isControl = scalar.properties.generalCategory == .control && scalar != "\n"
            scalars.append(isControl ? "\u{FFFD}" : scalar)
        }
        return String(scalars)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        guard
            text.utf8.contains(where: {
                $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\"")
            })
        else { return text }
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\"" where quotes: out += "\\\""
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
