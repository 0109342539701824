import NetTypes
import Yams

/// Collects what is wrong while a policy is read, so that all of it can be said at once.
struct PolicyProblems {
    private(set) var list: [PolicyProblem] = []

    mutating func add(_ line: Int, _ text: String) {
        if list.count < 100 { list.append(PolicyProblem(line: line, text: text)) }
    }
}

extension Node {
    /// The line the node begins in, from 1.
    var line: Int { mark?.line ?? 1 }
}

/// One mapping of the policy: every key known and taken once, every value of its kind.
struct PolicyFields {
    /// Where the mapping begins.
    let line: Int
    /// What it is, for messages: `rule "web"`.
    var what: String
    private var nodes: [String: Node] = [:]

    /// The mapping in `node`; nil, with a problem, when it is none. Keys other than `known` are problems.
    init?(_ node: Node, what: String, known: [String], _ problems: inout PolicyProblems) {
        line = node.line
        self.what = what
        guard case .mapping(let mapping) = node else {
            problems.add(node.line, "\(what) must be a mapping of keys: \(known.joined(separator: ", ")).")
            return nil
        }
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                problems.add(key.line, "\(what): a key must be a word.")
                continue
            }
            guard known.contains(scalar.string) else {
                let nearest = nearestName(to: scalar.string, of: known)
                problems.add(
                    key.line,
                    "\(what): there is no key '\(shown(scalar.string))'. "
                        + (nearest.map { "Did you mean '\($0)'?" } ?? "Known keys: \(known.joined(separator: ", "))."))
                continue
            }
            nodes[scalar.string] = value
        }
    }

    /// Whether the key is there.
    func has(_ key: String) -> Bool { nodes[key] != nil }

    /// The line of the key's value, or of the mapping where it is missing.
    func line(of key: String) -> Int { nodes[key]?.line ?? line }

    /// The node under `key`; a problem when it is required and missing.
    func node(_ key: String, required: Bool, _ problems: inout PolicyProblems) -> Node? {
        if nodes[key] == nil, required { problems.add(line, "\(what): '\(key)' is missing.") }
        return nodes[key]
    }

    /// One line of text, at most `limit` characters.
    func text(
        _ key: String, required: Bool = false, atMost limit: Int = 256, _ problems: inout PolicyProblems
    ) -> String? {
        guard let node = node(key, required: required, &problems) else { return nil }
        guard var text = Self.scalar(node) else {
            problems.add(node.line, "\(what): '\(key)' must be text, and not empty.")
            return nil
        }
        // A block scalar ends with the end of its last line.
        if text.hasSuffix("\n"), text.count > 1 { text.removeLast() }
        guard text.unicodeScalars.count <= limit, shown(text, atMost: limit) == text else {
            problems.add(
                node.line, "\(what): '\(key)' must be one line of at most \(limit) characters, none of them invisible.")
            return nil
        }
        return text
    }

    /// A whole number within `range`.
    func number(
        _ key: String, in range: ClosedRange<UInt32>, required: Bool = false, _ problems: inout PolicyProblems
    ) -> UInt32? {
        guard let node = node(key, required: required, &problems) else { return nil }
        guard let text = Self.scalar(node), let number = decimal(text), range.contains(number) else {
            problems.add(
                node.line, "\(what): '\(key)' must be a whole number from \(range.lowerBound) to \(range.upperBound).")
            return nil
        }
        return number
    }

    /// `true` or `false`.
    func flag(_ key: String, _ problems: inout PolicyProblems) -> Bool? {
        guard let node = node(key, required: false, &problems) else { return nil }
        guard let text = Self.scalar(node), text == "true" || text == "false" else {
            problems.add(node.line, "\(what): '\(key)' must be true or false.")
            return nil
        }
        return text == "true"
    }

    /// A list, or one value alone, each read by `read`; `kind` is what a value must be.
    func list<Value>(
        _ key: String, atMost limit: Int, kind: String, _ problems: inout PolicyProblems, _ read: (String) -> Value?
    ) -> [Value] {
        guard let node = nodes[key] else { return [] }
        var items = [node]
        if case .sequence(let sequence) = node { items = Array(sequence) }
        guard !items.isEmpty, items.count <= limit else {
            problems.add(
                node.line, "\(what): '\(key)' must have 1 to \(limit) values. Leave it out where anything will do.")
            return []
        }
        return items.compactMap { item in
            guard let text = Self.scalar(item) else {
                problems.add(item.line, "\(what): a value of '\(key)' is not \(kind).")
                return nil
            }
            let value = read(text)
            if value == nil { problems.add(item.line, "\(what): '\(shown(text))' in '\(key)' is not \(kind).") }
            return value
        }
    }

    /// A scalar's text; nil for lists, mappings, nothing and null.
    private static func scalar(_ node: Node) -> String? {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty else { return nil }
        if scalar.style == .plain, ["~", "null", "Null", "NULL"].contains(scalar.string) { return nil }
        return scalar.string
    }
}

/// Decimal digits alone: no sign, no spaces, at most ten digits.
func decimal(_ text: some StringProtocol) -> UInt32? {
    guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt32(text)
}
