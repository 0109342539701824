/// Commands for Open vSwitch, printed for the operator and never run: OpenFlow rules that also send a packet to the
/// output port and otherwise switch it as before (`NORMAL`).
///
/// They are right only for a bridge that switches by `NORMAL`. Where a controller (OVN, Neutron) owns the flows, it has
/// to make the copy.
enum OpenVSwitchCommands {
    /// A cookie that `del-flows` can name: "FPST", and the rule's slot.
    static func cookie(_ installed: InstalledRule) -> String { "0x46505354" + hexadecimal(installed.slot, 8) }

    static func install(_ installed: InstalledRule) -> [SteeringCommand] {
        guard case .ovs(let bridge, let output) = installed.rule.action else { return [] }
        let matches = Array(Set(installed.rule.selectors.flatMap { flows(installed.rule, $0) })).sorted()
        return matches.map { match in
            SteeringCommand([
                "ovs-ofctl", "add-flow", bridge,
                "cookie=\(cookie(installed)),priority=40000,\(match),actions=NORMAL,output:\(output)",
            ])
        }
    }

    static func remove(_ installed: InstalledRule) -> [SteeringCommand] {
        guard case .ovs(let bridge, _) = installed.rule.action else { return [] }
        return [SteeringCommand(["ovs-ofctl", "del-flows", bridge, "cookie=\(cookie(installed))/-1"])]
    }

    private static func flows(_ rule: SteeringRule, _ selector: Selector) -> [String] {
        let (family, source, destination) =
            selector.version == 4 ? ("ip", "nw_src", "nw_dst") : ("ipv6", "ipv6_src", "ipv6_dst")
        var flows = [family]
        func extend(_ parts: [String]) {
            if !parts.isEmpty { flows = flows.flatMap { flow in parts.map { "\(flow),\($0)" } } }
        }
        extend(rule.interfaces.map { "in_port=\($0)" })
        extend(selector.source.map { "\(source)=\($0)" })
        extend(selector.destination.map { "\(destination)=\($0)" })
        extend(selector.protocols.map { "nw_proto=\($0)" })
        let masks = selector.ports.flatMap(portMasks)
        switch selector.portField {
        case .source: extend(masks.map { "tp_src=\($0)" })
        case .destination: extend(masks.map { "tp_dst=\($0)" })
        case .either: extend(masks.map { "tp_src=\($0)" } + masks.map { "tp_dst=\($0)" })
        }
        return flows
    }

    /// A range of ports as values with masks, the fewest there are.
    static func portMasks(_ range: PortRange) -> [String] {
        var masks: [String] = []
        var first = Int(range.first)
        while first <= Int(range.last) {
            var size = first == 0 ? 0x10000 : first & -first
            while first + size - 1 > Int(range.last) { size >>= 1 }
            masks.append(size == 1 ? "\(first)" : "0x\(hexadecimal(first, 4))/0x\(hexadecimal(0x10000 - size, 4))")
            first += size
        }
        return masks
    }

    private static func hexadecimal(_ value: Int, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
