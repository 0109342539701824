import ArgumentParser
import Capture
import ConfigurationFile
import Foundation

/// Where the configuration comes from.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration (docs/configuration.md).", valueName: "file"), completion: .file())
    var config = ProbeConfiguration.defaultPath

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Set a key, as in flows.activeTimeout=30, whatever the file and the environment say; may be repeated.",
            valueName: "key=value"))
    var overrides: [String] = []

    /// Whether neither option was given.
    var isDefault: Bool { config == ProbeConfiguration.defaultPath && overrides.isEmpty }

    /// The configuration. Prints everything that is wrong with it, a line each, before it throws.
    func load() throws -> ProbeConfiguration {
        do throws(ConfigurationFailure) {
            return try ProbeConfiguration.load(
                path: config, environment: ProcessInfo.processInfo.environment, overrides: overrides,
                checks: .system(filterProblem: Self.filterProblem))
        } catch {
            guard !error.isUnreadable else {
                throw ProbeFailure(code: .inputUnreadable, message: error.description + ".")
            }
            // As compilers do, so that editors find the places.
            Terminal.write(error.description + "\n", to: 2)
            throw ProbeExit.usage.parserCode
        }
    }

    private static func filterProblem(_ expression: String) -> String? {
        FilterCheck.refusal(expression).map { "\($0); see pcap-filter(7)" }
    }
}
