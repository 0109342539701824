import Labels

extension InformationElement {
    /// The text of `docs/information-elements.md`, made from the table; a test keeps the file current.
    package static func documentation() -> String {
        var lines = [
            "# Information elements",
            "",
            "What a flow record carries, by subject (templates have another order). This file is made from the table in",
            "`Sources/Exporter/Elements/ElementTable.swift`; a test fails when it is not current and says how to renew it.",
            "",
            "- *Id*: IANA's, or `own` under the operator's enterprise number (default 32473, which RFC 5612 reserves for",
            "  examples). Own ids are below 0x4000 and frozen.",
            "- *Reverse*: the other direction's value in a biflow (RFC 5103). IANA's elements keep their id under enterprise",
            "  number 29305; own elements get bit 0x4000.",
            "- *Octets*: on the wire. Fewer than the type has are a reduced-size encoding (RFC 7011 section 6.2); a counter",
            "  that does not fit is written as the largest value that does.",
            "- *Set*: the smallest of `minimal`, `standard` and `precise` that carries the element.",
            "- A template has no field for what its records lack (ports, VLAN, MAC addresses, a direction): absent is not 0.",
            "- A slice without a packet from the initiator, a slice of which only one direction has a VLAN or an ICMP type,",
            "  and everything under `--uniflow` is written as records of one direction each. Those of the reverse direction",
            "  have source and destination exchanged, and `biflowDirection` 2 unless the output is uniflow.",
            "",
            "| Id | Name | Reverse | Type | Octets | Semantics | Units | Set | When | Meaning |",
            "|---|---|---|---|---|---|---|---|---|---|",
        ]
        for element in all {
            let reverse = element.isReversible ? "`\(ExportField(element: element, isReverse: true).name)`" : ""
            let units = element.units == .none ? "" : "\(element.units)"
            lines.append(
                "| \(element.documentedId) | `\(element.name)` | \(reverse) | \(element.type) | \(element.length) "
                    + "| \(element.semantics) | \(units) | \(element.level) | \(element.carriage.documentation) "
                    + "| \(element.description) |")
        }
        lines += [
            "",
            "## Options data",
            "",
            "Elements that only options data carry: about elements (RFC 5610), selectors, observation points and domains,",
            "and in domain 0 about the exporting and the metering process.",
            "",
            "| Id | Name | Type | Meaning |",
            "|---|---|---|---|",
        ]
        for element in Option.all {
            let id = element.registry == .iana ? "\(element.id)" : "own \(element.id)"
            lines.append("| \(id) | `\(element.name)` | \(element.type) | \(element.description) |")
        }
        lines += [
            "",
            "## Attributes of labels",
            "",
            "Behind the fields above, in the templates of records that have any (ids 384 to 511): those that",
            "`--label-attributes` lets out ([labels](labels.md)). Texts are of variable length (RFC 7011 section 7), empty when",
            "absent. What has a reverse is in templates of TCP, or of SCTP, alone, and the reverse in those of both directions.",
            "",
            "| Id | Name | Reverse | Type | Octets | Meaning |",
            "|---|---|---|---|---|---|",
        ]
        for attribute in LabelAttribute.allCases where !attribute.isReverse {
            let element = attribute.element
            let own = attribute.reversed.map { "own \(element.id), reverse \($0.element.id)" } ?? "own \(element.id)"
            let octets = element.length == 65_535 ? "" : "\(element.length)"
            lines.append(
                "| \(element.registry == .iana ? "\(element.id)" : own) | `\(element.name)` "
                    + "| \(attribute.reversed.map { "`\($0.name)`" } ?? "") | \(element.type) | \(octets) | \(element.description) |"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var documentedId: String {
        guard registry == .project else { return "\(id)" }
        return isReversible ? "own \(id), reverse \(id | 0x4000)" : "own \(id)"
    }
}

extension InformationElement.Carriage {
    fileprivate var documentation: String {
        switch self {
        case .always: "always"
        case .ipv4: "IPv4"
        case .ipv6: "IPv6"
        case .ports: "ports known"
        case .tcp: "TCP"
        case .tcpBothWays: "TCP, both directions seen"
        case .icmpv4: "ICMP"
        case .icmpv6: "ICMPv6"
        case .vlan: "VLAN tag"
        case .segment: "VLAN tag or tunnel"
        case .macs: "Ethernet"
        case .tunnel: "tunnel"
        case .biflow: "biflow output"
        case .label: "labels on"
        case .icmpError: "always, 0 for none"
        }
    }
}
