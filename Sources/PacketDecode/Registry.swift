/// Every protocol the decoder knows, one line each. A new decoder is a file of its own, a line here, and a row
/// in `ProtocolCatalogue`.
enum Registry {
    /// Decodes the header that `layer` announces and returns what comes next.
    @inline(__always)
    static func decode(
        _ layer: Layer, _ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath
    ) -> Layer {
        switch layer.space {
        case .link: link(layer.value, &cursor, &packet)
        case .etherType: etherType(layer.value, &cursor, &packet)
        case .llc: LLC.decode(&cursor, &packet)
        case .ip: RawIP.decode(&cursor, &packet)
        case .ipProtocol: ipProtocol(UInt8(truncatingIfNeeded: layer.value), &cursor, &packet, &path)
        case .udpPort: udpPort(layer.value, &cursor, &packet, &path)
        default: layer
        }
    }

    // LINKTYPE_ numbers: https://www.tcpdump.org/linktypes.html
    @inline(__always)
    private static func link(_ type: UInt16, _ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        switch type {
        case 1: Ethernet.decode(&cursor, &packet)
        case 0: NullLoopback.decode(&cursor, &packet)
        case 108: NullLoopback.decodeOpenBSD(&cursor, &packet)
        case 12, 14, 101: RawIP.decode(&cursor, &packet)
        case 113: LinuxSLL.decode(&cursor, &packet)
        case 228: IPv4.decode(&cursor, &packet)
        case 229: IPv6.decode(&cursor, &packet)
        case 276: LinuxSLL2.decode(&cursor, &packet)
        default: rareLink(type, &cursor, &packet)
        }
    }

    @inline(never)
    private static func rareLink(_ type: UInt16, _ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        switch type {
        case 6: TokenRing.decode(&cursor, &packet)
        case 7: ARCnet.decode(typeAt: 2, linkType: type, &cursor)
        case 8: SLIP.decode(&cursor, &packet)
        case 9: PPP.decode(&cursor, &packet)
        case 10: FDDI.decode(&cursor, &packet)
        case 50: PPP.decodeSerial(&cursor, &packet)
        case 51: PPPoE.decode(&cursor, &packet)
        case 100: LLC.decode(&cursor, &packet)
        case 104: CiscoHDLC.decode(&cursor, &packet)
        case 105: IEEE80211.decode(&cursor, &packet)
        case 107: FrameRelay.decode(&cursor, &packet)
        case 119, 163: MonitorHeader.decode(&cursor, &packet)
        case 123: SunATM.decode(&cursor, &packet)
        case 127: Radiotap.decode(&cursor, &packet)
        case 129: ARCnet.decode(typeAt: 4, linkType: type, &cursor)
        case 192: PPI.decode(&cursor, &packet)
        case 204: PPP.decodeWithDirection(&cursor, &packet)
        case 206: FrameRelay.decodeWithDirection(&cursor, &packet)
        case 226: IPNET.decode(&cursor, &packet)
        case 239: NFLOG.decode(&cursor, &packet)
        case 258: PKTAP.decode(&cursor, &packet)
        case 281: BroadcomTag.decodeFrame(&cursor, &packet)
        case 282: BroadcomTag.decodePrepended(&cursor, &packet)
        case 284: DSATag.decodeFrame(&cursor, &packet)
        case 285: Ethernet.decode(&cursor, &packet)
        // Telephony, USB, Bluetooth, CAN, IEEE 802.15.4, netlink: no IP, or none that is not compressed.
        case 139...142, 177, 186, 187, 189, 190, 195, 201, 215, 220, 227, 230, 249, 251, 253, 254, 256, 266, 272, 283,
            288,
            293...295:
            .notAFlow(link: type)
        default: .undecodable(.linkTypeUnknown)
        }
    }

    // EtherTypes: https://www.iana.org/assignments/ieee-802-numbers
    @inline(__always)
    private static func etherType(_ type: UInt16, _ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        switch type {
        case 0x0800: IPv4.decode(&cursor, &packet)
        case 0x86DD: IPv6.decode(&cursor, &packet)
        case 0x8100, 0x88A8, 0x9100, 0x9200, 0x9300: VLAN.decode(&cursor, &packet)
        default: rareEtherType(type, &cursor, &packet)
        }
    }

    @inline(never)
    private static func rareEtherType(_ type: UInt16, _ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        switch type {
        case 0x6558: Ethernet.decode(&cursor, &packet)
        case 0x880B: PPP.decode(&cursor, &packet)
        case 0x8847, 0x8848: MPLS.decode(&cursor, &packet)
        case 0x8864: PPPoE.decode(&cursor, &packet)
        case 0x8874: PortTag.decode(octets: 4, &cursor, &packet)
        case 0x88E7: ProviderBackbone.decode(&cursor, &packet)
        case 0x8903: FabricPath.decode(&cursor, &packet)
        case 0x8909: CiscoMetadata.decode(&cursor, &packet)
        case 0x8926: PortTag.decode(octets: 4, &cursor, &packet)
        case 0x893F: PortTag.decode(octets: 6, &cursor, &packet)
        case 0x894F: NSH.decode(&cursor, &packet)
        case 0xDADA: DSATag.decodeWithType(&cursor, &packet)
        default: .notAFlow(etherType: type)
        }
    }

    // Protocol numbers: https://www.iana.org/assignments/protocol-numbers
    @inline(__always)
    private static func ipProtocol(
        _ number: UInt8, _ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath
    ) -> Layer {
        switch number {
        case 6: TCP.decode(&cursor, &packet)
        case 17: UDP.decode(&cursor, &packet)
        case 1: ICMP.decode(&cursor, &packet)
        case 58: ICMPv6.decode(&cursor, &packet)
        case 132: SCTP.decode(&cursor, &packet)
        case 33, 136: PortPair.decode(&cursor, &packet)
        case 0, 43, 60: IPv6Extension.decodeOptions(number, &cursor, &packet)
        case 44: IPv6Extension.decodeFragment(&cursor, &packet)
        case 135, 139, 140: IPv6Extension.decodeSignalling(number, &cursor, &packet)
        case 51: AuthenticationHeader.decode(&cursor, &packet)
        default: tunnelProtocol(number, &cursor, &packet, &path)
        }
    }

    @inline(never)
    private static func tunnelProtocol(
        _ number: UInt8, _ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath
    ) -> Layer {
        switch number {
        case 4, 41: IPInIP.decode(number, cursor, &packet, &path)
        case 47: GRE.decode(&cursor, &packet, &path)
        case 50: OpaqueTunnel.decode(.esp, &path)
        case 97: EtherIP.decode(&cursor, &packet, &path)
        case 108: OpaqueTunnel.decode(.ipComp, &path)
        case 115: L2TPv3.decodeOverIP(&cursor, &packet, &path)
        case 137: MPLSTunnel.decode(.mplsInIP, cursor, &packet, &path)
        case 143: EtherIP.decodeBare(cursor, &packet, &path)
        default: .flow
        }
    }

    // Well-known UDP ports of tunnels; `TunnelPorts` has the same.
    @inline(never)
    private static func udpPort(
        _ port: UInt16, _ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath
    ) -> Layer {
        switch port {
        case 1194: OpaqueTunnel.decodeOpenVPN(cursor, &path)
        case 1701: L2TP.decode(&cursor, &packet, &path)
        case 2152: GTPU.decode(&cursor, &packet, &path)
        case 3544: Teredo.decode(&cursor, &packet, &path)
        case 4341: LISP.decode(&cursor, &packet, &path)
        case 4500: OpaqueTunnel.decodeESPInUDP(cursor, &path)
        case 4754: GRE.decode(&cursor, &packet, &path)
        case 4789, 8472: VXLAN.decode(&cursor, &packet, &path)
        case 4790: VXLANGPE.decode(&cursor, &packet, &path)
        case 5072: AYIYA.decode(&cursor, &packet, &path)
        case 5247: CAPWAP.decode(&cursor, &packet, &path)
        case 6081: GENEVE.decode(&cursor, &packet, &path)
        case 6635: MPLSTunnel.decode(.mplsInUDP, cursor, &packet, &path)
        case 51_820: OpaqueTunnel.decodeWireGuard(cursor, packet, &path)
        default: .flow
        }
    }
}
