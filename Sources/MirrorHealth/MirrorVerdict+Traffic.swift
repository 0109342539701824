import Exporter

// Verdicts that follow from the traffic.
extension MirrorVerdict {
    static let tooLittle = "too little traffic to tell"

    /// `12 of 345 (3.5 %)`.
    static func share(_ part: UInt64, of whole: UInt64) -> String {
        "\(ReadableNumbers.exact(part)) of \(ReadableNumbers.exact(whole)) (\(ReadableNumbers.share(part, of: whole)))"
    }

    /// `1 packet`, `1,234 packets`.
    static func counted(_ count: UInt64, _ noun: String) -> String {
        "\(ReadableNumbers.exact(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    static func oneSided(_ evidence: MirrorEvidence) -> MirrorVerdict {
        let flows = evidence.flows
        let connections = flows.tcpOneWay + flows.tcpBothWays
        guard connections >= MirrorThresholds.flows else {
            return MirrorVerdict(.oneSided, .unknown, "\(counted(connections, "TCP connection")): \(tooLittle).")
        }
        let severity = MirrorThresholds.oneSided.severity(flows.tcpOneWay, of: connections)
        let said = "Of \(share(flows.tcpOneWay, of: connections)) TCP connections one direction never arrived."
        guard severity != .ok else { return MirrorVerdict(.oneSided, .ok, said) }
        return MirrorVerdict(
            .oneSided, severity, said,
            advice:
                "At the switch: the mirror session must take both directions (rx and tx, \"both\") of every source, "
                + "and all uplinks that share the traffic must be sources. Two halves of a TAP: name both interfaces "
                + "with --join.")
    }

    static func duplicates(_ evidence: MirrorEvidence) -> MirrorVerdict {
        let packets = evidence.packets
        let advice =
            "At the switch: mirror each packet once, where it enters (rx of all ports) or on one uplink, not rx and tx "
            + "of ports that talk to each other, nor a VLAN and its ports."
        if packets.compared >= MirrorThresholds.packets {
            let severity = MirrorThresholds.duplicates.severity(packets.duplicates, of: packets.compared)
            let said = "\(share(packets.duplicates, of: packets.compared)) packets came a second time within 10 ms."
            guard severity != .ok else { return MirrorVerdict(.duplicates, .ok, said) }
            return MirrorVerdict(
                .duplicates, severity, said,
                command: "flowprobe run \(quoted(evidence.interface)) --duplicates drop", advice: advice)
        }
        let flows = evidence.flows
        // Nobody compared packets: what TCP sent again is a hint.
        guard packets.compared == 0, flows.tcpBothWays + flows.tcpOneWay >= MirrorThresholds.flows, flows.tcpOctets > 0
        else {
            let said = "\(counted(packets.compared, "packet")) compared: \(tooLittle)."
            return MirrorVerdict(.duplicates, .unknown, said)
        }
        let isHigh = Double(flows.retransmittedOctets) >= MirrorThresholds.retransmissions * Double(flows.tcpOctets)
        let said =
            "\(ReadableNumbers.share(flows.retransmittedOctets, of: flows.tcpOctets)) of TCP's octets came again"
            + (isHigh ? ": more than networks lose, so that the mirror seems to send packets twice." : ".")
        return MirrorVerdict(
            .duplicates, isHigh ? .warning : .ok, said,
            command: isHigh ? "flowprobe doctor \(quoted(evidence.interface))" : nil, advice: isHigh ? advice : nil)
    }

    static func vlan(_ evidence: MirrorEvidence) -> MirrorVerdict {
        let flows = evidence.flows
        guard flows.bothWays >= MirrorThresholds.flows else {
            let said = "\(counted(flows.bothWays, "flow")) with both directions: \(tooLittle)."
            return MirrorVerdict(.vlan, .unknown, said)
        }
        let severity = MirrorThresholds.vlanDiffers.severity(flows.vlanDiffers, of: flows.bothWays)
        let said = "Of \(share(flows.vlanDiffers, of: flows.bothWays)) flows the two directions are in different VLANs."
        guard severity != .ok else { return MirrorVerdict(.vlan, .ok, said) }
        return MirrorVerdict(
            .vlan, severity, said + " They would be counted as two halves.",
            command: "flowprobe run \(quoted(evidence.interface)) --segment none",
            advice: "At the switch: mirror on one side of the router, or have the session keep the tags of both "
                + "directions (encapsulation replicate).")
    }

    static func truncation(_ evidence: MirrorEvidence) -> MirrorVerdict {
        let packets = evidence.packets
        guard packets.packets >= MirrorThresholds.packets else {
            return MirrorVerdict(.truncation, .unknown, "\(counted(packets.packets, "packet")): \(tooLittle).")
        }
        func isAtLeast(_ share: Double, _ part: UInt64) -> Bool { Double(part) >= share * Double(packets.packets) }
        let here = isAtLeast(MirrorThresholds.cut, packets.cutBySnapLength)
        let before = isAtLeast(MirrorThresholds.cut, packets.cutBeforePort)
        guard here || before else {
            return MirrorVerdict(
                .truncation, .ok,
                "\(share(packets.cutBySnapLength + packets.cutBeforePort, of: packets.packets)) packets were cut.")
        }
        var parts: [String] = []
        if here {
            parts.append("\(share(packets.cutBySnapLength, of: packets.packets)) packets were cut to the snap length.")
        }
        if before {
            parts.append("\(share(packets.cutBeforePort, of: packets.packets)) packets arrived shorter than sent.")
        }
        let isFault = isAtLeast(MirrorThresholds.headersCut, packets.headersCut)
        if isFault { parts.append("Of \(ReadableNumbers.exact(packets.headersCut)) not even the headers are whole.") }
        return MirrorVerdict(
            .truncation, isFault ? .fault : .warning, parts.joined(separator: " "),
            command: here ? "flowprobe run \(quoted(evidence.interface)) --snap-length 65535" : nil,
            advice: before
                ? "At the switch: turn off truncation of the mirror session (\"truncate\", \"mtu\", \"snaplen\"), and "
                    + "give tunnels that carry it a larger MTU." : nil)
    }

    static func ipv6(_ evidence: MirrorEvidence) -> MirrorVerdict {
        let (four, six) = (evidence.flows.ipv4Packets, evidence.flows.ipv6Packets)
        if six > 0 {
            return MirrorVerdict(.ipv6, .ok, "\(share(six, of: four + six)) packets of IP are IPv6.")
        }
        guard four >= MirrorThresholds.packets else {
            return MirrorVerdict(.ipv6, .unknown, "\(counted(four, "packet")) of IP: \(tooLittle).")
        }
        return MirrorVerdict(
            .ipv6, .warning, "None of \(ReadableNumbers.exact(four)) packets of IP is IPv6.",
            advice:
                "At the switch: a filter of the mirror session (access list, flow filter) may name IPv4 only. If the "
                + "network has no IPv6, there is nothing to do.")
    }
}
