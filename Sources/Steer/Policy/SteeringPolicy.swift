import Foundation
import NetTypes
import Yams

/// The rules of a policy file (docs/steering.md), all of them sound.
package struct SteeringPolicy: Equatable, Sendable {
    /// In the file's order.
    package var rules: [SteeringRule]

    /// Longer files (in octets) are refused: a wrong one was named.
    package static let maximumFileSize = 1 << 20
    /// More rules than this are refused.
    package static let maximumRules = 1024

    /// The rules of a policy's text, or everything that is wrong with it. `name` is the file's name, for messages.
    package init(text: String, name: String) throws(PolicyError) {
        if let problem = Self.anchorProblem(text) { throw PolicyError(file: name, problems: [problem]) }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw PolicyError(file: name, problems: [Self.problem(error)])
        }
        guard let root else {
            throw PolicyError(
                file: name, problems: [PolicyProblem(line: 1, text: "The policy is empty. It begins with 'rules:'.")])
        }
        var problems = PolicyProblems()
        rules = Self.rules(root, &problems)
        guard problems.list.isEmpty else {
            throw PolicyError(file: name, problems: problems.list.sorted { $0.line < $1.line })
        }
    }

    private static func rules(_ root: Node, _ problems: inout PolicyProblems) -> [SteeringRule] {
        guard let top = PolicyFields(root, what: "the policy", known: ["rules"], &problems),
            let node = top.node("rules", required: true, &problems)
        else { return [] }
        guard case .sequence(let items) = node, items.count <= maximumRules else {
            problems.add(node.line, "'rules' must be a list of at most \(maximumRules) rules.")
            return []
        }
        var rules: [SteeringRule] = []
        var lines: [String: Int] = [:]
        for (index, item) in items.enumerated() {
            let reader = RuleReader(item, index: index, &problems)
            guard let name = reader?.name else { continue }
            if let earlier = lines.updateValue(item.line, forKey: name) {
                problems.add(item.line, "The name '\(name)' is taken by the rule in line \(earlier).")
            }
            if let rule = reader?.rule { rules.append(rule) }
        }
        return rules
    }

    /// Anchors and aliases are refused before the text is composed: nested ones stand for more than fits in memory.
    private static func anchorProblem(_ text: String) -> PolicyProblem? {
        var line = 1
        var previous: UInt8 = 0x20
        var octets = text.utf8.makeIterator()
        var current = octets.next()
        while let octet = current {
            let next = octets.next()
            if octet == 0x0A { line += 1 }
            if octet == 0x26, let next, next > 0x20, !isLetterOrDigit(previous) {
                return PolicyProblem(
                    line: line,
                    text: "YAML anchors are not used here. Write the value out; in a text, put a space after '&'.")
            }
            previous = octet
            current = next
        }
        return nil
    }

    private static func isLetterOrDigit(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
    }

    /// What the YAML parser says, with its place.
    private static func problem(_ error: any Error) -> PolicyProblem {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            PolicyProblem(line: max(1, mark.line), text: "This is not YAML: \(shown(problem, atMost: 120)).")
        case .duplicatedKeysInMapping(let duplicates, let context):
            PolicyProblem(
                line: max(1, context.mark.line),
                text: "The key '\(shown(duplicates.first ?? ""))' is given twice. Keep one.")
        default:
            PolicyProblem(line: 1, text: "This is not YAML text in UTF-8.")
        }
    }
}
