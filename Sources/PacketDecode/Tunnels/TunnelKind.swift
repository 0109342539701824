/// What kind of tunnel a flow was seen in. Numbers are exported (`tunnelType`): never change or reuse one.
package enum TunnelKind: UInt8, Sendable, CaseIterable {
    /// No tunnel.
    case none = 0
    /// IP in IP: 4in4, 4in6, 6in4, 6in6 (RFC 2003, RFC 2473, RFC 4213); the versions tell which.
    case ipInIP = 1
    /// 6in4 with a 2002::/16 address inside (RFC 3056).
    case sixToFour = 2
    /// IPv6 through NAT over UDP (RFC 4380).
    case teredo = 3
    /// Generic routing encapsulation (RFC 2784, RFC 2890), over IP or UDP (RFC 8086).
    case gre = 4
    /// Enhanced GRE, version 1 (RFC 2637).
    case pptp = 5
    /// Ethernet in GRE with a virtual subnet id (RFC 7637).
    case nvgre = 6
    /// Mirrored frames in GRE, type I, II or III (draft-foschiano-erspan).
    case erspan = 7
    /// RFC 7348.
    case vxlan = 8
    /// VXLAN with a protocol number (draft-ietf-nvo3-vxlan-gpe).
    case vxlanGPE = 9
    /// RFC 8926.
    case geneve = 10
    /// GPRS tunnelling, user plane (3GPP TS 29.281).
    case gtpU = 11
    /// RFC 2661.
    case l2tpV2 = 12
    /// RFC 3931.
    case l2tpV3 = 13
    /// MPLS in IP (RFC 4023).
    case mplsInIP = 14
    /// MPLS in UDP (RFC 7510).
    case mplsInUDP = 15
    /// RFC 9300.
    case lisp = 16
    /// CAPWAP data channel (RFC 5415).
    case capwap = 17
    /// Anything in anything (draft-massar-v6ops-ayiya).
    case ayiya = 18
    /// Ethernet in IP (RFC 3378).
    case etherIP = 19
    /// Ethernet as an IP protocol of its own, as segment routing carries it (RFC 8986).
    case ethernetInIP = 20

    /// The name for reports and documents.
    package var name: String {
        switch self {
        case .none: "no tunnel"
        case .ipInIP: "IP in IP"
        case .sixToFour: "6to4"
        case .teredo: "Teredo"
        case .gre: "GRE"
        case .pptp: "PPTP"
        case .nvgre: "NVGRE"
        case .erspan: "ERSPAN"
        case .vxlan: "VXLAN"
        case .vxlanGPE: "VXLAN-GPE"
        case .geneve: "GENEVE"
        case .gtpU: "GTP-U"
        case .l2tpV2: "L2TPv2"
        case .l2tpV3: "L2TPv3"
        case .mplsInIP: "MPLS in IP"
        case .mplsInUDP: "MPLS in UDP"
        case .lisp: "LISP"
        case .capwap: "CAPWAP"
        case .ayiya: "AYIYA"
        case .etherIP: "EtherIP"
        case .ethernetInIP: "Ethernet in IP"
        }
    }
}

/// Which way a mirrored packet went through the mirrored port. Numbers are exported (`tunnelDirection`).
package enum MirrorDirection: UInt8, Sendable, CaseIterable {
    /// The tunnel does not say.
    case unknown = 0
    /// Into the switch.
    case ingress = 1
    /// Out of the switch.
    case egress = 2
}

/// The tunnel around a packet's flow: the header that carried it. Integers in host byte order, addresses as the packet
/// had them, from sender to receiver.
package struct TunnelFacts: BitwiseCopyable, Sendable, Equatable {
    /// First word of the outer source address; an IPv4 address is IPv4-mapped (RFC 4291 section 2.5.5.2).
    package var sourceHigh: UInt64 = 0
    /// Second word of the outer source address.
    package var sourceLow: UInt64 = 0
    /// First word of the outer destination address.
    package var destinationHigh: UInt64 = 0
    /// Second word of the outer destination address.
    package var destinationLow: UInt64 = 0
    /// VNI, VSID, key, TEID, call or session id, label: what the tunnel's header has; 0 when it has none.
    package var identifier: UInt32 = 0
    /// The raw value of a `TunnelKind`.
    package var kind: UInt8 = 0
    /// How many tunnels the flow was in, this one included.
    package var depth: UInt8 = 0
    /// The raw value of a `MirrorDirection`.
    package var direction: UInt8 = 0

    /// Facts about no tunnel.
    package init() {}
}
