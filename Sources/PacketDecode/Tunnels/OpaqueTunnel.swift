/// Tunnels whose contents are encrypted or compressed: the flow is the tunnel's own, and its packets are counted.
package enum OpaqueTunnel: UInt8, Sendable, CaseIterable {
    /// IP encapsulating security payload (RFC 4303).
    case esp = 0
    /// ESP in UDP, port 4500 (RFC 3948).
    case espInUDP = 1
    /// IP payload compression (RFC 3173).
    case ipComp = 2
    /// WireGuard, on its usual port 51820.
    case wireGuard = 3
    /// OpenVPN over UDP, on its registered port 1194.
    case openVPN = 4

    /// Words for a report.
    package var description: String {
        switch self {
        case .esp: "ESP"
        case .espInUDP: "ESP in UDP"
        case .ipComp: "IPComp"
        case .wireGuard: "WireGuard"
        case .openVPN: "OpenVPN"
        }
    }

    // An IP protocol that says enough by its number.
    static func decode(_ tunnel: OpaqueTunnel, _ path: inout TunnelPath) -> Layer {
        path.opaque = tunnel
        return .flow
    }

    /// UDP port 4500: a security parameters index, which is never 0, and a sequence number. Four zeros stand before IKE,
    /// a single octet keeps a NAT's mapping alive (RFC 3948 section 2).
    static func decodeESPInUDP(_ cursor: borrowing Cursor, _ path: inout TunnelPath) -> Layer {
        if cursor.remaining >= 8, cursor.u32(0) != 0 { path.opaque = .espInUDP }
        return .flow
    }

    /// UDP port 51820. A type from 1 to 4, three zeros, and the length that the type has: handshake initiation and response,
    /// cookie reply, and data in blocks of 16 octets (https://www.wireguard.com/protocol/).
    static func decodeWireGuard(
        _ cursor: borrowing Cursor, _ packet: borrowing PacketFacts, _ path: inout TunnelPath
    ) -> Layer {
        guard cursor.remaining >= 4 else { return .flow }
        let isSound =
            switch (cursor.u32(0), packet.payloadOctets) {
            case (0x0100_0000, 148), (0x0200_0000, 92), (0x0300_0000, 64): true
            case (0x0400_0000, let octets): octets >= 32 && octets & 15 == 0
            default: false
            }
        if isSound { path.opaque = .wireGuard }
        return .flow
    }

    /// UDP port 1194. Operation code in the upper five bits, 1 to 11, and a session id of eight octets behind it in all but
    /// the two kinds of data packet (https://openvpn.net/community-resources/openvpn-protocol/).
    static func decodeOpenVPN(_ cursor: borrowing Cursor, _ path: inout TunnelPath) -> Layer {
        guard cursor.remaining >= 9 else { return .flow }
        if (1...11).contains(cursor.u8(0) >> 3) { path.opaque = .openVPN }
        return .flow
    }
}
