import ArgumentParser
import Capture
import Foundation
import MirrorHealth

/// `flowprobe doctor`: what is wrong with a mirror port.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Watch mirror ports for a minute and say what is wrong with them, and what mends it.",
        discussion: """
            Ctrl-C ends the watch early; what was seen until then is judged. Needs CAP_NET_RAW, and sends nothing. \
            Exit codes: 0 nothing is a fault; 1 something is; 2 the command line is wrong; 3 an interface cannot be \
            captured; 4 an output failed. docs/doctor.md explains every verdict.
            """)

    @Argument(help: "Interfaces to watch. See `flowprobe interfaces`.")
    var interfaces: [String]

    @Option(help: ArgumentHelp("How long to watch (default: 60).", valueName: "seconds"))
    var seconds: Seconds?

    @Flag(help: "The interfaces are one mirror: halves of a TAP, or two switches that share their flows.")
    var join = false

    @Option(help: ArgumentHelp("Memory of the ring, as for `flowprobe run`.", valueName: "octets"))
    var ring = OctetCount(octets: 64 << 20)

    @Option(help: ArgumentHelp("Memory of a block of the ring: a power of two.", valueName: "octets"))
    var block = OctetCount(octets: 1 << 20)

    @Option(help: ArgumentHelp("Octets kept of each packet, as for `flowprobe run`.", valueName: "octets"))
    var snapLength: UInt32 = 65_535

    @Option(
        help: ArgumentHelp(
            "Verdicts and what they rest on as JSON, to a file or to standard output (-).", valueName: "file"),
        completion: .file())
    var json: String?

    @Option(help: ArgumentHelp("Colour in the verdicts.", valueName: "when"))
    var color = ColorChoice.auto

    func validate() throws {
        guard !interfaces.isEmpty else { throw ValidationError("Name an interface. See `flowprobe interfaces`.") }
        guard interfaces.count <= 16 else { throw ValidationError("At most 16 interfaces can be watched at once.") }
        guard Set(interfaces).count == interfaces.count else {
            throw ValidationError("Each interface can be named once.")
        }
        guard (seconds?.nanoseconds ?? 0) <= 86_400 * 1_000_000_000 else {
            throw ValidationError("--seconds takes a day (86400) at most.")
        }
    }

    func run() throws {
        let duration = Double(seconds?.nanoseconds ?? 60_000_000_000) / 1e9
        let inputs = interfaces.map { name in
            var input = LiveInput(interface: name)
            input.ringOctets = ring.octets
            input.blockOctets = block.octets
            input.snapLength = snapLength
            input.direction = .in
            return input
        }
        var watches: [DoctorWatch] = []
        do throws(LiveError) {
            for group in join ? [inputs] : inputs.map({ [$0] }) { watches.append(try DoctorWatch(group)) }
            for watch in watches { try watch.start() }
        } catch {
            throw ProbeFailure(code: error.isUsage ? .usage : .inputUnreadable, message: error.description)
        }
        Terminal.write("flowprobe: watches \(interfaces.joined(separator: ", ")) for \(duration) s\n", to: 2)
        let stop = DispatchSemaphore(value: 0)
        let signals = StopSignals { stop.signal() }
        _ = stop.wait(timeout: .now() + duration)
        withExtendedLifetime(signals) {}
        for watch in watches { watch.stop() }
        let reports = watches.flatMap { $0.finish() }.map { DoctorReport($0) }
        try write(reports)
        if reports.contains(where: \.hasFault) { throw ProbeExit.inputDamaged.parserCode }
    }

    private func write(_ reports: [DoctorReport]) throws {
        let descriptor: Int32 = json == "-" ? 2 : 1
        let isColored = color.applies(to: descriptor)
        try Terminal.printReport(reports.map { $0.text(color: isColored) }.joined(separator: "\n"), to: descriptor)
        guard let json else { return }
        let document = try DoctorReport.document(reports)
        if json == "-" {
            try Terminal.printReport(document, to: 1)
        } else {
            do {
                try Data(document.utf8).write(to: URL(filePath: json))
            } catch {
                throw ProbeFailure(
                    code: .outputFailed, message: "\(json) cannot be written: \(error.localizedDescription)")
            }
        }
    }
}
