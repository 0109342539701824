public import NetTypes

/// What the decoder found in one packet that belongs to a flow: the flow's key, and what the flow counts.
///
/// 120 octets, without references; integers in host byte order. The two endpoints are in canonical order: endpoint A
/// has the lower (address, port), so that both directions of a flow have equal keys; `sender` tells who sent this one.
///
/// Public, as are its flags, because the flow table reads it for every packet: `@inlinable` does not carry `package`
/// members into another module (docs/workarounds.md).
@frozen public struct PacketFacts: BitwiseCopyable, Sendable {
    // Key.

    /// First word of endpoint A's address, as in `IPAddress`.
    public var addressAHigh: UInt64 = 0
    /// Second word of endpoint A's address.
    public var addressALow: UInt64 = 0
    /// First word of endpoint B's address.
    public var addressBHigh: UInt64 = 0
    /// Second word of endpoint B's address.
    public var addressBLow: UInt64 = 0
    /// Ports, protocol, IP version and observation domain in one word, as keys are compared and hashed. From the low end:
    /// `portA` 16 bits, `portB` 16, `protocolIdentifier` 8, 1 for IPv6 1, `domain` 15; the upper eight bits are 0.
    public var keyWord: UInt64 = 0
    /// Tenant segment; 0 without `.segment`.
    public var segment: UInt32 = 0

    // Filled in by the flow table.

    /// Keyed hash of the key.
    public var hash: UInt32 = 0

    // This packet.

    /// When the packet was seen.
    public var timestamp: Nanoseconds = 0
    /// The packet's number in the input, from 1.
    public var frameNumber: UInt64 = 0
    /// IP header and payload by the IP header's own word, at most what was on the wire.
    public var networkOctets: UInt32 = 0
    /// Octets on the wire without FCS.
    public var wireOctets: UInt32 = 0
    /// Octets the transport header carries, by the IP header's word.
    public var payloadOctets: UInt32 = 0
    /// TCP sequence number; valid with `.tcp`. With `.held` the high word of the packet's own number.
    public var tcpSequence: UInt32 = 0
    /// TCP acknowledgement number; valid with `.tcp`. With `.held` the low word of the packet's own number.
    public var tcpAcknowledgement: UInt32 = 0
    /// IPv4 identification or IPv6 fragment identification; valid with `.firstFragment` or `.laterFragment`.
    public var fragmentIdentification: UInt32 = 0
    /// Ethernet source, 48 bits; valid with `.macs`.
    public var sourceMAC: UInt64 = 0
    /// Ethernet destination, 48 bits; valid with `.macs`.
    public var destinationMAC: UInt64 = 0
    /// Outermost VLAN id; valid with `.vlan`.
    public var vlan: UInt16 = 0
    /// ICMP type (high octet) and code (low octet); valid with `.icmp` and with `.notice`.
    public var icmpTypeCode: UInt16 = 0
    /// Which facts hold.
    public var flags = Flags.none
    /// TCP flags octet: CWR ECE URG ACK PSH RST SYN FIN.
    public var tcpFlags: UInt8 = 0
    /// TTL or hop limit.
    public var timeToLive: UInt8 = 0
    /// Type of service or traffic class octet.
    public var classOfService: UInt8 = 0
    /// Observation point index (id less 1).
    public var observationPoint: UInt8 = 0
    /// What was odd, a bit for each `Anomaly`.
    public var anomalies: UInt16 = 0
    /// Number of VLAN tags passed.
    public var tags: UInt8 = 0

    // Of fragments only: what these hold for other packets means nothing.

    /// Where the fragment begins in its datagram, in units of eight octets; valid with `.firstFragment` or
    /// `.laterFragment`.
    public var fragmentStart: UInt16 = 0
    /// Units of eight octets in the fragment, the last one perhaps not full; valid likewise.
    public var fragmentUnits: UInt16 = 0

    /// Facts about nothing yet.
    @inlinable public init() {}

    /// Endpoint A's port. ICMP: the echo identifier, or 0.
    @inlinable public var portA: UInt16 {
        get { UInt16(truncatingIfNeeded: keyWord) }
        set { keyWord = keyWord & ~0xFFFF | UInt64(newValue) }
    }
    /// Endpoint B's port. ICMP: the type that stands for request and reply (high octet).
    @inlinable public var portB: UInt16 {
        get { UInt16(truncatingIfNeeded: keyWord >> 16) }
        set { keyWord = keyWord & ~0xFFFF_0000 | UInt64(newValue) << 16 }
    }
    /// Upper-layer protocol number (IE 4), extension headers passed.
    @inlinable public var protocolIdentifier: UInt8 {
        get { UInt8(truncatingIfNeeded: keyWord >> 32) }
        set { keyWord = keyWord & ~0xFF_0000_0000 | UInt64(newValue) << 32 }
    }
    /// 4 or 6; facts about nothing say 4.
    @inlinable public var ipVersion: UInt8 {
        get { keyWord & Self.ipv6Bit == 0 ? 4 : 6 }
        set { keyWord = newValue == 6 ? keyWord | Self.ipv6Bit : keyWord & ~Self.ipv6Bit }
    }
    /// The bit of `keyWord` that IPv6 sets.
    @inlinable public static var ipv6Bit: UInt64 { 1 << 40 }
    /// Observation domain index (id less 1), below 32,768.
    @inlinable public var domain: UInt16 {
        get { UInt16(truncatingIfNeeded: keyWord >> 41) }
        set { keyWord = keyWord & ((1 << 41) - 1) | Self.domainBits(newValue) }
    }
    /// Where `keyWord` has the observation domain `index`.
    @inlinable public static func domainBits(_ index: UInt16) -> UInt64 { UInt64(index & 0x7FFF) << 41 }

    /// Who sent the packet: 0 for endpoint A, 1 for B.
    @inlinable public var sender: Int { Int(flags.rawValue & 1) }

    /// The packet's own number in the input. `frameNumber` is that of the packet at which it is counted, which for a
    /// fragment that was held back is a later one.
    @inlinable public var ownFrameNumber: UInt64 {
        flags.contains(.held) ? UInt64(tcpSequence) << 32 | UInt64(tcpAcknowledgement) : frameNumber
    }

    /// Bits that say which facts hold. Spelled out rather than an `OptionSet`: the flow table reads them for every packet
    /// from another module, where a protocol's members are calls.
    @frozen public struct Flags: BitwiseCopyable, Sendable, Equatable {
        /// The bits.
        public var rawValue: UInt16

        /// Flags from their bits.
        @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// No flag.
        @inlinable public static var none: Flags { Flags(rawValue: 0) }
        /// Endpoint B sent the packet; without it, A did.
        @inlinable public static var fromB: Flags { Flags(rawValue: 1 << 0) }
        /// The ports are ports.
        ///
        /// Two bits, one in each octet: setting one would be a one-octet store, and reading all flags right after it would
        /// wait until that store has left the core, for every packet.
        @inlinable public static var ports: Flags { Flags(rawValue: 1 << 1 | 1 << 9) }
        /// `sourceMAC` and `destinationMAC`.
        @inlinable public static var macs: Flags { Flags(rawValue: 1 << 2) }
        /// `vlan`.
        @inlinable public static var vlan: Flags { Flags(rawValue: 1 << 3) }
        /// `segment`.
        @inlinable public static var segment: Flags { Flags(rawValue: 1 << 4) }
        /// `icmpTypeCode`.
        @inlinable public static var icmp: Flags { Flags(rawValue: 1 << 5) }
        /// A whole TCP header was read: sequence, acknowledgement and flags hold.
        @inlinable public static var tcp: Flags { Flags(rawValue: 1 << 6) }
        /// First fragment of a datagram: offset 0, more to come.
        @inlinable public static var firstFragment: Flags { Flags(rawValue: 1 << 7) }
        /// A later fragment: no transport header.
        @inlinable public static var laterFragment: Flags { Flags(rawValue: 1 << 8) }
        /// The flow is inside a tunnel: the batch's `TunnelFacts` of this packet hold.
        @inlinable public static var tunnel: Flags { Flags(rawValue: 1 << 10) }
        /// The flow is that of a tunnel in which the packet is counted a second time (`TunnelRule.both`).
        @inlinable public static var tunnelCopy: Flags { Flags(rawValue: 1 << 11) }
        /// No packet, but the news for the flow with this key that an ICMP error (`icmpTypeCode`) came about a packet of
        /// it, which `sender` had sent; `tcpSequence` is that packet's with `.tcp`.
        @inlinable public static var notice: Flags { Flags(rawValue: 1 << 13) }
        /// A later fragment that was held back and is counted at the packet `frameNumber`; see `ownFrameNumber`.
        @inlinable public static var held: Flags { Flags(rawValue: 1 << 14) }

        /// Longer than the link takes: several packets that an adapter or a kernel merged into one.
        @inlinable public static var merged: Flags { Flags(rawValue: 1 << 12) }

        /// Whether any bit of `other` is set.
        @inlinable public func contains(_ other: Flags) -> Bool { rawValue & other.rawValue != 0 }
        /// Sets the bits of `other`.
        @inlinable public mutating func insert(_ other: Flags) { rawValue |= other.rawValue }
        /// Clears the bits of `other`.
        @inlinable public mutating func remove(_ other: Flags) { rawValue &= ~other.rawValue }
    }
}

/// TCP flag bits (RFC 9293 section 3.1).
@frozen public enum TCPFlag {
    /// No more data from the sender.
    @inlinable public static var fin: UInt8 { 0x01 }
    /// Synchronise sequence numbers: the connection begins.
    @inlinable public static var syn: UInt8 { 0x02 }
    /// Reset the connection.
    @inlinable public static var rst: UInt8 { 0x04 }
    /// Push.
    @inlinable public static var psh: UInt8 { 0x08 }
    /// The acknowledgement number holds.
    @inlinable public static var ack: UInt8 { 0x10 }
}
