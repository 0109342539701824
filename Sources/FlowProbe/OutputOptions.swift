import ArgumentParser
import Exporter

/// Options about where flows go. Any combination at once.
struct OutputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Write flow records as JSON, one a line; - for standard output.", valueName: "file"),
        completion: .file())
    var json: String?

    @Flag(help: "JSON: one line a flow, its slices put together.")
    var stitched = false

    @Option(help: ArgumentHelp("Write an IPFIX file (RFC 5655).", valueName: "file"), completion: .file())
    var ipfix: String?

    @Option(help: ArgumentHelp("Send IPFIX to udp://HOST:PORT or tcp://HOST:PORT; may be repeated.", valueName: "url"))
    var export: [String] = []

    @Flag(help: "IPFIX: two records of one direction each in place of a biflow.")
    var uniflow = false

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
        for endpoint in export {
            do throws(ExportError) { _ = try ExportEndpoint(parsing: endpoint) } catch {
                throw ValidationError(error.description)
            }
        }
    }

    /// What the IPFIX outputs have in common.
    func ipfixOptions(inputs: [String]) -> IPFIXOptions {
        var options = IPFIXOptions()
        options.elements = elements.set
        options.uniflow = uniflow
        options.enterpriseNumber = enterpriseNumber
        options.observationPoints = inputs.enumerated().map { index, path in
            IPFIXOptions.ObservationPoint(id: UInt32(index + 1), interfaceName: path)
        }
        return options
    }
}
