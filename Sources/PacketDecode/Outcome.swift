/// Why a packet could not be decoded: which layer, and what was wrong with it (design semantics 6).
package enum UndecodableReason: UInt8, CaseIterable, Sendable {
    /// The link type is not known.
    case linkTypeUnknown
    /// The link-layer header is cut.
    case linkHeaderCut
    /// More VLAN tags, or more headers in all, than the decoder follows.
    case tooManyHeaders
    /// The IP header is cut.
    case networkHeaderCut
    /// The IP version is neither 4 nor 6, or not what the link layer announced.
    case networkVersionWrong
    /// IPv4 header length below 20 or beyond the total length.
    case networkHeaderLengthWrong

    /// Words for a report.
    package var description: String {
        switch self {
        case .linkTypeUnknown: "link layer: unknown link type"
        case .linkHeaderCut: "link layer: header cut"
        case .tooManyHeaders: "link or network layer: too many headers"
        case .networkHeaderCut: "network layer: IP header cut"
        case .networkVersionWrong: "network layer: IP version wrong"
        case .networkHeaderLengthWrong: "network layer: IP header length wrong"
        }
    }
}

/// What is odd about a packet that was counted all the same. Tallies beside the outcomes, not outcomes.
package enum Anomaly: UInt8, CaseIterable, Sendable {
    /// Fewer octets were captured than were on the wire.
    case truncated
    /// The IP header's length is longer than what was on the wire.
    case networkLengthBeyondWire
    /// The IP header's length is 0, as with segmentation offload: the wire length was used.
    case networkLengthZero
    /// The transport header, or an extension header before it, is cut; the flow is that of what was sound.
    case transportHeaderCut
    /// The transport header contradicts itself (TCP data offset, UDP length).
    case transportHeaderWrong
    /// A fragment of a datagram.
    case fragment
    /// A later fragment whose first fragment was not seen: a flow without ports.
    case fragmentWithoutFirst
    /// More octets captured than the packet had on the wire: the capture lies.
    case capturedBeyondWire

    /// Words for a report.
    package var description: String {
        switch self {
        case .truncated: "truncated by the capture"
        case .networkLengthBeyondWire: "IP length beyond the wire length"
        case .networkLengthZero: "IP length 0 (segmentation offload)"
        case .transportHeaderCut: "transport header cut"
        case .transportHeaderWrong: "transport header wrong"
        case .fragment: "IP fragments"
        case .fragmentWithoutFirst: "later fragments without their first"
        case .capturedBeyondWire: "captured length beyond wire length"
        }
    }
}

/// What a packet without a flow was: an EtherType, or an LLC service access point.
package struct NonFlowProtocol: Hashable, Sendable {
    /// EtherType (IEEE 802.3), or 0xFFFF_0000 + DSAP << 8 + SSAP for LLC.
    package let code: UInt32

    /// A protocol from its code.
    package init(code: UInt32) { self.code = code }

    /// The EtherType.
    package static func etherType(_ value: UInt16) -> NonFlowProtocol { NonFlowProtocol(code: UInt32(value)) }
    /// The LLC service access points.
    package static func llc(_ saps: UInt16) -> NonFlowProtocol { NonFlowProtocol(code: 0xFFFF_0000 | UInt32(saps)) }

    /// Name where there is one, else the number.
    package var description: String {
        switch code {
        case 0x0806: "ARP"
        case 0x8035: "RARP"
        case 0x88CC: "LLDP"
        case 0x8809: "slow protocols (LACP)"
        case 0x888E: "EAPOL"
        case 0x88F7: "PTP"
        case 0x8847, 0x8848: "MPLS"
        case 0x8863: "PPPoE discovery"
        case 0x8864: "PPPoE session"
        case 0x9000: "loopback test"
        case 0xFFFF_4242: "STP"
        case 0xFFFF_0000...: "LLC 0x" + String(code & 0xFFFF, radix: 16)
        default: "EtherType 0x" + String(code, radix: 16)
        }
    }
}
