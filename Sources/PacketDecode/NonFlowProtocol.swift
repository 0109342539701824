/// What a packet without a flow was: an EtherType, an LLC service access point, or what another link layer calls it.
package struct NonFlowProtocol: Hashable, Sendable {
    /// EtherType (IEEE 802.3); 0xFFFF_0000 + DSAP << 8 + SSAP for LLC; 0xFFFE_0000 + the PPP protocol; 0xFFFD_0000 + the
    /// kind of 802.11 frame; 0xFFFC_0000 + the LINKTYPE_ number.
    package let code: UInt32

    private static let llcSpace: UInt32 = 0xFFFF_0000
    private static let pppSpace: UInt32 = 0xFFFE_0000
    private static let wirelessSpace: UInt32 = 0xFFFD_0000
    private static let linkSpace: UInt32 = 0xFFFC_0000

    /// A protocol from its code.
    package init(code: UInt32) { self.code = code }

    /// The EtherType.
    package static func etherType(_ value: UInt16) -> NonFlowProtocol { NonFlowProtocol(code: UInt32(value)) }
    /// The LLC service access points.
    package static func llc(_ saps: UInt16) -> NonFlowProtocol { NonFlowProtocol(code: llcSpace | UInt32(saps)) }
    /// The PPP protocol (https://www.iana.org/assignments/ppp-numbers).
    package static func ppp(_ number: UInt16) -> NonFlowProtocol { NonFlowProtocol(code: pppSpace | UInt32(number)) }
    /// The kind of 802.11 frame: 0 management, 1 control, 2 without data, 3 encrypted, 4 a later fragment.
    package static func wireless(_ frame: UInt16) -> NonFlowProtocol {
        NonFlowProtocol(code: wirelessSpace | UInt32(frame))
    }
    /// A frame of this link type (https://www.tcpdump.org/linktypes.html) that carries no IP.
    package static func link(_ type: UInt16) -> NonFlowProtocol { NonFlowProtocol(code: linkSpace | UInt32(type)) }

    /// Name where there is one, else the number.
    package var description: String {
        let value = UInt16(truncatingIfNeeded: code)
        switch code & 0xFFFF_0000 {
        case Self.llcSpace: return Self.llcNames[value] ?? "LLC 0x" + String(value, radix: 16)
        case Self.pppSpace: return "PPP " + (Self.pppNames[value] ?? "0x" + String(value, radix: 16))
        case Self.wirelessSpace: return "802.11 " + (Self.wirelessNames[value] ?? "frames")
        case Self.linkSpace: return (Self.linkNames[value] ?? "link type \(value)") + ", not IP"
        default: return Self.etherTypeNames[value] ?? "EtherType 0x" + String(value, radix: 16)
        }
    }

    /// https://www.iana.org/assignments/ieee-802-numbers
    private static let etherTypeNames: [UInt16: String] = [
        0x0806: "ARP", 0x0842: "Wake-on-LAN", 0x22F0: "AVTP", 0x6003: "DECnet", 0x8035: "RARP", 0x809B: "AppleTalk",
        0x80F3: "AppleTalk ARP", 0x8137: "IPX", 0x8808: "Ethernet flow control", 0x8809: "slow protocols (LACP)",
        0x8847: "MPLS", 0x8848: "MPLS multicast", 0x8863: "PPPoE discovery", 0x887B: "HomePlug", 0x888E: "EAPOL",
        0x8892: "PROFINET", 0x88A4: "EtherCAT", 0x88B8: "GOOSE", 0x88BA: "sampled values", 0x88CC: "LLDP",
        0x88E5: "MACsec", 0x88F5: "MVRP", 0x88F6: "MMRP", 0x88F7: "PTP", 0x8902: "CFM", 0x8906: "FCoE", 0x8914: "FIP",
        0x9000: "loopback test",
    ]

    private static let llcNames: [UInt16: String] = [0x4242: "STP", 0xFEFE: "OSI (IS-IS)", 0xF0F0: "NetBIOS"]

    private static let pppNames: [UInt16: String] = [
        0x002B: "IPX", 0x002D: "compressed TCP", 0x002F: "uncompressed TCP", 0x003D: "multilink", 0x00FD: "compressed",
        0x8021: "IPCP", 0x8057: "IPv6CP", 0x80FD: "CCP", 0xC021: "LCP", 0xC023: "PAP", 0xC025: "LQR", 0xC223: "CHAP",
        0xC227: "EAP",
    ]

    private static let wirelessNames: [UInt16: String] = [
        0: "management", 1: "control", 2: "without data", 3: "encrypted", 4: "later fragments",
    ]

    private static let linkNames: [UInt16: String] = [
        6: "Token Ring", 7: "ARCnet", 8: "SLIP", 10: "FDDI", 107: "Frame Relay", 123: "ATM", 129: "ARCnet",
        139: "MTP2", 140: "MTP2", 141: "MTP3", 142: "SCCP", 177: "LAPD", 186: "USB", 187: "Bluetooth HCI",
        189: "USB", 190: "CAN", 192: "PPI", 195: "IEEE 802.15.4", 201: "Bluetooth HCI", 215: "IEEE 802.15.4",
        220: "USB", 226: "IPNET", 227: "CAN", 230: "IEEE 802.15.4", 239: "NFLOG", 249: "USB",
        251: "Bluetooth LE", 253: "netlink", 254: "Bluetooth monitor", 256: "Bluetooth LE", 258: "PKTAP", 266: "USB",
        272: "nordic BLE", 283: "IEEE 802.15.4", 288: "USB", 293: "USB", 294: "USB", 295: "USB",
    ]
}
