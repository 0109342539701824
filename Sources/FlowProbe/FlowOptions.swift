import ArgumentParser
import Exporter
import FlowTable
import PacketDecode

/// Options about what a flow is and how it is kept.
struct FlowOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Idle timeout of every flow, in seconds.", valueName: "seconds"))
    var idleTimeout: Seconds?

    @Option(help: ArgumentHelp("Idle timeout of TCP flows that have not closed (default: 300).", valueName: "seconds"))
    var idleTimeoutTcp: Seconds?

    @Option(help: ArgumentHelp("Idle timeout of UDP flows (default: 15).", valueName: "seconds"))
    var idleTimeoutUdp: Seconds?

    @Option(help: ArgumentHelp("Idle timeout of ICMP and ICMPv6 flows (default: 15).", valueName: "seconds"))
    var idleTimeoutIcmp: Seconds?

    @Option(help: ArgumentHelp("Idle timeout of other flows (default: 15).", valueName: "seconds"))
    var idleTimeoutOther: Seconds?

    @Option(
        help: ArgumentHelp("Active timeout: longer flows are reported in slices (default: 60).", valueName: "seconds"))
    var activeTimeout: Seconds?

    @Option(
        help: ArgumentHelp(
            "Memory for live flows, as in 8MiB or 2GB; beyond it the longest idle leave early.", valueName: "octets"))
    var flowMemory = OctetCount(octets: 512 << 20)

    @Option(help: ArgumentHelp("Threads that decode and count. The output does not depend on it.", valueName: "count"))
    var workers = 1

    @Option(
        help: ArgumentHelp(
            "What keeps equal addresses apart: virtual networks, and VLANs where there is none; VLANs; virtual networks; or nothing.",
            valueName: "rule"))
    var segment = PacketDecoder.SegmentRule.auto

    @Option(
        help: ArgumentHelp(
            "Which flow a tunnelled packet is counted in: that of what the tunnel carries, that of the tunnel, or both.",
            valueName: "rule"))
    var tunnels = TunnelRule.inner

    @Option(
        help: ArgumentHelp("Tunnels followed in one packet, up to 16; what is deeper is counted.", valueName: "count"))
    var tunnelDepth = TunnelPolicy.defaultDepthLimit

    @Option(
        help: ArgumentHelp(
            "Packets that a mirror port brings twice: nobody looks, they are counted, or they are dropped.",
            valueName: "action"))
    var duplicates = DuplicatePolicy.Action.off

    @Option(help: ArgumentHelp("How far apart copies of a packet may be (default: 10).", valueName: "milliseconds"))
    var duplicateWindow: Milliseconds?

    @Option(help: ArgumentHelp("Whether checksums of IPv4, TCP and UDP are checked.", valueName: "switch"))
    var checksums = CheckChoice.off

    @Option(
        help: ArgumentHelp(
            "Longest IP packet of the link: longer ones are counted as several merged into one (GRO, LRO, TSO).",
            valueName: "octets"))
    var mtu: UInt32?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Prefixes of the inside, one or more; they tell inbound from outbound.", valueName: "prefix")
    )
    var `internal`: [String] = []

    @Option(
        help: ArgumentHelp("A file of prefixes with tags (see docs/zones.md).", valueName: "file"), completion: .file())
    var prefixes: String?

    func validate() throws {
        guard (1...64).contains(workers) else { throw ValidationError("--workers takes a number from 1 to 64.") }
        guard (1...TunnelPolicy.largestDepthLimit).contains(tunnelDepth) else {
            throw ValidationError("--tunnel-depth takes a number from 1 to \(TunnelPolicy.largestDepthLimit).")
        }
        if let window = duplicateWindow?.nanoseconds, !DuplicatePolicy.windowRange.contains(window) {
            throw ValidationError("--duplicate-window takes a number from 1 to 1000.")
        }
        guard duplicateWindow == nil || duplicates != .off else {
            throw ValidationError("--duplicate-window goes with --duplicates count or drop.")
        }
        if let mtu, !PacketInspection.mtuRange.contains(mtu) {
            throw ValidationError(
                "--mtu takes a number from \(PacketInspection.mtuRange.lowerBound) to \(PacketInspection.mtuRange.upperBound)."
            )
        }
        guard flowMemory.octets >= 1 << 20 else { throw ValidationError("--flow-memory takes 1MiB or more.") }
    }

    /// What is done about tunnels.
    var tunnelPolicy: TunnelPolicy { TunnelPolicy(rule: tunnels, depthLimit: tunnelDepth) }

    /// The timeouts and the budget; a timeout for one protocol wins over the one for all.
    var tableConfiguration: FlowTableConfiguration {
        var configuration = FlowTableConfiguration()
        if let all = idleTimeout { configuration.setIdleTimeouts(all.nanoseconds) }
        if let tcp = idleTimeoutTcp { configuration.idleTimeoutTCP = tcp.nanoseconds }
        if let udp = idleTimeoutUdp { configuration.idleTimeoutUDP = udp.nanoseconds }
        if let icmp = idleTimeoutIcmp { configuration.idleTimeoutICMP = icmp.nanoseconds }
        if let other = idleTimeoutOther { configuration.idleTimeoutOther = other.nanoseconds }
        if let active = activeTimeout { configuration.activeTimeout = active.nanoseconds }
        configuration.memoryOctets = flowMemory.octets
        configuration.duplicates.action = duplicates
        if let duplicateWindow { configuration.duplicates.window = duplicateWindow.nanoseconds }
        return configuration
    }

    /// The zones, nil when none are configured.
    func zoneTable() throws -> ZoneTable? {
        guard !`internal`.isEmpty || prefixes != nil else { return nil }
        do throws(ZoneError) {
            return try ZoneTable(internal: `internal`, file: prefixes)
        } catch {
            throw ProbeFailure(code: .usage, message: error.description)
        }
    }
}
