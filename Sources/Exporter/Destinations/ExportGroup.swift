/// Collectors that stand for one destination, as `--export-group` and `outputs.groups` declare them:
/// `core=failover?takeover=30&return=300`, `lake=balance?filter=protocol tcp`. A collector is a member when its address says
/// `group=NAME`; members stand in the order in which they were written (docs/delivery.md).
package struct ExportGroup: Sendable, Equatable, CustomStringConvertible {
    /// Who of the members gets a record.
    package enum Kind: String, Sendable, CaseIterable {
        /// The first that is well.
        case failover
        /// One of them by the conversation, whose records all go there.
        case balance
    }

    /// What members call it: 1 to 32 letters, digits and `. _ -`.
    package let name: String
    /// Who of the members gets a record.
    package let kind: Kind
    /// `takeover`, failover: seconds for which a member may fail until the next takes over. 1 to 3600.
    package private(set) var takeoverSeconds = 30
    /// `return`, failover: seconds for which a better one must have been well until it is gone back to. 1 to 86400.
    package private(set) var returnSeconds = 300
    /// `filter`: which records the group gets; nil for all.
    package private(set) var filter: RecordFilter?

    private static let example = "Write it like core=failover?takeover=30&return=300 or lake=balance."

    /// Parses `NAME=KIND[?PARAMETER=VALUE&…]`. Throws a message that says what is wrong.
    package init(parsing text: String) throws(ExportError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isName(parts[0]) else {
            throw ExportError(
                "The group \"\(text)\" has no name of 1 to 32 letters, digits and . _ - before its kind. \(Self.example)"
            )
        }
        let rest = parts[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kind = Kind(rawValue: String(rest[0])) else {
            throw ExportError("The group \"\(text)\" is neither failover nor balance. \(Self.example)")
        }
        name = String(parts[0])
        self.kind = kind
        guard rest.count == 2 else { return }
        let subject = "The group \"\(text)\""
        for (name, value) in try NamedValues.pairs(rest[1], of: subject, known: Self.example) {
            try set(name, value, of: subject)
        }
    }

    private mutating func set(_ parameter: String, _ value: String, of subject: String) throws(ExportError) {
        switch (parameter, kind) {
        case ("filter", _): filter = try ConnectionParameters.filter(value, of: subject)
        case ("takeover", .failover): takeoverSeconds = try Self.seconds(parameter, value, 1...3600, of: subject)
        case ("return", .failover): returnSeconds = try Self.seconds(parameter, value, 1...86_400, of: subject)
        default:
            throw ExportError(
                "\(subject) has the parameter \(parameter). The parameters are filter and, for failover, takeover "
                    + "and return.")
        }
    }

    private static func seconds(
        _ parameter: String, _ value: String, _ range: ClosedRange<Int>, of subject: String
    ) throws(ExportError) -> Int {
        try NamedValues.number(parameter, value, range, unit: "of seconds", of: subject)
    }

    /// Whether a group may be called this.
    static func isName(_ text: some StringProtocol) -> Bool {
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy(NamedValues.isWord)
    }

    /// Kind and name: what it is called in messages, metrics and the spool.
    package var title: String { "\(kind.rawValue):\(name)" }

    /// The form that `init(parsing:)` reads.
    package var description: String {
        var pairs: [String] = []
        if kind == .failover {
            if takeoverSeconds != 30 { pairs.append("takeover=\(takeoverSeconds)") }
            if returnSeconds != 300 { pairs.append("return=\(returnSeconds)") }
        }
        if let filter { pairs.append("filter=\(filter)") }
        return "\(name)=\(kind.rawValue)" + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }
}

extension ExportGroup {
    /// Its members among `collectors`, in their order.
    package func members(of collectors: [ExportEndpoint]) -> [ExportEndpoint] {
        collectors.filter { $0.parameters.group == name }
    }

    /// `collectors`, each with the filter of the group that it is in.
    package static func applying(_ groups: [ExportGroup], to collectors: [ExportEndpoint]) -> [ExportEndpoint] {
        collectors.map { collector in
            guard let group = groups.first(where: { $0.name == collector.parameters.group }) else { return collector }
            return collector.filtered(by: group.filter)
        }
    }

    /// Why these groups cannot be made of these collectors, as a sentence; nil when they can. `hasSpool` tells whether there is
    /// a spool.
    package static func problem(_ groups: [ExportGroup], of collectors: [ExportEndpoint], hasSpool: Bool) -> String? {
        let names = groups.map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            return "The group \(twice) is declared twice. Declare it once."
        }
        for collector in collectors {
            guard let name = collector.parameters.group else { continue }
            guard names.contains(name) else {
                return "The collector \(collector.name) is in the group \(name), which is not declared: give "
                    + "--export-group \(name)=failover or \(name)=balance, or set outputs.groups."
            }
            guard collector.parameters.filter == nil else {
                return
                    "The collector \(collector.name) is in the group \(name) and has a filter of its own: give it to the "
                    + "group, whose members get the same records."
            }
        }
        return groups.lazy.compactMap { $0.problem(members: $0.members(of: collectors), hasSpool: hasSpool) }.first
    }

    private func problem(members: [ExportEndpoint], hasSpool: Bool) -> String? {
        guard let first = members.first else {
            return "The group \(name) has no members: add group=\(name) to the address of a collector."
        }
        switch kind {
        case .failover:
            if let member = members.first(where: \.transport.isDatagram) {
                return
                    "The collector \(member.name) cannot be in the group \(name) of failover: nobody knows whether datagrams "
                    + "arrive. Use tcp://, tls://, https:// or kafka://."
            }
            return hasSpool
                ? nil : "The group \(name) of failover needs a spool: name a folder with --spool, or in outputs.spool."
        case .balance:
            if let member = members.first(where: { $0.transport.isDatagram != first.transport.isDatagram }) {
                return
                    "The group \(name) has \(first.name) and \(member.name): a group of balance has either collectors that "
                    + "get datagrams, or collectors that acknowledge what they get."
            }
            return nil
        }
    }
}
