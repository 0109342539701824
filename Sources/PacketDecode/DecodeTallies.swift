/// What became of the packets of a run, and what was odd about them. One per worker; sums are taken at the end.
package struct DecodeTallies: Sendable {
    /// Packets handed to the decoder.
    package var packets: UInt64 = 0
    /// Their octets on the wire, without FCS.
    package var wireOctets: UInt64 = 0
    /// Their captured octets.
    package var capturedOctets: UInt64 = 0
    /// Packets in a flow.
    package var flowPackets: UInt64 = 0
    /// Layer 3 octets of packets in a flow.
    package var flowNetworkOctets: UInt64 = 0
    /// Layer 2 octets of packets in a flow.
    package var flowWireOctets: UInt64 = 0
    /// Packets that are sound but belong to no flow.
    package var nonFlowPackets: UInt64 = 0
    /// Octets on the wire of those packets.
    package var nonFlowWireOctets: UInt64 = 0
    private var undecodable = InlineArray<8, UInt64>(repeating: 0)
    /// Packets counted a second time, in the flow of the tunnel around their own (`TunnelRule.both`).
    package var tunnelCopies: UInt64 = 0
    /// Layer 3 octets of those second times.
    package var tunnelCopyNetworkOctets: UInt64 = 0
    /// Layer 2 octets of those second times.
    package var tunnelCopyWireOctets: UInt64 = 0
    /// ICMP errors that name the flow they are about: each is news for that flow, beside being in one of its own.
    package var icmpNotices: UInt64 = 0
    /// Packets that those with the anomaly `merged` must have been on the wire.
    package var mergedEstimate: UInt64 = 0
    private var opaqueTunnels = InlineArray<8, UInt64>(repeating: 0)
    private var tunnelKinds = InlineArray<32, UInt64>(repeating: 0)
    private var mirrorClocks = InlineArray<4, UInt64>(repeating: 0)
    private var anomalies = InlineArray<32, UInt64>(repeating: 0)
    // Marks an unused place: no EtherType, and no LLC code (0xFFFF_FFFF is Novell's raw 802.3).
    private static let noProtocol: UInt32 = 0x1_0000
    // A small open-addressed table: 64 protocols by code, the rest together.
    private var protocolCodes = InlineArray<64, UInt32>(repeating: noProtocol)
    private var protocolCounts = InlineArray<64, UInt64>(repeating: 0)
    /// Packets of further protocols without flows, beyond the 64 told apart.
    package private(set) var otherNonFlowPackets: UInt64 = 0
    // Link types that the decoder does not know: 8 told apart.
    private var unknownLinkTypes = InlineArray<8, UInt32>(repeating: .max)
    private var unknownLinkTypeCounts = InlineArray<8, UInt64>(repeating: 0)

    /// All zero.
    package init() {}

    /// Packets that could not be decoded for `reason`.
    package func count(_ reason: UndecodableReason) -> UInt64 { undecodable[Int(reason.rawValue)] }

    /// Packets with `anomaly`.
    package func count(_ anomaly: Anomaly) -> UInt64 { anomalies[Int(anomaly.rawValue)] }

    /// Packets whose flow was inside a tunnel of `kind`, the innermost one counting.
    package func count(_ kind: TunnelKind) -> UInt64 { tunnelKinds[Int(kind.rawValue)] }

    /// Packets with flows in ERSPAN of type III whose time stamp counts by `clock`.
    package func count(_ clock: MirrorClock) -> UInt64 { mirrorClocks[Int(clock.rawValue)] }

    /// Packets of flows that are tunnels whose contents cannot be read.
    package func count(_ tunnel: OpaqueTunnel) -> UInt64 { opaqueTunnels[Int(tunnel.rawValue)] }

    /// Packets that could not be decoded, for whatever reason.
    package var undecodablePackets: UInt64 {
        UndecodableReason.allCases.reduce(0) { $0 + count($1) }
    }

    /// Packets without a flow by protocol, most first, then by code.
    package var nonFlowProtocols: [(protocol: NonFlowProtocol, packets: UInt64)] {
        protocolCodes.indices
            .filter { protocolCodes[$0] != Self.noProtocol }
            .map { (NonFlowProtocol(code: protocolCodes[$0]), protocolCounts[$0]) }
            .sorted { ($1.packets, $0.protocol.code) < ($0.packets, $1.protocol.code) }
    }

    /// Link types the decoder does not know, by number, with their packets.
    package var unknownLinkTypeNumbers: [(linkType: UInt16, packets: UInt64)] {
        unknownLinkTypes.indices
            .filter { unknownLinkTypes[$0] != .max }
            .map { (UInt16(truncatingIfNeeded: unknownLinkTypes[$0]), unknownLinkTypeCounts[$0]) }
            .sorted { $0.linkType < $1.linkType }
    }

    /// Counts a packet that cannot be decoded.
    mutating func add(_ reason: UndecodableReason) { undecodable[Int(reason.rawValue)] &+= 1 }

    /// Counts a packet whose flow is inside a tunnel; `kind` is a `TunnelKind`'s raw value.
    mutating func addTunnel(kind: UInt8) { tunnelKinds[Int(kind & 31)] &+= 1 }

    /// Counts a packet in ERSPAN of type III.
    mutating func add(_ clock: MirrorClock) { mirrorClocks[Int(clock.rawValue)] &+= 1 }

    /// Counts a packet of a tunnel whose contents cannot be read.
    mutating func add(_ tunnel: OpaqueTunnel) { opaqueTunnels[Int(tunnel.rawValue)] &+= 1 }

    /// Counts `count` packets with an anomaly.
    package mutating func add(_ anomaly: Anomaly, count: UInt64 = 1) { anomalies[Int(anomaly.rawValue)] &+= count }

    /// Counts `count` packets without a flow.
    mutating func add(_ nonFlow: NonFlowProtocol, count: UInt64 = 1) {
        nonFlowPackets &+= count
        var place = Int(truncatingIfNeeded: (nonFlow.code &* 0x9E37_79B1) >> 26)
        for _ in 0..<8 {
            if protocolCodes[place] == nonFlow.code || protocolCodes[place] == Self.noProtocol {
                protocolCodes[place] = nonFlow.code
                protocolCounts[place] &+= count
                return
            }
            place = (place &+ 1) & 63
        }
        otherNonFlowPackets &+= count
    }

    /// Counts `count` packets of an unknown link type.
    mutating func addUnknownLinkType(_ linkType: UInt16, count: UInt64 = 1) {
        for place in unknownLinkTypes.indices
        where unknownLinkTypes[place] == UInt32(linkType) || unknownLinkTypes[place] == .max {
            unknownLinkTypes[place] = UInt32(linkType)
            unknownLinkTypeCounts[place] &+= count
            return
        }
    }

    /// Adds another worker's tallies to these.
    package mutating func add(_ other: DecodeTallies) {
        packets &+= other.packets
        wireOctets &+= other.wireOctets
        capturedOctets &+= other.capturedOctets
        flowPackets &+= other.flowPackets
        nonFlowWireOctets &+= other.nonFlowWireOctets
        flowNetworkOctets &+= other.flowNetworkOctets
        flowWireOctets &+= other.flowWireOctets
        icmpNotices &+= other.icmpNotices
        mergedEstimate &+= other.mergedEstimate
        tunnelCopies &+= other.tunnelCopies
        tunnelCopyNetworkOctets &+= other.tunnelCopyNetworkOctets
        tunnelCopyWireOctets &+= other.tunnelCopyWireOctets
        for index in tunnelKinds.indices { tunnelKinds[index] &+= other.tunnelKinds[index] }
        for index in mirrorClocks.indices { mirrorClocks[index] &+= other.mirrorClocks[index] }
        for index in opaqueTunnels.indices { opaqueTunnels[index] &+= other.opaqueTunnels[index] }
        for index in undecodable.indices { undecodable[index] &+= other.undecodable[index] }
        for index in anomalies.indices { anomalies[index] &+= other.anomalies[index] }
        for entry in other.nonFlowProtocols { add(entry.protocol, count: entry.packets) }
        nonFlowPackets &+= other.otherNonFlowPackets
        otherNonFlowPackets &+= other.otherNonFlowPackets
        for entry in other.unknownLinkTypeNumbers { addUnknownLinkType(entry.linkType, count: entry.packets) }
    }
}
