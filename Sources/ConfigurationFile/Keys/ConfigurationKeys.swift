import Exporter
import FlowTable
import NetTypes
import PacketDecode
import Spool

/// The table of all keys. What is read, what `flowprobe check` suggests, what a reload takes over, `docs/configuration.md`
/// and `docs/flowprobe.example.yaml` all come from these rows.
enum ConfigurationKeys {
    /// Names of the sections, in the order of the documentation.
    static let sectionNames = ["probe", "inputs", "flows", "outputs", "service", "log"]

    /// Every section but `inputs`.
    static let sections: [KeySection<ProbeConfiguration>] = [probe, flows, outputs, service, log]

    private static let table = FlowTableConfiguration()
    private static let timeoutRange = 1_000_000...365 * 86_400 * nanosecondsPerSecond

    private static let probe = KeySection<ProbeConfiguration>(
        name: "probe", meaning: "Who this is.",
        keys: [
            .init(
                "name", \.probe.name, .text("name", hint: "a short name", atMost: 64), .restart,
                default: "the host's name", example: "probe-1",
                "Name of the probe in events that it sends, and where its log begins.")
        ])

    private static let flows = KeySection<ProbeConfiguration>(
        name: "flows", meaning: "How flows are kept and cut ([semantics](semantics.md)).",
        keys: [
            .init(
                optional: "idleTimeout", \.flows.idleTimeout, .duration(timeoutRange), .live,
                default: "each protocol's own", example: "30s",
                "A flow without a packet for this long has ended. Holds for every protocol that has no timeout of its "
                    + "own below."),
            .init(
                optional: "idleTimeoutTcp", \.flows.idleTimeoutTcp, .duration(timeoutRange), .live,
                default: "`idleTimeout`, else \(DurationText.text(table.idleTimeoutTCP))",
                example: "\(DurationText.text(table.idleTimeoutTCP))", "The same for TCP flows that have not closed."),
            .init(
                optional: "idleTimeoutUdp", \.flows.idleTimeoutUdp, .duration(timeoutRange), .live,
                default: "`idleTimeout`, else \(DurationText.text(table.idleTimeoutUDP))",
                example: "\(DurationText.text(table.idleTimeoutUDP))", "The same for UDP flows."),
            .init(
                optional: "idleTimeoutIcmp", \.flows.idleTimeoutIcmp, .duration(timeoutRange), .live,
                default: "`idleTimeout`, else \(DurationText.text(table.idleTimeoutICMP))",
                example: "\(DurationText.text(table.idleTimeoutICMP))", "The same for ICMP and ICMPv6 flows."),
            .init(
                optional: "idleTimeoutOther", \.flows.idleTimeoutOther, .duration(timeoutRange), .live,
                default: "`idleTimeout`, else \(DurationText.text(table.idleTimeoutOther))",
                example: "\(DurationText.text(table.idleTimeoutOther))", "The same for flows of any other protocol."),
            .init(
                "activeTimeout", \.flows.activeTimeout, .duration(timeoutRange), .live,
                "Longer flows are reported in slices of this length."),
            .init(
                "memory", \.flows.memory, .size(1 << 20...1 << 40), .restart,
                "Memory for live flows. When it is used up, the longest idle leave early, and are counted."),
            .init(
                "tunnels", \.flows.tunnels, .choice, .restart,
                "Which flow a tunnelled packet is counted in: that of what the tunnel carries, with the tunnel as its "
                    + "attributes; that of the tunnel; or both, which the sums tell apart."),
            .init(
                "tunnelDepth", \.flows.tunnelDepth, .number(1...TunnelPolicy.largestDepthLimit), .restart,
                "Tunnels followed in one packet. What is deeper is in the flow of the deepest one followed, and counted."
            ),
            .init(
                "duplicates", \.flows.duplicates, .choice, .restart,
                "Packets that a mirror port brings again ([semantics](semantics.md)): nobody looks for them, they are "
                    + "counted, or they are kept out of flows."),
            .init(
                "duplicateWindow", \.flows.duplicateWindow, .duration(DuplicatePolicy.windowRange), .restart,
                "How far apart copies of a packet may be."),
            .init(
                "checksums", \.flows.checksums, .truth, .restart,
                "Check the checksums of IPv4 headers, TCP and UDP; packets with a wrong one stay in their flows and are "
                    + "counted."),
            .init(
                optional: "linkMtu", \.flows.linkMtu, .number(PacketInspection.mtuRange), .restart,
                default: "what each interface says", example: "1500",
                "Octets of the longest IP packet of the links. Longer ones are counted as several that an offload merged "
                    + "into one."),
            .init(
                "overload", \.flows.overload, .choice, .restart,
                "What may be given up when packets come faster than they can be counted ([overload](overload.md)): nothing, so "
                    + "that packets are lost; labels; or labels, then flows, of which one in 2, 4, … 64 is counted and "
                    + "says so."),
            .init(
                "overloadAfter", \.flows.overloadAfter, .duration(OverloadPolicy.afterRange), .restart,
                "How long packets are lost, or the ring or the table is too small, before the next thing is given up."),
            .init(
                "overloadCalm", \.flows.overloadCalm, .duration(OverloadPolicy.calmRange), .restart,
                "How long there is time left before a thing is taken up again; longer where that was too early."),
            .init(
                optional: "selectionKey", \.flows.selectionKey, .path, .restart, default: "another in each run",
                example: "/etc/flowprobe/selection.key",
                "A file with 32 hexadecimal digits by which flows are chosen under overload: probes with the same key choose "
                    + "the same flows. Nobody else may read it."),
            .init(
                "internal", \.flows.internal, ValueType.prefix.list(atMost: 4096), .live,
                example: "[10.0.0.0/8, \"2001:db8::/32\"]",
                "Prefixes of the inside: they tell inbound from outbound."),
            .init(
                optional: "prefixes", \.flows.prefixes, .path, .live, example: "/etc/flowprobe/prefixes",
                "A file of prefixes with tags ([zones](zones.md)); read anew at each reload."),
        ])

    private static let outputs = KeySection<ProbeConfiguration>(
        name: "outputs", meaning: "Where flows go. Any combination at once.",
        keys: [
            .init(
                "export", \.outputs.export, ValueType.endpoint.list(atMost: 64), .restart,
                example: "[\"tcp://192.0.2.1:4739\"]",
                "Collectors that flows are sent to: IPFIX over udp://, tcp:// or tls:// ([IPFIX](ipfix.md)), batches to https:// "
                    + "(http:// on loopback) and to topics of Kafka ([fleet](fleet.md)), with parameters "
                    + "([delivery](delivery.md)); NetFlow over netflow9:// or netflow5:// ([NetFlow](netflow.md)). The port is "
                    + "4739, 4740 for TLS, 2055 for NetFlow, 9092 for Kafka, or HTTP's, unless given."
            ),
            .init(
                "groups", \.outputs.groups, ValueType.exportGroup.list(atMost: 16), .restart,
                "Groups of the collectors whose addresses have group=NAME ([delivery](delivery.md#groups)), with parameters: `NAME=failover`, the "
                    + "first that is well gets everything; `NAME=balance`, each gets its share."),
            .init(
                "events", \.outputs.events, ValueType.syslog.list(atMost: 16), .restart,
                example: "[\"syslog://192.0.2.1?facility=local0\"]",
                "Receivers of syslog messages that are told of events: state changes, losses, verdicts ([events](events.md)), over "
                    + "UDP or, with transport=tcp or transport=tls, connections. The port is 514, 601 or 6514 unless given."
            ),
            .init(
                optional: "spool", \.outputs.spool, .outputPath, .restart, example: "/var/lib/flowprobe/spool",
                "Folder that keeps records until every collector but those of udp:// and NetFlow has them ([delivery](delivery.md))."
            ),
            .init(
                "spoolSize", \.outputs.spoolSize, .size(SpoolConfiguration.smallestSize...1 << 46), .restart,
                "Size of the spool; beyond it the oldest records are given up, and counted."),
            .init(
                "spoolAge", \.outputs.spoolAge,
                .duration(60 * nanosecondsPerSecond...3650 * 86_400 * nanosecondsPerSecond), .restart,
                "Age at which records in the spool are given up, and counted."),
            .init(
                "spoolSync", \.outputs.spoolSync, .choice, .restart,
                "When the spool waits for the disk: at each commit, once a second, or never."),
            .init(
                "spoolCompression", \.outputs.spoolCompression, .choice, .restart, "How the spool packs records."),
            .init(
                "uniflow", \.outputs.uniflow, .truth, .restart,
                "IPFIX: two records of one direction each in place of a biflow (RFC 5103), for readers that cannot "
                    + "take biflows."),
            .init(
                "labels", \.outputs.labels, .truth, .restart,
                "Label flows with the application that their first payloads show ([labels](labels.md))."),
            .init(
                "labelAttributes", \.outputs.labelAttributes, .attributes, .restart,
                "Which attributes of labels leave the probe: `technical`, those that are no personal data; `transport`, those of "
                    + "SYNs and SCTP; `all`; `none`; or names between commas ([labels](labels.md))."),
            .init(
                "elements", \.outputs.elements, .choice { "\($0)" }, .restart,
                "IPFIX: what a record carries ([information elements](information-elements.md)): key, counters and "
                    + "times; all, times in milliseconds; all, times in milliseconds and nanoseconds."),
            .init(
                "enterpriseNumber", \.outputs.enterpriseNumber, .number(1...UInt32.max), .restart,
                "IPFIX: your private enterprise number; the default is the one reserved for examples (RFC 5612)."),
            .init(
                optional: "ipfix", \.outputs.ipfix, .ipfixFile, .restart, example: "/var/lib/flowprobe/flows.ipfix",
                "Write an IPFIX file (RFC 5655). A file of that name is overwritten. With `file:PATH?rotate=SECONDS` or "
                    + "`file:PATH?rotate=SIZE` one file after another ([IPFIX](ipfix.md#ipfix-files))."),
            .init(
                optional: "json", \.outputs.json, .path, .restart, example: "/var/lib/flowprobe/flows.json",
                "Write flow records as JSON, one a line ([JSON](json.md)); `-` for standard output."),
            .init(
                optional: "store", \.outputs.store, .outputPath, .restart,
                example: "/var/lib/flowprobe/flows.sqlite", "Add flows to an SQLite file ([store](store.md))."),
        ])

    private static let service = KeySection<ProbeConfiguration>(
        name: "service", meaning: "How the process runs.",
        keys: [
            .init(
                optional: "user", \.service.user, .account, .restart, default: "stay who started it",
                example: "flowprobe", "Who to become once inputs and outputs are open."),
            .init(
                optional: "group", \.service.group, .account, .restart, default: "the user's own",
                example: "flowprobe", "The group to change to, with `user`."),
            .init(
                "metrics", \.service.metrics, .loopback, .restart,
                "Where metrics are served over HTTP. Nothing but this host can reach it: for others, put a server in "
                    + "front that knows who may."),
            .init(
                optional: "metricsSocket", \.service.metricsSocket, .socketPath, .restart,
                example: "/run/flowprobe/metrics.sock", "A Unix socket where metrics are served too."),
            .init(
                "drainTimeout", \.service.drainTimeout, .duration(0...3600 * nanosecondsPerSecond), .live,
                "How long the end of a run may wait for outputs to take what is left."),
            .init(
                "summaryInterval", \.service.summaryInterval,
                .duration(nanosecondsPerSecond...86_400 * nanosecondsPerSecond), .live,
                "Time between two summaries in the log."),
            .init(
                "verdictInterval", \.service.verdictInterval, .duration(0...86_400 * nanosecondsPerSecond), .live,
                "Time between two judgements of the inputs, as `flowprobe doctor` judges them ([doctor](doctor.md)): "
                    + "logged and exported when one changes. 0 for none; from 0 on, a restart is needed."),
        ])

    private static let log = KeySection<ProbeConfiguration>(
        name: "log", meaning: "What the probe says of itself, on standard error.",
        keys: [
            .init("level", \.log.level, .choice, .live, "Messages below this level are left out."),
            .init(
                "format", \.log.format, .choice, .restart,
                "How messages are written: for the journal when standard error leads there, else as text; a line for "
                    + "people; the journal's own protocol; a JSON object a line."),
        ])
}
