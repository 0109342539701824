import ArgumentParser
import Foundation

/// The command line. Parses, wires the rooms together, and turns what happened into an exit code.
@main
struct FlowProbe: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flowprobe",
        abstract: "Network-flow probe: packets in, flows out, every packet accounted for.",
        discussion: """
            Exit codes: 0 done; 1 the input was damaged, and what was sound was used; 2 the command line or the \
            configuration is wrong; 3 an input cannot be read; 4 an output failed.
            """,
        version: flowprobeVersion,
        subcommands: [
            ReplayCommand.self, RunCommand.self, CheckCommand.self, ReportCommand.self, CollectCommand.self,
            InterfacesCommand.self, DoctorCommand.self, SteerCommand.self,
        ])

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let failure as ProbeFailure {
            Terminal.write("flowprobe: \(failure.message)\n", to: 2)
            Self.exit(withError: failure.code.parserCode)
        } catch {
            // ArgumentParser would end with 64; everything else (help, version, our own codes) is its to say.
            guard exitCode(for: error) == .validationFailure else { Self.exit(withError: error) }
            Terminal.write(fullMessage(for: error) + "\n", to: 2)
            Self.exit(withError: ProbeExit.usage.parserCode)
        }
    }
}

/// What the program's end tells its caller.
enum ProbeExit: Int32 {
    case done = 0
    case inputDamaged = 1
    case usage = 2
    case inputUnreadable = 3
    case outputFailed = 4

    /// The same for ArgumentParser.
    var parserCode: ExitCode { ExitCode(rawValue) }
}

/// Why a command cannot go on, for the person who typed it.
struct ProbeFailure: Error {
    var code: ProbeExit
    var message: String
}
