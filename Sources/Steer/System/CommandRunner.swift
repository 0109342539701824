import Foundation

/// What a program that was run left.
package struct CommandOutcome: Equatable, Sendable {
    /// Its exit code; 128 and the signal's number when a signal ended it.
    package var code: Int32
    /// What it wrote to standard output.
    package var output: String
    /// What it wrote to standard error.
    package var errors: String

    /// An outcome.
    package init(code: Int32, output: String, errors: String) {
        self.code = code
        self.output = output
        self.errors = errors
    }
}

/// Whatever runs commands: the system, or a test that lets one of them fail.
package protocol CommandRunning: Sendable {
    /// Runs the command to its end. Throws when it cannot be run at all.
    func run(_ command: SteeringCommand) throws(SteerError) -> CommandOutcome
}

/// Runs programs of the system: from its own folders only, in the C locale, for half a minute at most.
package struct SystemRunner: CommandRunning {
    private static let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    private static let longest = Duration.seconds(30)

    /// Words before every command; tests put `ip netns exec NAME` here.
    private let prefix: [String]

    /// A runner that puts `prefix` before every command.
    package init(prefix: [String] = []) {
        self.prefix = prefix
    }

    /// Where `program` is; nil when it is not installed.
    package static func path(of program: String) -> String? {
        folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs the command and waits for it.
    package func run(_ command: SteeringCommand) throws(SteerError) -> CommandOutcome {
        let words = prefix + command.arguments
        for program in Set([words[0], command.arguments[0]]) where Self.path(of: program) == nil {
            throw SteerError(.system, Self.missing(program))
        }
        // Files in place of pipes: nothing has to be read while the program runs.
        let (input, output, errors) = (try SystemFiles.unnamed(), try SystemFiles.unnamed(), try SystemFiles.unnamed())
        do {
            try input.write(contentsOf: Data((command.input ?? "").utf8))
            try input.seek(toOffset: 0)
        } catch {
            throw SteerError(.system, "The input of \(words[0]) cannot be written: \(error.localizedDescription).")
        }
        let code = try ChildProcess.run(
            [Self.path(of: words[0]) ?? words[0]] + words.dropFirst(),
            environment: ["PATH=" + Self.folders.joined(separator: ":"), "LC_ALL=C"], input: input, output: output,
            errors: errors, longest: Self.longest)
        return CommandOutcome(code: code, output: Self.text(output), errors: Self.text(errors))
    }

    private static func text(_ file: FileHandle) -> String {
        try? file.seek(toOffset: 0)
        return String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
    }

    private static func missing(_ program: String) -> String {
        let package =
            switch program {
            case "nft": "nftables"
            case "ip", "tc": "iproute2"
            case "sysctl": "procps"
            case _ where program.contains("tables"): "iptables"
            default: "coreutils"
            }
        return "The program \(program) is not installed: apt-get install \(package)."
    }
}

extension CommandRunning {
    /// Runs a command that has to end with 0; its standard output. A patient command is tried for two seconds.
    package func require(_ command: SteeringCommand) throws(SteerError) -> String {
        var outcome = try run(command)
        var tries = 1
        while outcome.code != 0, command.isPatient, tries < 100 {
            usleep(20_000)
            outcome = try run(command)
            tries += 1
        }
        guard outcome.code == 0 else {
            let said = outcome.errors.split(separator: "\n").prefix(4).map { shown($0, atMost: 300) }
            throw SteerError(
                .system,
                "'\(shown(command.arguments.map(SteeringCommand.quoted).joined(separator: " "), atMost: 200))' ended with "
                    + "code \(outcome.code): \(said.isEmpty ? "it said nothing" : said.joined(separator: "; ")).")
        }
        return outcome.output
    }
}
