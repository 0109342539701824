import NetTypes
import Yams

/// Reads a rule's action: a mapping with one key, which names it.
enum ActionReader {
    private static let names = ["log", "mirror", "queue", "ovs"]

    static func read(_ rule: PolicyFields, _ problems: inout PolicyProblems) -> SteeringAction? {
        guard let node = rule.node("action", required: true, &problems),
            let action = PolicyFields(node, what: "\(rule.what), action", known: names, &problems)
        else { return nil }
        let given = names.filter(action.has)
        guard given.count == 1, let inner = action.node(given[0], required: true, &problems) else {
            problems.add(action.line, "\(rule.what): 'action' must have one of \(names.joined(separator: ", ")).")
            return nil
        }
        let what = "\(rule.what), \(given[0])"
        switch given[0] {
        case "log": return log(inner, what, &problems)
        case "mirror": return mirror(inner, what, &problems)
        case "queue": return queue(inner, what, &problems)
        default: return ovs(inner, what, &problems)
        }
    }

    private static func log(_ node: Node, _ what: String, _ problems: inout PolicyProblems) -> SteeringAction? {
        guard let fields = PolicyFields(node, what: what, known: ["group", "snapLength"], &problems) else { return nil }
        let group = fields.number("group", in: 0...65_535, required: true, &problems)
        let snapLength = fields.number("snapLength", in: 20...65_535, &problems)
        return group.map { .log(group: UInt16($0), snapLength: snapLength) }
    }

    private static func queue(_ node: Node, _ what: String, _ problems: inout PolicyProblems) -> SteeringAction? {
        guard let fields = PolicyFields(node, what: what, known: ["number"], &problems) else { return nil }
        return fields.number("number", in: 0...65_535, required: true, &problems).map { .queue(number: UInt16($0)) }
    }

    private static func mirror(_ node: Node, _ what: String, _ problems: inout PolicyProblems) -> SteeringAction? {
        guard let fields = PolicyFields(node, what: what, known: ["device", "vxlan"], &problems) else { return nil }
        guard fields.has("device") != fields.has("vxlan") else {
            problems.add(fields.line, "\(what): give either 'device' or 'vxlan'.")
            return nil
        }
        if let inner = fields.node("vxlan", required: false, &problems) {
            return tunnel(inner, "\(what), vxlan", &problems).map { .mirror(.vxlan($0)) }
        }
        return interface("device", fields, &problems).map { .mirror(.device($0)) }
    }

    private static func tunnel(_ node: Node, _ what: String, _ problems: inout PolicyProblems) -> VXLANTunnel? {
        guard
            let fields = PolicyFields(
                node, what: what, known: ["remote", "vni", "port", "local", "device"], &problems)
        else { return nil }
        let remote = address("remote", required: true, fields, &problems)
        let vni = fields.number("vni", in: 1...16_777_215, required: true, &problems)
        let port = fields.number("port", in: 1...65_535, &problems)
        let local = address("local", required: false, fields, &problems)
        let device = fields.has("device") ? interface("device", fields, &problems) : nil
        guard let remote, let vni else { return nil }
        if let local, local.version != remote.version {
            problems.add(fields.line(of: "local"), "\(what): 'local' and 'remote' must be of one IP version.")
        }
        var tunnel = VXLANTunnel(remote: remote, vni: vni)
        tunnel.port = UInt16(port ?? 4789)
        tunnel.local = local
        tunnel.device = device
        return tunnel
    }

    private static func ovs(_ node: Node, _ what: String, _ problems: inout PolicyProblems) -> SteeringAction? {
        guard let fields = PolicyFields(node, what: what, known: ["bridge", "output"], &problems) else { return nil }
        let bridge = interface("bridge", fields, &problems)
        let output = interface("output", fields, &problems)
        guard let bridge, let output else { return nil }
        return .ovs(bridge: bridge, output: output)
    }

    private static func interface(
        _ key: String, _ fields: PolicyFields, _ problems: inout PolicyProblems
    ) -> String? {
        guard let text = fields.text(key, required: true, &problems) else { return nil }
        guard isInterfaceName(text) else {
            problems.add(fields.line(of: key), "\(fields.what): '\(shown(text))' is not the name of an interface.")
            return nil
        }
        return text
    }

    private static func address(
        _ key: String, required: Bool, _ fields: PolicyFields, _ problems: inout PolicyProblems
    ) -> IPAddress? {
        guard let text = fields.text(key, required: required, &problems) else { return nil }
        guard let address = IPAddress(text) else {
            problems.add(fields.line(of: key), "\(fields.what): '\(shown(text))' is not an IP address.")
            return nil
        }
        return address
    }

    /// What an action demands of the rest of its rule.
    static func check(_ rule: SteeringRule, _ fields: PolicyFields, _ problems: inout PolicyProblems) {
        switch rule.action {
        case .log, .queue:
            break
        case .mirror(let target):
            if rule.interfaces.isEmpty {
                problems.add(fields.line, "\(fields.what): 'mirror' needs 'interfaces': it works at each of them.")
            }
            if rule.interfaces.contains(target.deviceName) {
                problems.add(
                    fields.line(of: "interfaces"),
                    "\(fields.what): '\(target.deviceName)' cannot be mirrored to itself.")
            }
            if rule.interfaces.count > 1, rule.isBidirectional, rule.answersOverlap {
                problems.add(
                    fields.line(of: "interfaces"),
                    "\(fields.what): a packet from one of these interfaces to another could be mirrored twice, because "
                        + "'from' and 'to' overlap. Name one interface, make them disjoint, or set bidirectional: false."
                )
            }
        case .ovs:
            if rule.sample > 1 {
                problems.add(fields.line(of: "sample"), "\(fields.what): Open vSwitch flows cannot sample.")
            }
            if rule.isBidirectional, !rule.interfaces.isEmpty {
                problems.add(
                    fields.line(of: "interfaces"),
                    "\(fields.what): Open vSwitch flows cannot match the port by which answers leave. "
                        + "Leave 'interfaces' out, or set bidirectional: false.")
            }
        }
    }
}

extension SteeringRule {
    /// Whether a packet can be one from `from` to `to` and, at the same time, one from `to` to `from`.
    var answersOverlap: Bool {
        if from.isEmpty || to.isEmpty { return true }
        return from.contains { one in to.contains { one.overlaps($0) } }
    }
}
