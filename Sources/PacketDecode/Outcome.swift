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
    /// A tunnel deeper than the decoder follows: the flow is the deepest one that was followed.
    case tunnelTooDeep
    /// A tunnel's header, or the IP header in it, is cut or wrong: the packet is in the flow of the tunnel itself.
    case innerHeaderDamaged
    /// IPv4's header checksum is wrong: damaged on the way.
    case networkChecksumWrong
    /// The checksum of TCP or UDP is wrong: damaged on the way.
    case transportChecksumWrong
    /// A checksum that nobody has computed yet, or no longer: offload, not damage.
    case checksumLeftOut
    /// Longer than the link takes: several packets merged into one, or one that is still to be cut (GRO, LRO, TSO).
    case merged
    /// A first fragment too small for the transport header, or a second one that overwrites it (RFC 1858, RFC 3128).
    case fragmentTiny
    /// The first fragment of a tunnel's datagram: what it carries is in the tunnel's own flow. The last that a packet's
    /// facts have a bit for: the next are counted where they are found.
    case tunnelFragment
    /// An ICMP error whose quoted packet is cut or wrong: which flow it is about cannot be told.
    case quoteDamaged
    /// A fragment that overlaps another one of its datagram, and is not the same one again (RFC 3128, RFC 5722).
    case fragmentOverlap
    /// A fragment that came before.
    case fragmentDuplicate

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
        case .tunnelTooDeep: "tunnels deeper than are followed"
        case .innerHeaderDamaged: "headers in a tunnel cut or wrong"
        case .fragmentTiny: "tiny fragments"
        case .tunnelFragment: "fragmented packets of tunnels"
        case .quoteDamaged: "ICMP errors with a quoted packet cut or wrong"
        case .fragmentOverlap: "fragments that overlap others"
        case .fragmentDuplicate: "fragments that came twice"
        case .networkChecksumWrong: "IPv4 header checksum wrong"
        case .transportChecksumWrong: "TCP or UDP checksum wrong"
        case .checksumLeftOut: "checksum left to an adapter (offload)"
        case .merged: "longer than the link takes (GRO, LRO, TSO)"
        }
    }
}
