/// Names of the LINKTYPE_ numbers that captures are likely to have, for messages (https://www.tcpdump.org/linktypes.html).
private let linkTypeNames: [UInt16: String] = [
    0: "BSD loopback", 1: "Ethernet", 6: "Token Ring", 7: "ARCnet", 8: "SLIP", 9: "PPP", 10: "FDDI",
    50: "PPP in HDLC framing", 51: "PPPoE", 100: "LLC/SNAP over ATM", 101: "raw IP", 104: "Cisco HDLC",
    105: "IEEE 802.11", 106: "Linux classical IP over ATM", 107: "Frame Relay", 108: "OpenBSD loopback",
    109: "OpenBSD ENC",
    113: "Linux cooked v1", 114: "LocalTalk", 117: "OpenBSD pflog", 119: "802.11 with Prism header",
    122: "IP over Fibre Channel", 123: "SunATM", 127: "802.11 with radiotap", 129: "Linux ARCnet",
    138: "IP over IEEE 1394",
    139: "MTP2 with pseudo-header", 140: "MTP2", 141: "MTP3", 142: "SCCP", 143: "DOCSIS", 144: "Linux IrDA",
    147: "private use 0", 148: "private use 1", 149: "private use 2", 150: "private use 3", 151: "private use 4",
    152: "private use 5", 153: "private use 6", 154: "private use 7", 155: "private use 8", 156: "private use 9",
    157: "private use 10", 158: "private use 11", 159: "private use 12", 160: "private use 13", 161: "private use 14",
    162: "private use 15", 163: "802.11 with AVS header", 165: "BACnet MS/TP", 166: "PPP for pppd",
    169: "GPRS LLC", 177: "Linux LAPD", 182: "multi-link Frame Relay", 187: "Bluetooth HCI H4", 189: "USB, Linux",
    192: "PPI", 195: "IEEE 802.15.4 with FCS", 196: "SITA", 197: "Endace ERF", 201: "Bluetooth HCI H4 with direction",
    202: "AX.25 with KISS", 203: "LAPD", 204: "PPP with direction", 205: "Cisco HDLC with direction",
    206: "Frame Relay with direction", 209: "IPMB, Linux", 215: "IEEE 802.15.4 without PHY",
    220: "USB, Linux, mmapped", 224: "Fibre Channel FC-2", 225: "Fibre Channel FC-2 with delimiters",
    226: "Solaris ipnet",
    227: "SocketCAN", 228: "raw IPv4", 229: "raw IPv6", 230: "IEEE 802.15.4 without FCS", 231: "D-Bus",
    235: "DVB-CI", 236: "MUX27010", 237: "STANAG 5066", 239: "NFLOG", 240: "netANALYZER",
    241: "netANALYZER transparent",
    242: "IP over InfiniBand", 243: "MPEG-2 TS", 244: "ng40", 245: "NFC LLCP", 247: "InfiniBand", 248: "SCTP",
    249: "USBPcap", 250: "RTAC serial", 251: "Bluetooth LE link layer", 252: "Wireshark upper PDU", 253: "netlink",
    254: "Bluetooth Linux monitor", 255: "Bluetooth BR/EDR baseband", 256: "Bluetooth LE link layer with PHY",
    257: "PROFIBUS", 258: "Apple pktap", 259: "EPON", 260: "IPMI HPM.2", 261: "Z-Wave R1/R2", 262: "Z-Wave R3",
    264: "ISO 14443", 265: "RDS", 266: "USB, macOS", 268: "SDLC", 270: "LoRaTap", 271: "vSock", 272: "Nordic BLE",
    273: "DOCSIS 3.1 XRA-31", 274: "Ethernet mPackets", 275: "DisplayPort AUX", 276: "Linux cooked v2",
    278: "OpenVizsla USB", 279: "Elektrobit EBHSCR", 280: "VPP dispatch", 281: "DSA tag, Broadcom",
    282: "DSA tag, Broadcom, prepended", 283: "IEEE 802.15.4 TAP", 284: "DSA tag, Marvell",
    285: "Ethertyped DSA tag, Marvell", 286: "ELEE", 287: "Z-Wave serial", 288: "USB 2.0", 289: "ATSC ALP", 290: "ETW",
    293: "USB 2.0, low speed", 294: "USB 2.0, full speed", 295: "USB 2.0, high speed",
]

/// A LINKTYPE_ number's name; nil when it is not among the common ones.
package func linkTypeName(_ linkType: UInt16) -> String? { linkTypeNames[linkType] }

/// A LINKTYPE_ number with its name for messages: "113 (Linux cooked v1)", or the number alone.
package func linkTypeText(_ linkType: UInt16) -> String {
    linkTypeNames[linkType].map { "\(linkType) (\($0))" } ?? "\(linkType)"
}
