import NetTypes
import Yams

/// Reads one rule of a policy.
struct RuleReader {
    /// The rule's name where it is a sound one, so that duplicates show even among rules that are wrong otherwise.
    private(set) var name: String?
    /// The rule, when nothing is wrong with it.
    private(set) var rule: SteeringRule?

    static let keys = [
        "name", "authorisation", "owner", "validUntil", "description", "from", "to", "bidirectional", "protocols",
        "ports",
        "portsOf", "interfaces", "sample", "action",
    ]

    init?(_ node: Node, index: Int, _ problems: inout PolicyProblems) {
        let before = problems.list.count
        guard var fields = PolicyFields(node, what: "rule \(index + 1)", known: Self.keys, &problems) else {
            return nil
        }
        name = Self.name(fields, &problems)
        if let name { fields.what = "rule '\(name)'" }
        let authorisation = fields.text("authorisation", required: true, &problems)
        let owner = fields.text("owner", required: true, &problems)
        let validUntil = Self.time(fields, &problems)
        let action = ActionReader.read(fields, &problems)
        guard let name, let authorisation, let owner, let validUntil, let action else { return }
        var rule = SteeringRule(
            name: name, authorisation: authorisation, owner: owner, validUntil: validUntil, action: action)
        rule.description = fields.text("description", atMost: 1000, &problems)
        rule.isBidirectional = fields.flag("bidirectional", &problems) ?? true
        rule.sample = fields.number("sample", in: 1...65_535, &problems) ?? 1
        rule.interfaces = Self.interfaces(fields, &problems)
        Self.readAddresses(fields, &rule, &problems)
        Self.readPorts(fields, &rule, &problems)
        ActionReader.check(rule, fields, &problems)
        if problems.list.count == before { self.rule = rule }
    }

    private static func name(_ fields: PolicyFields, _ problems: inout PolicyProblems) -> String? {
        guard let text = fields.text("name", required: true, &problems) else { return nil }
        let isSound =
            text.utf8.count <= 32 && !text.hasPrefix("-")
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        if !isSound {
            problems.add(
                fields.line(of: "name"),
                "The name '\(shown(text))' must be 1 to 32 of a-z, 0-9 and '-', not beginning with '-'.")
        }
        return isSound ? text : nil
    }

    private static func time(_ fields: PolicyFields, _ problems: inout PolicyProblems) -> Nanoseconds? {
        guard let text = fields.text("validUntil", required: true, &problems) else { return nil }
        // Seconds since 1970 are times elsewhere; here a missing colon is more likely a mistake.
        guard text.contains(":"), let time = TimePoint.parse(text) else {
            problems.add(
                fields.line(of: "validUntil"),
                "\(fields.what): '\(shown(text))' in 'validUntil' is not a time. Write RFC 3339 with its time zone, such "
                    + "as 2026-12-31T18:00:00+08:00.")
            return nil
        }
        return time
    }

    private static func interfaces(_ fields: PolicyFields, _ problems: inout PolicyProblems) -> [String] {
        let names = fields.list(
            "interfaces", atMost: 64, kind: "the name of an interface", &problems, { isInterfaceName($0) ? $0 : nil })
        return Set(names).sorted()
    }

    private static func readAddresses(
        _ fields: PolicyFields, _ rule: inout SteeringRule, _ problems: inout PolicyProblems
    ) {
        let kind = "an address prefix such as 10.0.0.0/8 or 2001:db8::/32"
        rule.from = Prefix.disjoint(fields.list("from", atMost: 256, kind: kind, &problems) { Prefix($0) })
        rule.to = Prefix.disjoint(fields.list("to", atMost: 256, kind: kind, &problems) { Prefix($0) })
        guard !rule.from.isEmpty, !rule.to.isEmpty else { return }
        for (version, name) in [(4, "IPv4"), (6, "IPv6")] as [(UInt8, String)] {
            let inFrom = rule.from.contains { $0.address.version == version }
            let inTo = rule.to.contains { $0.address.version == version }
            if inFrom != inTo {
                problems.add(
                    fields.line(of: inFrom ? "from" : "to"),
                    "\(fields.what): the \(name) addresses of '\(inFrom ? "from" : "to")' can never match: "
                        + "'\(inFrom ? "to" : "from")' has none.")
            }
        }
    }

    private static func readPorts(
        _ fields: PolicyFields, _ rule: inout SteeringRule, _ problems: inout PolicyProblems
    ) {
        let protocols = fields.list(
            "protocols", atMost: 64, kind: "the name or number of an IP protocol", &problems,
            { text -> UInt8? in IPProtocolNames.numbers[text] ?? decimal(text).flatMap { UInt8(exactly: $0) } })
        for number in protocols where IPProtocolNames.extensionHeaders.contains(number) {
            problems.add(
                fields.line(of: "protocols"),
                "\(fields.what): \(number) is an IPv6 extension header or belongs to one. Name what is inside it.")
        }
        rule.protocols = Set(protocols).sorted()
        rule.ports = PortRange.merged(
            fields.list("ports", atMost: 256, kind: "a port or a range such as 8000-8080", &problems, portRange))
        if let side = fields.text("portsOf", &problems) {
            if let known = PortSide(rawValue: side) {
                rule.portSide = known
            } else {
                problems.add(
                    fields.line(of: "portsOf"),
                    "\(fields.what): 'portsOf' is \(PortSide.allCases.map(\.rawValue).joined(separator: " or ")).")
            }
            if !fields.has("ports") {
                problems.add(fields.line(of: "portsOf"), "\(fields.what): 'portsOf' means nothing without 'ports'.")
            }
        }
        if fields.has("ports"), !problems.list.contains(where: { $0.line == fields.line(of: "protocols") }),
            rule.protocols.isEmpty || !IPProtocolNames.withPorts.isSuperset(of: rule.protocols)
        {
            problems.add(
                fields.line(of: "ports"),
                "\(fields.what): 'ports' needs 'protocols' that have ports: tcp, udp, sctp, dccp, udplite.")
        }
    }

    private static func portRange(_ text: String) -> PortRange? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { part in
            decimal(part).flatMap { UInt16(exactly: $0) }
        }
        guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else {
            return nil
        }
        return PortRange(first, last)
    }
}

/// Whether `text` may be an interface's name: 1 to 15 characters that neither a shell nor a rule language reads as more.
func isInterfaceName(_ text: String) -> Bool {
    (1...15).contains(text.utf8.count) && text != "." && text != ".." && !text.hasPrefix("-")
        && text.utf8.allSatisfy { octet in
            (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
                || [0x2D, 0x2E, 0x3A, 0x40, 0x5F].contains(octet)
        }
}
