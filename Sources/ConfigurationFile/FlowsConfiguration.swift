import Exporter
import FlowTable
import NetTypes
import PacketDecode

/// Section `flows`: how flows are kept and cut.
package struct FlowsConfiguration: Sendable, Equatable {
    /// Idle timeout of every protocol that has none of its own; nil for each protocol's default.
    package var idleTimeout: Nanoseconds?
    /// Idle timeout of TCP flows that have not closed; nil for `idleTimeout`, else the flow table's default.
    package var idleTimeoutTcp: Nanoseconds?
    /// Idle timeout of UDP flows; nil as above.
    package var idleTimeoutUdp: Nanoseconds?
    /// Idle timeout of ICMP and ICMPv6 flows; nil as above.
    package var idleTimeoutIcmp: Nanoseconds?
    /// Idle timeout of other flows; nil as above.
    package var idleTimeoutOther: Nanoseconds?
    /// Longer flows are reported in slices of this length.
    package var activeTimeout = FlowTableConfiguration().activeTimeout
    /// Octets that live flows may take.
    package var memory = FlowTableConfiguration().memoryOctets
    /// Which flow a tunnelled packet is counted in.
    package var tunnels = TunnelPolicy().rule
    /// Tunnels followed in one packet.
    package var tunnelDepth = TunnelPolicy().depthLimit
    /// What becomes of packets that a mirror port brings again.
    package var duplicates = DuplicatePolicy().action
    /// How far apart copies of a packet may be.
    package var duplicateWindow = DuplicatePolicy().window
    /// Whether checksums are checked.
    package var checksums = false
    /// Octets of the longest IP packet of a link; nil: what each interface says.
    package var linkMtu: UInt32?
    /// How far a run may go under overload.
    package var overload = OverloadPolicy().limit
    /// How long pressure lasts before a step is taken.
    package var overloadAfter = OverloadPolicy().after
    /// How long calm lasts before a step is taken back.
    package var overloadCalm = OverloadPolicy().calm
    /// Path of a file with the key by which flows are selected; nil for one of this run alone.
    package var selectionKey: String?
    /// Prefixes of the inside.
    package var `internal`: [Prefix] = []
    /// Path of a file of prefixes with tags (docs/zones.md); nil for none.
    package var prefixes: String?

    /// The defaults.
    package init() {}

    /// The timeouts and the budget as the flow table takes them; a timeout for one protocol wins over the one for all.
    package var tableConfiguration: FlowTableConfiguration {
        var table = FlowTableConfiguration()
        if let idleTimeout { table.setIdleTimeouts(idleTimeout) }
        if let idleTimeoutTcp { table.idleTimeoutTCP = idleTimeoutTcp }
        if let idleTimeoutUdp { table.idleTimeoutUDP = idleTimeoutUdp }
        if let idleTimeoutIcmp { table.idleTimeoutICMP = idleTimeoutIcmp }
        if let idleTimeoutOther { table.idleTimeoutOther = idleTimeoutOther }
        table.activeTimeout = activeTimeout
        table.memoryOctets = memory
        table.duplicates = DuplicatePolicy(action: duplicates, window: duplicateWindow)
        return table
    }

    /// What is done under overload.
    package var overloadPolicy: OverloadPolicy {
        var policy = OverloadPolicy()
        (policy.limit, policy.after, policy.calm) = (overload, overloadAfter, overloadCalm)
        return policy
    }

    /// What is done about tunnels.
    package var tunnelPolicy: TunnelPolicy { TunnelPolicy(rule: tunnels, depthLimit: tunnelDepth) }

    /// The zones, nil when none are configured. Reads the prefix file, anew at every call.
    package func zoneTable() throws(ZoneError) -> ZoneTable? {
        guard !`internal`.isEmpty || prefixes != nil else { return nil }
        return try ZoneTable(internal: `internal`.map(\.description), file: prefixes)
    }
}
