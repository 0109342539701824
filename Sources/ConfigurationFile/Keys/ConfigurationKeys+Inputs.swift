import Capture
import PacketDecode

extension ConfigurationKeys {
    /// The keys of each entry of `inputs`.
    static let inputs = KeySection<InputConfiguration>(
        name: "inputs",
        meaning: "The interfaces that are listened to: a list of 1 to \(ProbeConfiguration.maximumInputs), each an "
            + "observation point with these keys.",
        keys: [
            .init(
                "interface", \.interface, .interface, .restart, example: "eth0", isRequired: true,
                "The network interface, as `ip link` names it; or what rules of nft and iptables bring: `nflog:GROUP` for "
                    + "copies, `nfqueue:NUMBER` for packets that are held until they are seen."),
            .init(
                "name", \.name, .text("name", hint: "a short name", atMost: 64), .restart,
                default: "the interface", example: "uplink",
                "Name in logs, metrics and options data. No two inputs have the same."),
            .init(
                "domain", \.domain, .number(1...32_767), .restart, default: "the place in the list, from 1",
                example: "1",
                "Observation domain (IE 149). Inputs with the same number see parts of the same flows, as the two "
                    + "halves of a tap do; others never share a flow."),
            .init("role", \.role, .choice, .restart, "What the port is for."),
            .init(
                "position", \.position, .choice, .restart,
                "Which way packets pass here, as seen from the port; where it is one way only, options data say it (IE 61)."
            ),
            .init(
                "ring", \.ring, .size(8 << 10...16 << 30), .restart,
                "Capture ring of each worker, a multiple of `block` and at least two of them. The longer the ring, the "
                    + "longer a burst that costs no packet."),
            .init(
                "block", \.block, .size(4 << 10...64 << 20), .restart,
                "The kernel hands packets over in blocks of this size: a power of two, at least a page of memory."),
            .init(
                "snapLength", \.snapLength, .size(64...262_144), .restart,
                "What is kept of each packet. Headers are all that flows need: with `256` a ring holds several times "
                    + "as many packets, and a busy link drops fewer. Counters are of the whole packet either way."),
            .init(
                "promiscuous", \.promiscuous, .truth, .restart,
                "Whether the interface takes packets that are addressed to others, as mirrored ones are."),
            .init(
                optional: "filter", \.filter, .filter, .live, example: "not port 22",
                "Only packets that match, in the language of pcap-filter(7)."),
            .init(
                "timestamps", \.timestamps, .choice, .restart,
                "Which clock stamps packets: the kernel's, or the network adapter's, where it has one."),
            .init(
                "workers", \.workers, .number(1...64), .restart,
                "Threads that read and decode this input, each with a ring of its own."),
            .init(
                "fanout", \.fanout, .choice, .restart,
                "How packets are shared among workers: by a hash over addresses and ports, by the CPU on which they "
                    + "arrive, or by the adapter's receive queue. What is counted does not depend on it."),
            .init(
                "cpus", \.cpus, ValueType.number(0...4095).list(atMost: 64), .restart, example: "[2]",
                "CPUs to which the workers are pinned, one each; as many as `workers`, or none."),
            .init(
                "direction", \.direction, .choice, .restart,
                "Which packets are taken: those the interface receives, those it sends, or both."),
            .init(
                "queueLength", \.queueLength, .number(LiveInput.queueLengths), .restart,
                "With `nfqueue:NUMBER`, how many packets are held at most: as many are delayed or lost when the program is "
                    + "stopped or killed. What comes while so many are held passes unseen."),
            .init(
                "segment", \.segment, .choice, .restart,
                "What keeps equal addresses apart: virtual networks, and VLANs where there is none; VLANs; virtual "
                    + "networks; or nothing."),
        ])
}
