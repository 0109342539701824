import ConfigurationFile

/// Loads a text as the file `f.yaml`.
func load(
    _ text: String, environment: [String: String] = [:], overrides: [String] = [],
    checks: ConfigurationChecks = .textOnly
) throws(ConfigurationFailure) -> ProbeConfiguration {
    try ProbeConfiguration.load(
        octets: Array(text.utf8), name: "f.yaml", environment: environment, overrides: overrides, checks: checks)
}

/// What is wrong with a text, a line each; empty when nothing is.
func problems(
    _ text: String, environment: [String: String] = [:], overrides: [String] = [],
    checks: ConfigurationChecks = .textOnly
) -> [String] {
    problems(Array(text.utf8), environment: environment, overrides: overrides, checks: checks)
}

/// The same for octets.
func problems(
    _ octets: [UInt8], environment: [String: String] = [:], overrides: [String] = [],
    checks: ConfigurationChecks = .textOnly
) -> [String] {
    do throws(ConfigurationFailure) {
        _ = try ProbeConfiguration.load(
            octets: octets, name: "f.yaml", environment: environment, overrides: overrides, checks: checks)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// The least that is correct.
let least = "inputs:\n  - interface: eth0\n"

/// The example file with all comments taken away, so that every key has a value.
let everyKey: String = {
    let lines = ProbeConfiguration.example().split(separator: "\n").compactMap { line -> String? in
        guard let mark = line.firstIndex(of: "#") else { return String(line) }
        let comment = line[mark...].dropFirst()
        if !comment.hasPrefix(" "), !comment.isEmpty { return String(line[..<mark]) + comment }
        // `key: default  # as in EXAMPLE` takes the example.
        guard comment.hasPrefix(" as in "), let colon = line.firstIndex(of: ":") else { return nil }
        return String(line[...colon]) + comment.dropFirst(6)
    }
    return lines.joined(separator: "\n") + "\n"
}()
