/// Every protocol the decoder knows, one line each. A new decoder is a file of its own and a line here.
enum Registry {
    /// Decodes the header that `layer` announces and returns what comes next.
    @inline(__always)
    static func decode(_ layer: Layer, _ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        switch layer.space {
        case .link: link(layer.value, &cursor, &packet)
        case .etherType: etherType(layer.value, &cursor, &packet)
        case .llc: LLC.decode(&cursor, &packet)
        case .ip: RawIP.decode(&cursor, &packet)
        case .ipProtocol: ipProtocol(UInt8(truncatingIfNeeded: layer.value), &cursor, &packet)
        case .flow, .notAFlow, .notAFlowLLC, .undecodable: layer
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
        default: .undecodable(.linkTypeUnknown)
        }
    }

    // EtherTypes: https://www.iana.org/assignments/ieee-802-numbers
    @inline(__always)
    private static func etherType(_ type: UInt16, _ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        switch type {
        case 0x0800: IPv4.decode(&cursor, &packet)
        case 0x86DD: IPv6.decode(&cursor, &packet)
        case 0x8100, 0x88A8, 0x9100, 0x9200: VLAN.decode(&cursor, &packet)
        default: .notAFlow(etherType: type)
        }
    }

    // Protocol numbers: https://www.iana.org/assignments/protocol-numbers
    @inline(__always)
    private static func ipProtocol(_ number: UInt8, _ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        switch number {
        case 6: TCP.decode(&cursor, &packet)
        case 17: UDP.decode(&cursor, &packet)
        case 1: ICMP.decode(&cursor, &packet)
        case 58: ICMPv6.decode(&cursor, &packet)
        case 132: SCTP.decode(&cursor, &packet)
        case 33, 136: PortPair.decode(&cursor, &packet)
        case 0, 43, 60: IPv6Extension.decodeOptions(number, &cursor, &packet)
        case 44: IPv6Extension.decodeFragment(&cursor, &packet)
        case 51: AuthenticationHeader.decode(&cursor, &packet)
        default: .flow
        }
    }
}
