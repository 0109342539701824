import ConfigurationFile

/// What became of one input.
package struct LoadOutcome {
    /// Whether it is a correct configuration.
    package var isCorrect = false
    /// Problems that were told.
    package var problems = 0
    /// What must not be, a sentence each; empty when all is well.
    package var mistakes: [String] = []
}

/// Loads `octets` as a configuration file, with the lines after `#set ` as options and those after `#env ` as variables, and as
/// what an address of Kafka and its file of properties may hold, and checks what must hold of any input.
package func loadConfiguration(_ octets: [UInt8]) -> LoadOutcome {
    var overrides: [String] = []
    var environment: [String: String] = [:]
    for line in octets.split(separator: 0x0A).prefix(64) where line.first == 0x23 {
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("#set ") { overrides.append(String(text.dropFirst(5))) }
        if text.hasPrefix("#env "), let equals = text.firstIndex(of: "=") {
            environment[String(text[..<equals].dropFirst(5))] = String(text[text.index(after: equals)...])
        }
    }
    var outcome = LoadOutcome()
    outcome.mistakes += kafkaMistakes(octets)
    do throws(ConfigurationFailure) {
        let configuration = try ProbeConfiguration.load(
            octets: octets, name: "input", environment: environment, overrides: overrides)
        outcome.isCorrect = true
        check(configuration, &outcome)
    } catch {
        outcome.problems = error.problems.count
        check(error, &outcome)
    }
    return outcome
}

/// What is printed is read as the same, and nothing has changed then.
private func check(_ configuration: ProbeConfiguration, _ outcome: inout LoadOutcome) {
    if !(1...ProbeConfiguration.maximumInputs).contains(configuration.inputs.count) {
        outcome.mistakes.append("\(configuration.inputs.count) inputs")
    }
    if Set(configuration.inputs.map(\.name)).count != configuration.inputs.count {
        outcome.mistakes.append("two inputs have one name")
    }
    for input in configuration.inputs where input.ring % input.block != 0 || input.domain == 0 {
        outcome.mistakes.append("\(input.name): ring \(input.ring), block \(input.block), domain \(input.domain)")
    }
    do throws(ConfigurationFailure) {
        let again = try ProbeConfiguration.load(octets: Array(configuration.yaml.utf8), name: "printed")
        if again != configuration { outcome.mistakes.append("what was printed is read as something else") }
        if !ProbeConfiguration.changes(from: configuration, to: again).isEmpty {
            outcome.mistakes.append("what was printed changes something")
        }
    } catch {
        outcome.mistakes.append("what was printed is not correct: \(error)")
    }
}

/// Problems are some, but not too many, each on one line of a length that can be read.
private func check(_ failure: ConfigurationFailure, _ outcome: inout LoadOutcome) {
    if !(1...51).contains(failure.problems.count) { outcome.mistakes.append("\(failure.problems.count) problems") }
    if failure.isUnreadable { outcome.mistakes.append("octets were not readable") }
    for problem in failure.problems {
        let text = problem.description
        // Paths of files may have 4096 characters; everything else is short.
        if text.unicodeScalars.count > 10_000 { outcome.mistakes.append("a problem has \(text.count) characters") }
        if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            outcome.mistakes.append("a problem has control characters: \(text.debugDescription)")
        }
        if problem.place.isEmpty || problem.message.isEmpty { outcome.mistakes.append("an empty problem") }
    }
}
