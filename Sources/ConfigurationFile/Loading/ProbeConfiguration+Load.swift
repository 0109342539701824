import Foundation

extension ProbeConfiguration {
    /// Reads the configuration file at `path`, then `FLOWPROBE_…` variables of `environment`, then `overrides`, which are
    /// texts like `flows.activeTimeout=30`; what comes later holds. Throws everything that is wrong at once.
    ///
    /// Looks at the files that the configuration names (the prefix file must be readable), and opens none for writing.
    package static func load(
        path: String, environment: [String: String], overrides: [String] = [],
        checks: ConfigurationChecks = .system()
    ) throws(ConfigurationFailure) -> ProbeConfiguration {
        switch FileChecks.read(path) {
        case .success(let octets):
            return try load(octets: octets, name: path, environment: environment, overrides: overrides, checks: checks)
        case .failure(let failure):
            let problem = ConfigurationProblem(
                place: printablePath(path), message: "the configuration file \(failure.reason)")
            throw ConfigurationFailure(isUnreadable: true, problems: [problem])
        }
    }

    /// The same from a file's octets. `name` is the file's name for messages.
    package static func load(
        octets: [UInt8], name: String, environment: [String: String] = [:], overrides: [String] = [],
        checks: ConfigurationChecks = .textOnly
    ) throws(ConfigurationFailure) -> ProbeConfiguration {
        var reader = ConfigurationReader()
        let document = SourceText.read(octets, into: &reader.problems)
            .flatMap { YAMLDocument.read($0, into: &reader.problems) }
        if let document { reader.read(document) }
        reader.read(environment: environment)
        reader.read(overrides: overrides)
        // What a file lacks that could not be read is not worth a word.
        if document != nil {
            reader.complete(hostName: hostName())
            reader.check(checks, file: name)
        }
        guard reader.problems.isEmpty else {
            let problems = reader.problems.problems(file: printablePath(name))
            throw ConfigurationFailure(isUnreadable: false, problems: problems)
        }
        return reader.configuration
    }

    /// The host's name, without asking any server for it.
    private static func hostName() -> String {
        let text = (try? String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8)) ?? ""
        let name = text[...].trimming(\.isWhitespace)
        return name.isEmpty ? "flowprobe" : String(name.prefix(64))
    }
}
