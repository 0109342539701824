import ArgumentParser
import Capture
import ConfigurationFile
import Exporter
import FlowTable
import NetTypes
import PacketDecode
import Pipeline
import Service
import Spool

/// `flowprobe run`: interfaces in, flows out, until it is told to end.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Capture network interfaces and export their flows.",
        discussion: """
            Runs until Ctrl-C or SIGTERM, then exports the flows that are alive, and says what became of every packet. \
            Nothing is ever sent out of a captured interface. SIGUSR1 prints the accounting so far; SIGHUP reads the \
            configuration again.

            What to do is said by options, for the interfaces named, or else by the configuration file.
            """)

    @Argument(
        help: """
            Interfaces to capture, each an observation point (see `flowprobe interfaces`); or what rules of nft and iptables \
            bring: nflog:GROUP for copies, nfqueue:NUMBER for packets that are held until they are seen (docs/live.md).
            """)
    var interfaces: [String] = []

    @OptionGroup(title: "Configuration") var configuration: ConfigurationOptions

    @Option(help: ArgumentHelp("Only packets that match, in the language of pcap-filter(7).", valueName: "expression"))
    var filter: String?

    @Option(
        help: ArgumentHelp("Memory of each worker's ring; of a group or a queue, of its socket.", valueName: "octets"))
    var ring = OctetCount(octets: 64 << 20)

    @Option(help: ArgumentHelp("Memory of a block of the ring: a power of two.", valueName: "octets"))
    var block = OctetCount(octets: 1 << 20)

    @Option(help: ArgumentHelp("Octets kept of each packet.", valueName: "octets"))
    var snapLength: UInt32 = 65_535

    @Option(help: "Packets that arrive, that the host sends, or both.")
    var direction = LiveInput.Direction.both

    @Option(help: "Who says when a packet was seen.")
    var timestamps = LiveInput.TimestampSource.host

    @Option(help: "How packets are spread over an interface's workers.")
    var fanout = LiveInput.Fanout.hash

    @Option(
        help: ArgumentHelp(
            "Packets that a queue holds at most: as many are delayed or lost when this program is stopped or killed.",
            valueName: "packets"))
    var queueLength = 256

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Processors for the workers to stay on, one for each worker.", valueName: "number"))
    var pin: [Int] = []

    @Flag(help: "Only packets for this host and for all.")
    var noPromiscuous = false

    @Flag(help: "All interfaces are one observation domain: halves of a TAP, or two switches that share their flows.")
    var join = false

    @Option(help: ArgumentHelp("Time for the last exports when the run ends.", valueName: "seconds"))
    var drainTimeout: Seconds?

    @Option(
        help: ArgumentHelp("Serve metrics and health on this loopback address (docs/metrics.md).", valueName: "address")
    )
    var metrics: StatusAddress?

    @Option(
        help: ArgumentHelp(
            "Judge the inputs every so often as `flowprobe doctor` does; 0 for never (default: 60).",
            valueName: "seconds"))
    var verdicts: Seconds?

    @Option(
        help: ArgumentHelp(
            "What may be given up when packets come faster than they can be counted (docs/overload.md).",
            valueName: "step"))
    var overload = OverloadPolicy.Limit.select

    @Option(help: ArgumentHelp("Pressure before the next thing is given up (default: 3).", valueName: "seconds"))
    var overloadAfter: Seconds?

    @Option(help: ArgumentHelp("Calm before a thing is taken up again (default: 30).", valueName: "seconds"))
    var overloadCalm: Seconds?

    @Option(
        help: ArgumentHelp(
            "A file with 32 hexadecimal digits: probes with the same choose the same flows under overload.",
            valueName: "file"), completion: .file())
    var selectionKey: String?

    @Option(
        help: ArgumentHelp(
            "Tell syslog://HOST[:PORT] of events: state changes, losses, verdicts; may be repeated (docs/events.md).",
            valueName: "url"))
    var events: [String] = []

    @OptionGroup(title: "Flows") var flows: FlowOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func validate() throws {
        try flows.validate()
        try output.validate()
        do throws(ExportError) { _ = try receivers } catch { throw ValidationError(error.description) }
        if interfaces.isEmpty {
            guard !saysWhatTheFileSays else {
                throw ValidationError(
                    "Options about inputs, flows and outputs go with interfaces. Without interfaces all is in the "
                        + "configuration file: change it, or use --set.")
            }
            return
        }
        guard configuration.isDefault else {
            throw ValidationError("Name interfaces, or a configuration with --config and --set: not both.")
        }
        guard interfaces.count <= 256 else { throw ValidationError("At most 256 interfaces can be captured at once.") }
        guard Set(interfaces).count == interfaces.count else {
            throw ValidationError("Each interface can be named once.")
        }
        let steered = interfaces.filter(LiveInput.isSteered)
        guard steered.isEmpty || (filter == nil && direction == .both && timestamps == .host) else {
            throw ValidationError(
                "--filter, --direction and --timestamps do not go with \(steered[0]): its rules choose what comes.")
        }
        if let after = overloadAfter?.nanoseconds, !OverloadPolicy.afterRange.contains(after) {
            throw ValidationError("--overload-after takes a number from 1 to 600.")
        }
        if let calm = overloadCalm?.nanoseconds, !OverloadPolicy.calmRange.contains(calm) {
            throw ValidationError("--overload-calm takes a number from 1 to 86400.")
        }
        let queues = interfaces.filter(LiveInput.isQueue)
        guard queues.isEmpty || steered.count == interfaces.count else {
            throw ValidationError(
                "\(queues[0]) takes a process of its own, without interfaces: what it holds up is other people's traffic."
            )
        }
        guard pin.isEmpty || pin.count == flows.workers * interfaces.count else {
            throw ValidationError("--pin takes a number for each worker of each interface, or none.")
        }
    }

    func run() throws {
        guard interfaces.isEmpty else {
            try LiveRun(plan()).run()
            return
        }
        let loaded = try configuration.load()
        let (isQuiet, top, color) = (output.quiet || !Terminal.isTerminal(1), output.top, output.color)
        let run = try LiveRun(LivePlan(loaded, at: configuration.config, isQuiet: isQuiet, top: top, color: color))
        var current = loaded
        run.reload = { [configuration] in
            let fresh = try configuration.load()
            let changes = ProbeConfiguration.changes(from: current, to: fresh)
            let next = current.taking(fresh)
            return (
                try LivePlan(next, at: configuration.config, isQuiet: isQuiet, top: top, color: color),
                changes.map(\.description), { current = next }
            )
        }
        try run.run()
    }

    /// Whether an option was given that belongs to a run without a configuration file.
    private var saysWhatTheFileSays: Bool {
        let table = flows.tableConfiguration
        let usual = FlowTableConfiguration()
        return filter != nil || verdicts != nil || !events.isEmpty || join || noPromiscuous || !pin.isEmpty
            || flows.workers != 1
            || table.activeTimeout != usual.activeTimeout || table.idleTimeoutTCP != usual.idleTimeoutTCP
            || table.duplicates != usual.duplicates || flows.checksums != .off || flows.mtu != nil
            || table.idleTimeoutUDP != usual.idleTimeoutUDP || table.memoryOctets != usual.memoryOctets
            || !flows.internal.isEmpty || flows.prefixes != nil || output.json != nil || output.ipfix != nil
            || !output.export.isEmpty || !output.exportGroup.isEmpty || output.store != nil
            || output.spooling.spool != nil || output.labels != .off
            || output.labelAttributes != .technical || overload != .select || overloadAfter != nil
            || overloadCalm != nil || selectionKey != nil || changesCapture || changesRecords
    }

    /// The same of options about how packets are taken.
    private var changesCapture: Bool {
        ring.octets != 64 << 20 || block.octets != 1 << 20 || snapLength != 65_535 || direction != .both
            || timestamps != .host || fanout != .hash || queueLength != 256 || metrics != nil || drainTimeout != nil
    }

    /// The same of options about what is in flows and in records.
    private var changesRecords: Bool {
        flows.segment != .auto || flows.tunnels != .inner || flows.tunnelDepth != TunnelPolicy.defaultDepthLimit
            || flows.idleTimeoutIcmp != nil || flows.idleTimeoutOther != nil || flows.duplicateWindow != nil
            || output.uniflow || output.stitched || output.elements.set != .standard
            || output.enterpriseNumber != 32473 || changesSpool
    }

    private var changesSpool: Bool {
        let (spooling, usual) = (output.spooling, SpoolConfiguration(folder: ""))
        return spooling.spoolSize.octets != usual.size || spooling.spoolAge != nil || spooling.spoolSync != .commit
            || spooling.spoolCompression != .none
    }

    /// The receivers of `--events`.
    private var receivers: [SyslogAddress] {
        get throws(ExportError) {
            var receivers: [SyslogAddress] = []
            for text in events { receivers.append(try SyslogAddress(parsing: text)) }
            return receivers
        }
    }

    private func plan() throws -> LivePlan {
        var plan = LivePlan(output: output)
        plan.events = try receivers
        for (index, name) in interfaces.enumerated() {
            var input = LiveInput(interface: name)
            input.ringOctets = ring.octets
            input.blockOctets = block.octets
            input.snapLength = snapLength
            input.isPromiscuous = !noPromiscuous
            input.filter = filter
            input.direction = direction
            input.timestamps = timestamps
            input.fanout = fanout
            input.workers = input.isSteered ? 1 : flows.workers
            input.queueLength = queueLength
            plan.inputs.append(
                LivePlan.Input(
                    capture: input, domain: join ? 1 : UInt32(index + 1), segmentRule: flows.segment,
                    processors: pin.isEmpty
                        ? [] : Array(pin[index * flows.workers..<(index + 1) * flows.workers])))
        }
        plan.table = flows.tableConfiguration
        plan.tunnels = flows.tunnelPolicy
        plan.checksums = flows.checksums == .on
        plan.overload.limit = overload
        if let overloadAfter { plan.overload.after = overloadAfter.nanoseconds }
        if let overloadCalm { plan.overload.calm = overloadCalm.nanoseconds }
        try plan.setSelectionKey(selectionKey)
        plan.mtu = flows.mtu
        plan.table.labels = output.labelConfiguration
        plan.zones = try flows.zoneTable()
        plan.metricsAddress = metrics?.address
        if let drainTimeout { plan.drainSeconds = Double(drainTimeout.nanoseconds) / 1e9 }
        if let verdicts { plan.verdictSeconds = LivePlan.interval(verdicts.nanoseconds) }
        return plan
    }
}

/// A loopback address and port for the status pages: `127.0.0.1:9573`, `[::1]:9573`, `9573`.
struct StatusAddress: ExpressibleByArgument {
    var address: LoopbackAddress

    init?(argument: String) {
        guard let address = try? LoopbackAddress(argument) else { return nil }
        self.address = address
    }
}

extension OverloadPolicy.Limit: ExpressibleByArgument {}
extension LiveInput.Direction: ExpressibleByArgument {}
extension LiveInput.TimestampSource: ExpressibleByArgument {}
extension LiveInput.Fanout: ExpressibleByArgument {}
