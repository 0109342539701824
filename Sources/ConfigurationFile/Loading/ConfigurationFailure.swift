/// Why a configuration cannot be used: everything found wrong with it, each with its place.
package struct ConfigurationFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// Whether the file could not be read at all; otherwise what it says is wrong.
    package let isUnreadable: Bool
    /// At least one, in the order of the file, then the environment's, then those of options; at most 51.
    package let problems: [ConfigurationProblem]

    /// The problems, a line each.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// One thing that is wrong with a configuration, for the person who wrote it.
package struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// Where: `flowprobe.yaml:12:5` (file, line and column from 1), `FLOWPROBE_FLOWS_MEMORY`, `--set flows.memory`.
    package let place: String
    /// What is wrong and what to do, beginning with the key's path where there is one. One line, no full stop needed.
    package let message: String

    /// `PLACE: MESSAGE`.
    package var description: String { "\(place): \(message)" }
}
