import NetTypes

/// What is known about one mirror port over some time: plain counts, from which verdicts follow.
package struct MirrorEvidence: Sendable, Equatable, Encodable {
    /// The interface's name.
    package var interface: String
    /// How long it was watched.
    package var seconds: Double = 0
    /// What flow records tell.
    package var flows = FlowEvidence()
    /// What packets tell.
    package var packets = PacketEvidence()
    /// What the kernel tells of the interface.
    package var port = PortEvidence()
    /// What the host itself sent out of the port; nil where that means nothing (loopback) or is not known.
    package var own: OwnTraffic?

    /// Nothing is known yet.
    package init(interface: String) {
        self.interface = interface
    }
}

/// What flow records tell of a mirror. Of a flow in slices, the first slice stands for the flow.
package struct FlowEvidence: Sendable, Equatable, Encodable {
    /// Flows.
    package var flows: UInt64 = 0
    /// Those whose service answered.
    package var answeredFlows: UInt64 = 0
    /// TCP connections of which both directions were seen.
    package var tcpBothWays: UInt64 = 0
    /// TCP connections of which one direction was seen, though it shows that there was another: see `MirrorObserver`.
    package var tcpOneWay: UInt64 = 0
    /// Flows of any protocol with both directions.
    package var bothWays: UInt64 = 0
    /// Those of them whose directions are in different VLANs, or one in a VLAN and the other in none.
    package var vlanDiffers: UInt64 = 0
    /// Flows with packets longer than the interface's MTU.
    package var beyondMTU: UInt64 = 0
    /// Octets of the longest IP packet; 65535 stands for that and longer.
    package var longestPacket: UInt16 = 0
    /// Packets of IPv4, in all slices.
    package var ipv4Packets: UInt64 = 0
    /// Packets of IPv6, in all slices.
    package var ipv6Packets: UInt64 = 0
    /// Octets of TCP from the IP header on, in all slices.
    package var tcpOctets: UInt64 = 0
    /// Octets that TCP carried a second time, in all slices.
    package var retransmittedOctets: UInt64 = 0

    /// All zero.
    package init() {}
}

/// What packets tell of a mirror.
package struct PacketEvidence: Sendable, Equatable, Encodable {
    /// Packets seen.
    package var packets: UInt64 = 0
    /// Those that were looked for a second time; 0 when nobody looked.
    package var compared: UInt64 = 0
    /// Those of them that had come up to 10 ms before.
    package var duplicates: UInt64 = 0
    /// Packets cut by the capture itself, to its snap length.
    package var cutBySnapLength: UInt64 = 0
    /// Packets that arrived shorter than their IP header says: something before the port cut them.
    package var cutBeforePort: UInt64 = 0
    /// Packets of which not even the headers were left, or contradicted themselves.
    package var headersCut: UInt64 = 0
    /// Steps of the packets' time stamps beyond a minute.
    package var clockSteps: UInt64 = 0

    /// All zero.
    package init() {}

    private static let counts: [WritableKeyPath<Self, UInt64> & Sendable] = [
        \.packets, \.compared, \.duplicates, \.cutBySnapLength, \.cutBeforePort, \.headersCut, \.clockSteps,
    ]

    /// Adds what another worker of the port saw.
    package mutating func add(_ other: Self) {
        for count in Self.counts { self[keyPath: count] &+= other[keyPath: count] }
    }

    /// What was seen since `earlier`.
    package func since(_ earlier: Self) -> Self {
        var difference = Self()
        for count in Self.counts { difference[keyPath: count] = self[keyPath: count] &- earlier[keyPath: count] }
        return difference
    }
}

/// What the kernel tells of the interface, over the same time.
package struct PortEvidence: Sendable, Equatable, Encodable {
    /// Whether there is such an interface.
    package var exists = true
    /// Whether somebody has set it up.
    package var isUp = true
    /// Whether it has a carrier; nil when not known.
    package var hasCarrier: Bool?
    /// How often the carrier came or went.
    package var carrierChanges: UInt64 = 0
    /// Longest IP packet that the interface is meant to take; nil when not known.
    package var mtu: UInt32?
    /// Receive offloads that are on, as ethtool names them (`gro`, `lro`); nil when not known.
    package var receiveOffloads: [String]?
    /// Packets that came to the rings, lost ones included.
    package var ringArrived: UInt64 = 0
    /// Packets lost because a ring was full.
    package var ringDrops: UInt64 = 0
    /// Octets of all rings of the interface.
    package var ringOctets: Int = 0
    /// Packets that the adapter or its driver had no room for.
    package var adapterLosses: UInt64 = 0
    /// Packets that the adapter found damaged.
    package var adapterErrors: UInt64 = 0
    /// How often the host's clock was set.
    package var hostClockSteps: UInt64 = 0
    /// The furthest of these steps in nanoseconds, negative when it went back.
    package var largestClockStep: Nanoseconds = 0

    /// Nothing wrong, little known.
    package init() {}
}

/// Packets that the host sent out of a port that is to be silent.
package struct OwnTraffic: Sendable, Equatable, Encodable {
    /// All of them, by the adapter's counter.
    package var sent: UInt64 = 0
    /// IPv6 router solicitations (RFC 4861).
    package var routerSolicitations: UInt64 = 0
    /// IPv6 multicast listener reports (RFC 2710, RFC 9777).
    package var listenerReports: UInt64 = 0
    /// IPv6 neighbour solicitations and advertisements, as duplicate address detection sends (RFC 4861, RFC 4862).
    package var neighbourDiscovery: UInt64 = 0
    /// ARP.
    package var arp: UInt64 = 0

    /// None.
    package init() {}

    /// Those that IPv6 sends of its own accord.
    package var ofIPv6: UInt64 { routerSolicitations + listenerReports + neighbourDiscovery }
}
