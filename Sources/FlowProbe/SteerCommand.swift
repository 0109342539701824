import ArgumentParser
import Foundation
import NetTypes
import Steer

/// `flowprobe steer`: chosen traffic to the supervisor's device, by a policy.
struct SteerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steer",
        abstract: "Steer chosen traffic by a policy: plan, apply, status, expire, remove, guard.",
        discussion: """
            A policy is a YAML list of rules, each with its authorisation, owner and end (docs/steering.md). `plan` prints \
            what `apply` would run. Exit codes: 0 done; 1 status: counters and arrivals differ, or a rule is not as it \
            should be; 2 the command line or the policy is wrong; 3 a file cannot be read; 4 the system could not be \
            changed.
            """,
        subcommands: [
            SteerPlanCommand.self, SteerApplyCommand.self, SteerStatusCommand.self, SteerExpireCommand.self,
            SteerRemoveCommand.self, SteerGuardCommand.self,
        ])
}

/// Where steering keeps its state.
struct SteerStateOption: ParsableArguments {
    @Option(help: ArgumentHelp("Folder that records what is installed.", valueName: "folder"), completion: .directory)
    var state = "/run/flowprobe/steer"
}

/// Where changes are written down.
struct SteerAuditOption: ParsableArguments {
    @Option(help: ArgumentHelp("File that every change is appended to.", valueName: "file"), completion: .file())
    var audit = "/var/log/flowprobe/audit.jsonl"
}

/// What the subcommands share.
enum Steering {
    /// The time of day.
    static func now() -> Nanoseconds { Nanoseconds(Date().timeIntervalSince1970 * 1000) * 1_000_000 }

    /// Runs `body`, and turns what it throws into a message and an exit code.
    static func reporting<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as PolicyError {
            throw ProbeFailure(
                code: .usage, message: "The policy is wrong, and nothing was changed.\n\(error.description)")
        } catch let error as PlanError {
            throw ProbeFailure(
                code: .usage,
                message: "The policy cannot be installed here, and nothing was changed.\n\(error.description)")
        } catch let error as SteerError {
            let code: ProbeExit =
                switch error.kind {
                case .unreadable: .inputUnreadable
                case .usage: .usage
                case .system: .outputFailed
                }
            throw ProbeFailure(code: code, message: error.description)
        }
    }

    /// The policy in a file, and where it came from.
    static func policy(_ path: String) throws -> (SteeringPolicy, SteeringEngine.Source) {
        try reporting {
            let file = try PolicyFile(path, runner: SystemRunner())
            return (try SteeringPolicy(text: file.text, name: path), file.source)
        }
    }

    /// An engine on the state and the audit file.
    static func engine(_ state: SteerStateOption, _ audit: SteerAuditOption) throws -> SteeringEngine {
        guard geteuid() == 0 else {
            throw ProbeFailure(code: .outputFailed, message: "Only root may change what is steered. Run it with sudo.")
        }
        return try reporting {
            let folder = try StateFolder(state.state)
            return SteeringEngine(
                runner: SystemRunner(), folder: folder, audit: try AuditLog(audit.audit), clock: now)
        }
    }

    /// Says what was done.
    static func report(_ result: SteeringEngine.Result) {
        for note in result.notes { Terminal.write("flowprobe: \(note)\n", to: 2) }
        for change in result.changes {
            let done =
                switch change.kind {
                case .install: "installed"
                case .replace: "replaced "
                case .remove: "removed  "
                case .expire: "expired  "
                }
            Terminal.write("\(done)  \(change.rule.name)  \(change.rule.action.summary)\n", to: 1)
        }
        if result.unchanged > 0 {
            Terminal.write("\(result.unchanged) unchanged\n", to: 1)
        } else if result.changes.isEmpty {
            Terminal.write("Nothing is installed.\n", to: 1)
        }
        printCommands(result.printed)
    }

    /// Prints commands that the operator has to run.
    static func printCommands(_ commands: [SteeringCommand]) {
        guard !commands.isEmpty else { return }
        Terminal.write("# Open vSwitch: run these yourself. They are printed only.\n", to: 1)
        for command in commands { Terminal.write(command.shellText + "\n", to: 1) }
    }
}
