import Exporter
import NetTypes

// Verdicts about the interface and its host.
extension MirrorVerdict {
    static func port(_ evidence: MirrorEvidence) -> MirrorVerdict {
        let (name, port) = (evidence.interface, evidence.port)
        let atSwitch = "At the switch: is the port enabled, and is it the destination of the mirror session?"
        guard port.exists else {
            return MirrorVerdict(.port, .fault, "\(name) is gone.", command: "flowprobe interfaces")
        }
        guard port.isUp else {
            return MirrorVerdict(.port, .fault, "\(name) is down.", command: "ip link set dev \(quoted(name)) up")
        }
        if port.hasCarrier == false {
            return MirrorVerdict(
                .port, .fault, "\(name) is up, but has no carrier: cable, transceiver, or the port at the other end.",
                command: "ethtool \(quoted(name))", advice: atSwitch)
        }
        let watched = ReadableNumbers.fixed(evidence.seconds, decimals: evidence.seconds < 10 ? 1 : 0) + " s"
        let (packets, flows) = (evidence.packets.packets, evidence.flows)
        if packets == 0 {
            guard evidence.seconds >= MirrorThresholds.silence else {
                return MirrorVerdict(.port, .unknown, "No packet in \(watched): too short a time to tell.")
            }
            return MirrorVerdict(
                .port, .fault, "\(name) is up and has a carrier, but no packet came in \(watched).", advice: atSwitch)
        }
        if port.carrierChanges > 0 {
            return MirrorVerdict(
                .port, .warning, "The carrier came or went \(counted(port.carrierChanges, "time")) in \(watched).",
                command: "ethtool \(quoted(name))", advice: "Check cable, transceiver and the port at the other end.")
        }
        let ip = flows.ipv4Packets + flows.ipv6Packets
        if ip == 0, evidence.seconds >= MirrorThresholds.silence {
            return MirrorVerdict(
                .port, .fault,
                "\(counted(packets, "packet")) in \(watched), none of IP: the other end talks, the mirror sends "
                    + "nothing.",
                advice: atSwitch)
        }
        if flows.flows >= MirrorThresholds.flows, flows.answeredFlows + flows.bothWays + flows.tcpOneWay == 0 {
            return MirrorVerdict(
                .port, .warning,
                "\(counted(flows.flows, "flow")), and nobody answers anybody: an ordinary port, where only broadcasts "
                    + "and the like arrive, looks like this.", advice: atSwitch)
        }
        let said = "\(counted(packets, "packet")) in \(watched), \(ReadableNumbers.exact(ip)) of IP."
        return MirrorVerdict(.port, .ok, said)
    }

    static func offload(_ evidence: MirrorEvidence) -> MirrorVerdict {
        let (port, flows) = (evidence.port, evidence.flows)
        let name = quoted(evidence.interface)
        let on = port.receiveOffloads ?? []
        let names = on.map { $0.uppercased() }.joined(separator: " and ")
        let long =
            "\(counted(flows.beyondMTU, "flow")) had packets of up to \(flows.longestPacket) octets, beyond the MTU of "
            + "\(port.mtu ?? 0)"
        if !on.isEmpty {
            let command = "ethtool -K \(name) " + on.map { "\($0) off" }.joined(separator: " ")
            let are = on.count == 1 ? "is" : "are"
            return flows.beyondMTU > 0
                ? MirrorVerdict(.offload, .fault, "\(names) \(are) on: packets are merged. \(long).", command: command)
                : MirrorVerdict(.offload, .warning, "\(names) \(are) on: packets may be merged.", command: command)
        }
        if flows.beyondMTU > 0 {
            return MirrorVerdict(
                .offload, .warning, "\(long); GRO and LRO are \(port.receiveOffloads == nil ? "not known" : "off").",
                command: "ethtool -K \(name) rx-gro-hw off",
                advice: "Jumbo frames, or a hypervisor that merges packets before the guest sees them: raise the MTU, "
                    + "or turn off offloads on its side.")
        }
        guard port.receiveOffloads != nil else {
            return MirrorVerdict(.offload, .unknown, "The system does not tell whether GRO and LRO are off.")
        }
        return MirrorVerdict(.offload, .ok, "GRO and LRO are off.")
    }

    static func clock(_ evidence: MirrorEvidence) -> MirrorVerdict {
        let port = evidence.port
        let steps = max(port.hostClockSteps, evidence.packets.clockSteps)
        guard steps > 0 else { return MirrorVerdict(.clock, .ok, "The clock was not set.") }
        let span = ReadableNumbers.span(abs(port.largestClockStep))
        let far =
            port.hostClockSteps == 0
            ? "by the packets' time stamps" : "by up to \(span) \(port.largestClockStep < 0 ? "back" : "forward")"
        return MirrorVerdict(
            .clock, steps >= MirrorThresholds.clockSteps ? .fault : .warning,
            "The clock was set \(counted(steps, "time")), \(far).", command: "timedatectl; chronyc tracking",
            advice: "One program may set the clock, and after its start it should only slew it. A virtual machine: "
                + "turn off the hypervisor's time synchronisation.")
    }

    static func adapter(_ evidence: MirrorEvidence) -> MirrorVerdict {
        let port = evidence.port
        let bad = port.adapterLosses + port.adapterErrors
        guard bad > 0 else { return MirrorVerdict(.adapter, .ok, "The adapter lost and damaged nothing.") }
        let name = quoted(evidence.interface)
        let whole = port.ringArrived + bad
        let said =
            "Of \(ReadableNumbers.exact(whole)) packets the adapter lost "
            + "\(ReadableNumbers.exact(port.adapterLosses)) and found \(ReadableNumbers.exact(port.adapterErrors)) damaged."
        let isFault = Double(bad) >= MirrorThresholds.loss * Double(whole)
        return MirrorVerdict(
            .adapter, isFault ? .fault : .warning, said,
            command: port.adapterLosses > 0
                ? "ethtool -g \(name); ethtool -G \(name) rx 4096" : "ethtool -S \(name) | grep -iE 'err|crc'",
            advice: port.adapterErrors > 0
                ? "Damaged packets: clean or change cable and transceiver; both ends must agree on speed and MTU." : nil
        )
    }

    static func ring(_ evidence: MirrorEvidence) -> MirrorVerdict {
        let port = evidence.port
        let ring = "\(ReadableNumbers.exact(UInt64(port.ringOctets >> 10))) KiB"
        guard port.ringDrops > 0 else {
            guard port.ringArrived >= MirrorThresholds.packets else {
                return MirrorVerdict(.ring, .unknown, "\(counted(port.ringArrived, "packet")): \(tooLittle).")
            }
            return MirrorVerdict(.ring, .ok, "All packets found room in a ring of \(ring).")
        }
        let isFault = Double(port.ringDrops) >= MirrorThresholds.loss * Double(port.ringArrived)
        // Twice as much, and what 1500-byte traffic needs at least.
        let wanted = max(64, min(4096, (port.ringOctets >> 20) * 2))
        return MirrorVerdict(
            .ring, isFault ? .fault : .warning,
            "\(share(port.ringDrops, of: port.ringArrived)) packets found no room in a ring of \(ring).",
            command: "flowprobe run \(quoted(evidence.interface)) --ring \(wanted)MiB --workers 2",
            advice: "If it stays so, keep fewer octets of each packet (--snap-length 256), or filter (--filter).")
    }

    static func ownTraffic(_ evidence: MirrorEvidence) -> MirrorVerdict {
        guard let own = evidence.own else {
            return MirrorVerdict(.ownTraffic, .unknown, "What the host sends out of this interface is not known.")
        }
        guard own.sent > 0 else { return MirrorVerdict(.ownTraffic, .ok, "The host sent nothing out of the port.") }
        var parts: [String] = []
        for (count, noun) in [
            (own.routerSolicitations, "IPv6 router solicitation"),
            (own.listenerReports, "IPv6 multicast listener report"),
            (own.neighbourDiscovery, "IPv6 neighbour discovery packet"), (own.arp, "ARP packet"),
        ] where count > 0 { parts.append(counted(count, noun)) }
        let named = own.ofIPv6 + own.arp
        if own.sent > named, named > 0 { parts.append("\(ReadableNumbers.exact(own.sent - named)) other") }
        let name = evidence.interface
        var commands: [String] = []
        if own.ofIPv6 > 0 { commands.append("sysctl -w \(quoted("net/ipv6/conf/\(name)/disable_ipv6"))=1") }
        if own.arp > 0 { commands.append("ip link set dev \(quoted(name)) arp off") }
        if own.sent > named { commands.append("tcpdump -nn -Q out -i \(quoted(name))") }
        return MirrorVerdict(
            .ownTraffic, .warning,
            "The host sent \(counted(own.sent, "packet")) out of a port that is to be silent"
                + (parts.isEmpty ? "." : ": \(parts.joined(separator: ", "))."),
            command: commands.joined(separator: "; "),
            advice: "A mirror port carries no address: take it out of the network manager's hands.")
    }
}
