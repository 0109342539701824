import NetTypes

/// What the decoder found in one packet that belongs to a flow: the flow's key, and what the flow counts.
///
/// 128 octets, without references; integers in host byte order. The two endpoints are in canonical order: endpoint A
/// has the lower (address, port), so that both directions of a flow have equal keys; `sender` tells who sent this one.
package struct PacketFacts: BitwiseCopyable, Sendable {
    // Key.

    /// Endpoint A's address words, as in `IPAddress`.
    package var addressAHigh: UInt64 = 0
    package var addressALow: UInt64 = 0
    /// Endpoint B's address words.
    package var addressBHigh: UInt64 = 0
    package var addressBLow: UInt64 = 0
    /// Endpoint A's port. ICMP: the echo identifier, or 0.
    package var portA: UInt16 = 0
    /// Endpoint B's port. ICMP: the type that stands for request and reply (high octet).
    package var portB: UInt16 = 0
    /// Upper-layer protocol number (IE 4), extension headers passed.
    package var protocolIdentifier: UInt8 = 0
    /// 4 or 6.
    package var ipVersion: UInt8 = 0
    /// Observation domain index (id less 1).
    package var domain: UInt16 = 0
    /// Tenant segment; 0 without `.segment`.
    package var segment: UInt32 = 0

    // Filled in by the flow table.

    /// Keyed hash of the key.
    package var hash: UInt32 = 0

    // This packet.

    package var timestamp: Nanoseconds = 0
    package var frameNumber: UInt64 = 0
    /// IP header and payload by the IP header's own word, at most what was on the wire.
    package var networkOctets: UInt32 = 0
    /// Octets on the wire without FCS.
    package var wireOctets: UInt32 = 0
    /// Octets the transport header carries, by the IP header's word.
    package var payloadOctets: UInt32 = 0
    package var tcpSequence: UInt32 = 0
    package var tcpAcknowledgement: UInt32 = 0
    /// IPv4 identification or IPv6 fragment identification; valid with `.firstFragment` or `.laterFragment`.
    package var fragmentIdentification: UInt32 = 0
    /// Ethernet source, 48 bits; valid with `.macs`.
    package var sourceMAC: UInt64 = 0
    /// Ethernet destination, 48 bits; valid with `.macs`.
    package var destinationMAC: UInt64 = 0
    /// Outermost VLAN id; valid with `.vlan`.
    package var vlan: UInt16 = 0
    /// ICMP type (high octet) and code (low octet); valid with `.icmp`.
    package var icmpTypeCode: UInt16 = 0
    package var flags: Flags = []
    /// TCP flags octet: CWR ECE URG ACK PSH RST SYN FIN.
    package var tcpFlags: UInt8 = 0
    /// TTL or hop limit.
    package var timeToLive: UInt8 = 0
    /// Type of service or traffic class octet.
    package var classOfService: UInt8 = 0
    /// Observation point index (id less 1).
    package var observationPoint: UInt8 = 0

    /// Facts about nothing yet.
    package init() {}

    /// Who sent the packet: 0 for endpoint A, 1 for B.
    @inlinable package var sender: Int { Int(flags.rawValue & 1) }

    /// Bits that say which facts hold.
    package struct Flags: OptionSet, BitwiseCopyable, Sendable {
        package let rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue }

        /// Endpoint B sent the packet; without it, A did.
        package static let fromB = Flags(rawValue: 1 << 0)
        /// The ports are ports.
        package static let ports = Flags(rawValue: 1 << 1)
        /// `sourceMAC` and `destinationMAC`.
        package static let macs = Flags(rawValue: 1 << 2)
        /// `vlan`.
        package static let vlan = Flags(rawValue: 1 << 3)
        /// `segment`.
        package static let segment = Flags(rawValue: 1 << 4)
        /// `icmpTypeCode`.
        package static let icmp = Flags(rawValue: 1 << 5)
        /// A whole TCP header was read: sequence, acknowledgement and flags hold.
        package static let tcp = Flags(rawValue: 1 << 6)
        /// First fragment of a datagram: offset 0, more to come.
        package static let firstFragment = Flags(rawValue: 1 << 7)
        /// A later fragment: no transport header.
        package static let laterFragment = Flags(rawValue: 1 << 8)
    }
}

/// TCP flag bits (RFC 9293 section 3.1).
package enum TCPFlag {
    package static let fin: UInt8 = 0x01
    package static let syn: UInt8 = 0x02
    package static let rst: UInt8 = 0x04
    package static let psh: UInt8 = 0x08
    package static let ack: UInt8 = 0x10
}
