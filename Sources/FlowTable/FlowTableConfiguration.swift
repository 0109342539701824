import NetTypes

/// How flows are kept and cut.
package struct FlowTableConfiguration: Sendable {
    /// Idle timeout of TCP flows that have not closed.
    package var idleTimeoutTCP: Nanoseconds = 300 * nanosecondsPerSecond
    /// Idle timeout of UDP flows.
    package var idleTimeoutUDP: Nanoseconds = 15 * nanosecondsPerSecond
    /// Idle timeout of ICMP and ICMPv6 flows.
    package var idleTimeoutICMP: Nanoseconds = 15 * nanosecondsPerSecond
    /// Idle timeout of flows of any other protocol.
    package var idleTimeoutOther: Nanoseconds = 15 * nanosecondsPerSecond
    /// How long a TCP flow lingers after FIN both ways or RST, for the late last ACK.
    package var closedLinger: Nanoseconds = 2 * nanosecondsPerSecond
    /// A slice is cut when a packet comes this long after the slice began, or later.
    package var activeTimeout: Nanoseconds = 60 * nanosecondsPerSecond
    /// How far behind the packet clock sweeps stay, for packets out of order.
    package var reorderSlack: Nanoseconds = nanosecondsPerSecond
    /// Octets that live flows and their index may take.
    package var memoryOctets = 512 << 20
    /// How flows are labelled; nil for no labels.
    package var labels: LabelConfiguration?
    /// What is done about packets that come again.
    package var duplicates = DuplicatePolicy()
    /// Added to the number of a flow's first packet, and so to every flowId: live runs choose it so that no two runs of a
    /// probe share one.
    package var flowIdBase: UInt64 = 0
    /// Secret words for the slot hash: random in every run.
    package var slotKeys: (UInt64, UInt64, UInt64)
    /// Word for the stripe hash: fixed in replay, random live.
    package var stripeKey: UInt64 = 0x5851_F42D_4C95_7F2D
    /// Secret words by which flows are selected: random in every run unless probes are to choose the same flows.
    package var selectionKeys: (UInt64, UInt64)

    /// The defaults, with random slot and selection keys.
    package init() {
        var random = SystemRandomNumberGenerator()
        slotKeys = (random.next(), random.next(), random.next())
        selectionKeys = (random.next(), random.next())
    }

    /// Takes over every timeout of `other`, and nothing else of it.
    package mutating func setTimeouts(from other: FlowTableConfiguration) {
        idleTimeoutTCP = other.idleTimeoutTCP
        idleTimeoutUDP = other.idleTimeoutUDP
        idleTimeoutICMP = other.idleTimeoutICMP
        idleTimeoutOther = other.idleTimeoutOther
        closedLinger = other.closedLinger
        activeTimeout = other.activeTimeout
    }

    /// The shortest of the idle timeouts and the linger.
    var shortestIdleTimeout: Nanoseconds {
        min(idleTimeoutTCP, idleTimeoutUDP, idleTimeoutICMP, idleTimeoutOther, closedLinger)
    }

    /// Sets every idle timeout but the linger.
    package mutating func setIdleTimeouts(_ timeout: Nanoseconds) {
        idleTimeoutTCP = timeout
        idleTimeoutUDP = timeout
        idleTimeoutICMP = timeout
        idleTimeoutOther = timeout
    }
}
