import ArgumentParser
import ConfigurationFile
import Exporter
import FlowTable
import Foundation
import Labels

/// Options about where flows go. Any combination at once.
struct OutputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Write flow records as JSON, one a line; - for standard output.", valueName: "file"),
        completion: .file())
    var json: String?

    @Flag(help: "JSON: one line a flow, its slices put together.")
    var stitched = false

    @Option(
        help: ArgumentHelp(
            "Write an IPFIX file (RFC 5655), or file:FILE?rotate=SECONDS|SIZE for one after another.", valueName: "file"
        ),
        completion: .file())
    var ipfix: String?

    @Option(
        help: ArgumentHelp(
            "Send IPFIX to udp://, tcp:// or tls://HOST:PORT, batches to https://HOST/PATH or kafka://HOST:PORT/TOPIC, or "
                + "NetFlow to netflow9:// or netflow5://HOST:PORT; may be repeated.",
            valueName: "url"))
    var export: [String] = []

    @Option(
        help: ArgumentHelp(
            "Make a group of the collectors whose addresses have group=NAME: the first that is well gets everything "
                + "(NAME=failover), or each gets its share (NAME=balance); may be repeated (docs/delivery.md).",
            valueName: "group"))
    var exportGroup: [String] = []

    @OptionGroup var spooling: SpoolOptions

    @Flag(help: "IPFIX: two records of one direction each in place of a biflow.")
    var uniflow = false

    @Option(
        help: ArgumentHelp(
            "Label flows with the application that their first payloads show (docs/labels.md).", valueName: "switch"))
    var labels = LabelChoice.off

    @Option(
        help: ArgumentHelp(
            "Attributes that go with labels: technical, those that are no personal data; transport, those of SYNs and SCTP; "
                + "all; none; or names of docs/labels.md between commas.", valueName: "list"))
    var labelAttributes = AttributeSelection.technical

    @Option(
        help: ArgumentHelp(
            "IPFIX elements in a record: key, counters and times; all, times in ms; all, times in ms and ns.",
            valueName: "set"))
    var elements = ElementChoice(set: .standard)

    @Option(
        help: ArgumentHelp(
            "IPFIX: your private enterprise number; the default is reserved for examples.", valueName: "number"))
    var enterpriseNumber: UInt32 = 32473

    @Option(
        help: ArgumentHelp("Add the flows to an SQLite file (docs/store.md).", valueName: "file"), completion: .file())
    var store: String?

    @Option(help: ArgumentHelp("Rows in each list of the report.", valueName: "rows"))
    var top = 10

    @Option(help: ArgumentHelp("Colour in the report.", valueName: "when"))
    var color = ColorChoice.auto

    @Flag(name: [.short, .long], help: "No report and no progress.")
    var quiet = false

    @Flag(help: "No progress line.")
    var noProgress = false

    func validate() throws {
        guard (1...10_000).contains(top) else { throw ValidationError("--top takes a number from 1 to 10000.") }
        if stitched, json == nil { throw ValidationError("--stitched goes with --json FILE.") }
        for (option, path) in [("--ipfix", ipfix), ("--store", store)] where path == "-" {
            throw ValidationError("\(option) cannot go to standard output: name a file.")
        }
        try spooling.validate()
        do throws(ExportError) {
            _ = try ipfixFile
            if let problem = OutputsConfiguration.problem(
                spool: spooling.spool, collectors: try collectors, groups: try groups, labels: labels == .on,
                attributes: labelAttributes)
            {
                throw ExportError(problem)
            }
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// The file of `--ipfix`.
    var ipfixFile: FileDestination? {
        get throws(ExportError) {
            guard let ipfix else { return nil }
            return try FileDestination(parsing: ipfix)
        }
    }

    /// The collectors of `--export`.
    var collectors: [ExportEndpoint] {
        get throws(ExportError) {
            var collectors: [ExportEndpoint] = []
            for text in export { collectors.append(try ExportEndpoint(parsing: text)) }
            return collectors
        }
    }

    /// The groups of `--export-group`.
    var groups: [ExportGroup] {
        get throws(ExportError) {
            var groups: [ExportGroup] = []
            for text in exportGroup { groups.append(try ExportGroup(parsing: text)) }
            return groups
        }
    }

    /// The collectors, those of a group with its filter.
    var destinations: [ExportEndpoint] {
        get throws(ExportError) { ExportGroup.applying(try groups, to: try collectors) }
    }

    /// Throws when an output would overwrite one of the inputs, or another output.
    func checkOverlap(inputs: [String]) throws {
        var taken: [(path: String, role: String)] = inputs.map { ($0, "an input") }
        for (option, path) in [("--json", json), ("--ipfix", try? ipfixFile?.path), ("--store", store)] {
            guard let path, path != "-" else { continue }
            if let other = taken.first(where: { Self.isSameFile($0.path, path) }) {
                throw ProbeFailure(
                    code: .usage, message: "\(option) \(path): this file is \(other.role) too. Choose another name.")
            }
            taken.append((path, "the file of \(option)"))
        }
    }

    /// Whether both paths lead to one regular file, or are one name of a file that is not there yet.
    private static func isSameFile(_ left: String, _ right: String) -> Bool {
        func identity(_ path: String) -> [FileAttributeKey: Any]? {
            let resolved = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
            return try? FileManager.default.attributesOfItem(atPath: resolved)
        }
        guard left != "-" else { return false }
        guard let one = identity(left), let other = identity(right) else {
            return URL(filePath: left).standardizedFileURL == URL(filePath: right).standardizedFileURL
        }
        func number(_ file: [FileAttributeKey: Any], _ key: FileAttributeKey) -> UInt64? {
            (file[key] as? NSNumber)?.uint64Value
        }
        return one[.type] as? FileAttributeType == .typeRegular
            && number(one, .systemNumber) == number(other, .systemNumber)
            && number(one, .systemFileNumber) == number(other, .systemFileNumber)
    }

    /// How flows are labelled; nil for no labels.
    var labelConfiguration: LabelConfiguration? {
        guard labels == .on else { return nil }
        var configuration = LabelConfiguration(enterpriseNumber: enterpriseNumber)
        configuration.attributes = labelAttributes
        return configuration
    }

    /// What the IPFIX outputs have in common.
    func ipfixOptions(inputs: [String]) -> IPFIXOptions {
        var options = IPFIXOptions()
        options.elements = elements.set
        options.uniflow = uniflow
        options.labels = labels == .on
        options.attributes = labelAttributes
        options.enterpriseNumber = enterpriseNumber
        options.observationPoints = inputs.enumerated().map { index, path in
            IPFIXOptions.ObservationPoint(id: UInt32(index + 1), interfaceName: path)
        }
        return options
    }
}
