import Capture
import FlowTable
import Foundation
import PacketDecode
import Pipeline

// flowbench: makes the benchmark's inputs and the generated captures of captures/. Everything follows from the seed.

let usage = """
    usage: flowbench generate INPUT OUT.pcap [--scale F] [--seed N]
           flowbench drain INPUT [--scale F] [--seed N]
           flowbench table FILE.pcap|wide [--workers N] [--memory MEBIBYTES] [--labels on|all|off] [--scale F] [--seed N]
                            [--duplicates off|count|drop] [--checksums off|on]
           flowbench bundle FOLDER

    generate  writes an input as classic pcap; OUT.pcap may be - for standard output
    drain     generates an input in memory and drops it: what generating costs
    table     runs a capture, or the generated input wide, through decode and flow table without output, with labels if asked
    bundle    writes the generated captures that the project carries

    inputs (numbers at scale 1):

    """ + WorkloadName.allCases.map { "  \($0.rawValue)  \($0.summary)\n" }.joined()

/// Writes to standard error.
func complain(_ message: String) {
    FileHandle.standardError.write(Data("flowbench: \(message)".utf8))
}

/// Ends the program with what is wrong with its arguments.
func stop(_ message: String) -> Never {
    complain("\(message)\n\(usage)")
    exit(2)
}

/// Takes `--name VALUE` out of `arguments`.
func option<Value: LosslessStringConvertible>(_ name: String, _ arguments: inout [String], default value: Value)
    -> Value
{
    guard let place = arguments.firstIndex(of: name) else { return value }
    guard place + 1 < arguments.count, let given = Value(arguments[place + 1]) else {
        stop("\(name) needs a value after it.")
    }
    arguments.removeSubrange(place...(place + 1))
    return given
}

/// Writes `workload` to `path`, or generates it without writing when there is no path, and says what it was.
func generate<W: Workload>(_ workload: W, seed: UInt64, to path: String?) throws(BenchError) {
    var workload = workload
    guard let path else {
        let (packets, octets) = GeneratedSource(workload, seed: seed).drain()
        print("\(packets) packets, \(octets) octets")
        return
    }
    var writer = try PcapWriter(path: path)
    let packets = try writer.write(&workload, FrameBuilder(seed: seed))
    if path != "-" { print("\(path): \(packets) packets") }
}

var arguments = Array(CommandLine.arguments.dropFirst())
let scale = option("--scale", &arguments, default: 1.0)
let seed = option("--seed", &arguments, default: UInt64(1))
let workers = option("--workers", &arguments, default: 1)
let memory = option("--memory", &arguments, default: 512)
let checksums = option("--checksums", &arguments, default: "off") == "on"
guard let duplicates = DuplicatePolicy.Action(rawValue: option("--duplicates", &arguments, default: "off")) else {
    stop("--duplicates takes off, count or drop.")
}
let labels = option("--labels", &arguments, default: "off")
// Churn remembers flows for milliseconds only, so that hours of it can be streamed; others remember all.
let largestScale = arguments.count > 1 && arguments[1] == WorkloadName.churn.rawValue ? 500.0 : 16
guard scale > 0, scale <= largestScale else { stop("--scale goes up to 16, that of churn up to 500.") }
guard ["on", "all", "off"].contains(labels) else { stop("--labels is on, all or off.") }

do {
    switch (arguments.first, arguments.count) {
    case ("generate", 3), ("drain", 2):
        guard let name = WorkloadName(rawValue: arguments[1]) else { stop("there is no input '\(arguments[1])'.") }
        let path = arguments.count > 2 ? arguments[2] : nil
        switch name {
        case .imix: try generate(ImixWorkload(scale: scale, seed: seed), seed: seed, to: path)
        case .small: try generate(RoundsWorkload.small(scale: scale, seed: seed), seed: seed, to: path)
        case .churn: try generate(ChurnWorkload(scale: scale, seed: seed), seed: seed, to: path)
        case .full: try generate(FullWorkload(scale: scale, seed: seed), seed: seed, to: path)
        case .wide: try generate(RoundsWorkload.wide(scale: scale, seed: seed), seed: seed, to: path)
        }
    case ("table", 2):
        let source: any PacketSource =
            if arguments[1] == "wide" {
                GeneratedSource(RoundsWorkload.wide(scale: scale, seed: seed), seed: seed)
            } else {
                try ReplaySource(ReplayInput(paths: [arguments[1]]))
            }
        var configuration = ReplayPipeline.Configuration()
        configuration.workers = workers
        configuration.table.memoryOctets = memory << 20
        configuration.table.duplicates.action = duplicates
        configuration.checksums = checksums
        if labels != "off" { configuration.table.labels = LabelConfiguration() }
        if labels == "all" { configuration.table.labels?.attributes = .all }
        TableMeasurement.run(source, configuration)
    case ("bundle", 2):
        try writeBundle(to: arguments[1])
    default:
        stop(arguments.isEmpty ? "say what to do." : "this is not understood: \(arguments.joined(separator: " "))")
    }
} catch {
    complain("\(error)\n")
    exit(4)
}
