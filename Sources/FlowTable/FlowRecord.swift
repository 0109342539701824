public import NetTypes

/// One slice of a flow, as it leaves the table: a biflow (RFC 5103) whose *forward* direction is initiator to
/// responder, and whose counters cover this slice only.
///
/// A plain value without references: batches of records are copied, sorted and encoded as bytes. Integers are in host
/// byte order. Where a field can be absent, `presence` says so; absent fields are zero.
@frozen public struct FlowRecord: BitwiseCopyable, Sendable {
    // Identity.

    /// Same in every slice of one flow, unique in the run (IE 148 flowId).
    public var flowId: UInt64 = 0
    /// Number of the flow's first packet in the input, from 1. Same in every slice.
    public var firstFrameNumber: UInt64 = 0
    /// 0 for a flow's first slice, then 1, 2, …
    public var sliceIndex: UInt32 = 0
    /// Configured group of observation points, from 1 (IE 149 observationDomainId).
    public var observationDomainId: UInt32 = 1
    /// The input that saw the flow's first packet, from 1 (IE 138 observationPointId).
    public var observationPointId: UInt32 = 1
    /// Keeps tenants with equal addresses apart: VNI, VSID or VLAN; 0 when `presence` lacks `.segment`.
    public var segment: UInt32 = 0

    // Key, oriented initiator to responder. Address words as in `IPAddress`.

    /// First word of the initiator's address.
    public var sourceHigh: UInt64 = 0
    /// Second word of the initiator's address.
    public var sourceLow: UInt64 = 0
    /// First word of the responder's address.
    public var destinationHigh: UInt64 = 0
    /// Second word of the responder's address.
    public var destinationLow: UInt64 = 0
    /// The initiator's port (IE 7); valid with `.ports`.
    public var sourcePort: UInt16 = 0
    /// The responder's port (IE 11); valid with `.ports`.
    public var destinationPort: UInt16 = 0
    /// IE 4 protocolIdentifier.
    public var protocolIdentifier: UInt8 = 0
    /// 4 or 6 (IE 60).
    public var ipVersion: UInt8 = 4
    /// Which fields mean something.
    public var presence: Presence = []

    // Counters of this slice.

    /// Layer 3 octets (IE 1 octetDeltaCount): IP header and all it carries, never Ethernet padding.
    public var octetsForward: UInt64 = 0
    /// As `octetsForward`, of the responder.
    public var octetsReverse: UInt64 = 0
    /// Wire octets without FCS (IE 352 layer2OctetDeltaCount).
    public var layer2OctetsForward: UInt64 = 0
    /// As `layer2OctetsForward`, of the responder.
    public var layer2OctetsReverse: UInt64 = 0
    /// IE 2 packetDeltaCount.
    public var packetsForward: UInt64 = 0
    /// As `packetsForward`, of the responder.
    public var packetsReverse: UInt64 = 0
    /// TCP payload octets whose sequence numbers had been seen before, in this slice.
    public var retransmittedOctetsForward: UInt64 = 0
    /// As `retransmittedOctetsForward`, of the responder.
    public var retransmittedOctetsReverse: UInt64 = 0

    // Times of this slice; 0 where the direction has no packet.

    /// Time of the initiator's first packet in input order.
    public var firstForward: Nanoseconds = 0
    /// Time of the initiator's latest packet.
    public var lastForward: Nanoseconds = 0
    /// Time of the responder's first packet in input order.
    public var firstReverse: Nanoseconds = 0
    /// Time of the responder's latest packet.
    public var lastReverse: Nanoseconds = 0
    /// SYN to SYN-ACK plus SYN-ACK to ACK, seen from the observation point; 4.29 s stands for that or longer.
    public var handshakeRoundTrip: Nanoseconds = 0

    // Evidence.

    /// Bits of the TCP header's flags octet seen in this slice (IE 6 tcpControlBits).
    public var tcpControlBitsForward: UInt16 = 0
    /// As `tcpControlBitsForward`, of the responder.
    public var tcpControlBitsReverse: UInt16 = 0
    /// How far the TCP connection has come.
    public var tcpState: TCPState = .none
    /// Whether the responder's service is there.
    public var service: ServiceEvidence = .silent
    /// What told the initiator.
    public var initiator: InitiatorEvidence = .firstSeen
    /// What ended the slice (IE 136).
    public var endReason: FlowEndReason = .forcedEnd
    /// ICMP or ICMPv6 type (high octet) and code (low octet), as first seen in each direction of the flow.
    public var icmpTypeCodeForward: UInt16 = 0
    /// As `icmpTypeCodeForward`, of the responder.
    public var icmpTypeCodeReverse: UInt16 = 0
    /// Outermost VLAN id of each direction's first packet (IE 58 / 243 dot1qVlanId).
    public var vlanForward: UInt16 = 0
    /// As `vlanForward`, of the responder.
    public var vlanReverse: UInt16 = 0
    /// Ethernet addresses of the flow's first packet, oriented as the flow (IE 56, 80), 48 bits each.
    public var sourceMAC: UInt64 = 0
    /// The responder's side's Ethernet address.
    public var destinationMAC: UInt64 = 0
    /// Smallest and largest TTL or hop limit in this slice, per direction (IE 52, 53).
    public var minimumTTLForward: UInt8 = 0
    /// Largest TTL of the initiator's packets.
    public var maximumTTLForward: UInt8 = 0
    /// Smallest TTL of the responder's packets.
    public var minimumTTLReverse: UInt8 = 0
    /// Largest TTL of the responder's packets.
    public var maximumTTLReverse: UInt8 = 0
    /// Traffic class octet of each direction's first packet, DSCP in its upper six bits (IE 5 ipClassOfService).
    public var classOfServiceForward: UInt8 = 0
    /// As `classOfServiceForward`, of the responder.
    public var classOfServiceReverse: UInt8 = 0
    /// Where the flow goes between configured zones; filled in by the exporter's zone table, not by the flow table.
    public var zoneDirection: ZoneDirection = .unknown
    /// A `FlowSelector`'s id (IE 302): 1 where every flow was counted when the slice began, 2 for one of 2, … 7 for one of 64;
    /// 0 when nobody says.
    public var selectorId: UInt8 = 0
    /// Smallest and largest layer 3 packet of this slice, per direction, 65535 for any longer (IE 25, 26).
    public var minimumLengthForward: UInt16 = 0
    /// Longest packet of the initiator.
    public var maximumLengthForward: UInt16 = 0
    /// Shortest packet of the responder.
    public var minimumLengthReverse: UInt16 = 0
    /// Longest packet of the responder.
    public var maximumLengthReverse: UInt16 = 0

    // Order of output.

    /// Number of the packet that ended the slice, or at which the sweep ran that did. Not exported.
    public var endFrameNumber: UInt64 = 0

    // The tunnel that the flow was inside; all 0 without `.tunnel`. Addresses are those of the header that carried the flow,
    // the innermost where there were several; an IPv4 address is IPv4-mapped (RFC 4291 section 2.5.5.2).

    /// First word of the tunnel's address on the initiator's side.
    public var tunnelSourceHigh: UInt64 = 0
    /// Second word of the tunnel's address on the initiator's side.
    public var tunnelSourceLow: UInt64 = 0
    /// First word of the tunnel's address on the responder's side.
    public var tunnelDestinationHigh: UInt64 = 0
    /// Second word of the tunnel's address on the responder's side.
    public var tunnelDestinationLow: UInt64 = 0
    /// What the tunnel's header calls it in the initiator's packets: VNI, VSID, key, TEID, session, label; 0 for nothing.
    public var tunnelIdForward: UInt32 = 0
    /// As `tunnelIdForward`, of the responder.
    public var tunnelIdReverse: UInt32 = 0
    /// A `TunnelKind`.
    public var tunnelType: UInt8 = 0
    /// How many tunnels the flow was inside. 0: the flow is the tunnel, and its packets are counted in other flows too.
    public var tunnelDepth: UInt8 = 0
    /// A `MirrorDirection`: how the initiator's packets went through the port that they were mirrored at.
    public var tunnelDirectionForward: UInt8 = 0
    /// As `tunnelDirectionForward`, of the responder.
    public var tunnelDirectionReverse: UInt8 = 0

    // Label; 0 when `presence` lacks `.label`.

    /// What told the label: 1 the port, 2 the payload, 3 both.
    public var labelSource: UInt8 = 0
    /// How sure it is: 1 a guess, 2 likely, 3 certain.
    public var labelConfidence: UInt8 = 0
    /// Octets of the record's attributes (`AttributeList`), which travel beside the records of a batch, in their order: a
    /// record is copied far more often than it has any. 0 for none. Not exported.
    public var attributeOctets: UInt16 = 0
    /// IE 95 applicationId (RFC 6759): engine 20, enterprise number (32 bits), selector (24 bits), from the highest octet.
    public var applicationId: UInt64 = 0

    // What ICMP or ICMPv6 said of the flow; 0 when `presence` lacks `.icmpError`.

    /// Errors about the initiator's packets of this slice; 65,535 stands for that or more.
    public var icmpErrorsForward: UInt16 = 0
    /// As `icmpErrorsForward`, about the responder's packets.
    public var icmpErrorsReverse: UInt16 = 0
    /// Type (high octet) and code (low octet) of the flow's first error.
    public var icmpErrorTypeCode: UInt16 = 0
    /// Fills the word; always 0.
    public var reservedEnd: UInt16 = 0

    /// A record with every field zero or unknown.
    @inlinable public init() {}
}

extension FlowRecord {
    /// Which of a record's optional fields mean something.
    ///
    /// Public and spelled out, as the flags of `PacketFacts` are: every exporter reads it for every record.
    @frozen public struct Presence: OptionSet, BitwiseCopyable, Sendable {
        /// The bits.
        public var rawValue: UInt16

        /// Fields from their bits.
        @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// Whether all bits of `other` are set.
        @inlinable public func contains(_ other: Presence) -> Bool { rawValue & other.rawValue == other.rawValue }
        /// Sets the bits of `other`.
        @inlinable public mutating func formUnion(_ other: Presence) { rawValue |= other.rawValue }
        /// Clears the bits of `other` and tells those that were set.
        @inlinable @discardableResult
        public mutating func remove(_ other: Presence) -> Presence? {
            let common = rawValue & other.rawValue
            rawValue &= ~other.rawValue
            return common == 0 ? nil : Presence(rawValue: common)
        }
        /// Sets the bits of `other`; tells whether they were new.
        @inlinable @discardableResult
        public mutating func insert(_ other: Presence) -> (inserted: Bool, memberAfterInsert: Presence) {
            let isNew = !contains(other)
            rawValue |= other.rawValue
            return (isNew, other)
        }

        /// Ports: TCP, UDP, SCTP and their like, unless only later fragments were seen.
        @inlinable public static var ports: Presence { Presence(rawValue: 1 << 0) }
        /// `icmpTypeCodeForward`.
        @inlinable public static var icmpForward: Presence { Presence(rawValue: 1 << 1) }
        /// `icmpTypeCodeReverse`.
        @inlinable public static var icmpReverse: Presence { Presence(rawValue: 1 << 2) }
        /// `segment`.
        @inlinable public static var segment: Presence { Presence(rawValue: 1 << 3) }
        /// `vlanForward`.
        @inlinable public static var vlanForward: Presence { Presence(rawValue: 1 << 4) }
        /// `vlanReverse`.
        @inlinable public static var vlanReverse: Presence { Presence(rawValue: 1 << 5) }
        /// `sourceMAC` and `destinationMAC`.
        @inlinable public static var macs: Presence { Presence(rawValue: 1 << 6) }
        /// `handshakeRoundTrip`.
        @inlinable public static var handshakeRoundTrip: Presence { Presence(rawValue: 1 << 7) }
        /// This record ends its flow: no later slice follows.
        @inlinable public static var lastSlice: Presence { Presence(rawValue: 1 << 8) }
        /// The fields about the tunnel.
        @inlinable public static var tunnel: Presence { Presence(rawValue: 1 << 9) }
        /// `applicationId`, `labelSource` and `labelConfidence`.
        @inlinable public static var label: Presence { Presence(rawValue: 1 << 10) }
        /// `icmpErrorTypeCode`, and counts that are not 0 or were not in an earlier slice.
        @inlinable public static var icmpError: Presence { Presence(rawValue: 1 << 11) }
    }

    /// How far a TCP connection has come, over the whole flow.
    @frozen public enum TCPState: UInt8, BitwiseCopyable, Sendable, CaseIterable {
        /// Not TCP.
        case none = 0
        /// A SYN without an answer.
        case synSent = 1
        /// SYN and SYN-ACK.
        case synReceived = 2
        /// The handshake was completed, or data flowed both ways.
        case established = 3
        /// FIN seen from one side.
        case closing = 4
        /// FIN seen from both sides.
        case closed = 5
        /// RST seen.
        case reset = 6
        /// Seen from the middle: no handshake observed.
        case midstream = 7
    }

    /// Whether the responder's service is there (design semantics 9).
    @frozen public enum ServiceEvidence: UInt8, BitwiseCopyable, Sendable, CaseIterable {
        /// No packet came back.
        case silent = 0
        /// SYN-ACK, or any reverse payload.
        case answered = 1
        /// RST in answer to a SYN, or an ICMP error that says so, and nothing came back.
        case refused = 2
    }

    /// What told the initiator, strongest last.
    @frozen public enum InitiatorEvidence: UInt8, BitwiseCopyable, Sendable, CaseIterable {
        case firstSeen = 0
        case portRole = 1
        case learnedService = 2
        case synAck = 3
        case syn = 4
        /// Perimeter: told by configuration, not by packets.
        case perimeter = 5

        /// IE 239 biflowDirection: 1 initiator for SYN evidence, 3 perimeter, else 0 arbitrary (RFC 5103 section 6.3).
        @inlinable public var biflowDirection: UInt8 {
            switch self {
            case .syn, .synAck: 1
            case .perimeter: 3
            default: 0
            }
        }
    }

    /// IE 136 flowEndReason.
    @frozen public enum FlowEndReason: UInt8, BitwiseCopyable, Sendable, CaseIterable {
        /// Not ended: no record that leaves the table has it. Swift keeps an enumeration in memory as the index of its
        /// case, and the exporters read records as memory: case n must be the number n.
        case none = 0
        case idleTimeout = 1
        case activeTimeout = 2
        case endOfFlow = 3
        case forcedEnd = 4
        case lackOfResources = 5
    }

    /// Where a flow goes between zones (design semantics 8).
    @frozen public enum ZoneDirection: UInt8, BitwiseCopyable, Sendable, CaseIterable {
        case unknown = 0
        case inbound = 1
        case outbound = 2
        case `internal` = 3
        case transit = 4
    }
}

extension FlowRecord {
    /// Engine 20 of RFC 6759 section 4.1: the selector is of an enterprise's own list.
    package static var applicationEngine: UInt64 { 20 }
    /// The label's selector; 0 for none.
    package var applicationSelector: Int { Int(applicationId & 0xFF_FFFF) }
    /// The initiator's address (IE 8, 27).
    package var sourceAddress: IPAddress { IPAddress(high: sourceHigh, low: sourceLow, version: ipVersion) }
    /// The responder's address (IE 12, 28).
    package var destinationAddress: IPAddress {
        IPAddress(high: destinationHigh, low: destinationLow, version: ipVersion)
    }
    /// Whether the flow is a tunnel's own and each of its packets is counted in another flow too.
    package var isTunnelCopy: Bool { presence.contains(.tunnel) && tunnelDepth == 0 }
    /// Time of the slice's first packet in either direction.
    package var start: Nanoseconds {
        packetsForward == 0 ? firstReverse : packetsReverse == 0 ? firstForward : min(firstForward, firstReverse)
    }
    /// Time of the slice's last packet in either direction.
    package var end: Nanoseconds { max(lastForward, lastReverse) }
}
