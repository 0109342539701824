import NetTypes
import Steer

/// What became of one input.
package struct PolicyOutcome: Equatable {
    /// Whether it is a policy.
    package var isPolicy = false
    /// Rules in it.
    package var rules = 0
    /// Steps to install them.
    package var steps = 0
}

/// Reads octets as a policy and plans it, twice. Traps when what was read is not sound, when two plans differ, or when a
/// text from the policy could be read as more than a value by one of the programs that get it.
package func checkPolicy(_ octets: [UInt8]) -> PolicyOutcome {
    var outcome = PolicyOutcome()
    guard octets.count <= 1 << 16, let text = String(validating: octets, as: UTF8.self) else { return outcome }
    let rules: [SteeringRule]
    do throws(PolicyError) {
        rules = try SteeringPolicy(text: text, name: "policy").rules
    } catch {
        precondition(!error.problems.isEmpty, "an error without a problem")
        for problem in error.problems {
            precondition(problem.line >= 1 && problem.line <= octets.count + 2, "a line that is not there")
            precondition(problem.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
        }
        return outcome
    }
    outcome.isPolicy = true
    outcome.rules = rules.count
    precondition(Set(rules.map(\.name)).count == rules.count, "a name twice")
    guard
        let plan = try? SteeringPlan(
            from: SteeringState(network: ""), to: rules, now: 0, in: .assumed(for: rules))
    else { return outcome }
    outcome.steps = plan.steps.count
    let again = try? SteeringPlan(from: SteeringState(network: ""), to: rules, now: 0, in: .assumed(for: rules))
    precondition(again == plan, "two plans for one policy")
    for command in plan.steps.flatMap({ [$0.command] + $0.undo }) + plan.printed { checkCommand(command) }
    // Everything installed, and then taken away again.
    var state = SteeringState(network: "")
    (state.rules, state.ownClsact) = (plan.installed, plan.ownClsact.sorted())
    let empty = try? SteeringPlan(from: state, to: [], now: 0, in: .assumed(for: rules))
    precondition(empty?.installed.isEmpty ?? true)
    return outcome
}

/// Nothing that came from a policy, but names and addresses, is in a command: no character can end a word or a line.
private func checkCommand(_ command: SteeringCommand) {
    for word in command.arguments {
        precondition(!word.isEmpty)
        precondition(word.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "a word that is not plain")
        precondition(!word.contains(where: { "`$;&|<>(){}\"'\\".contains($0) }), "a word with a meaning of its own")
    }
    for line in (command.input ?? "").split(separator: "\n") {
        precondition(line.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "a line that is not plain")
        precondition(!line.contains(where: { "`$&|>\\".contains($0) }), "a line with more than a rule")
    }
}
