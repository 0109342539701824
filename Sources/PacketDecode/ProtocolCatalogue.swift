/// What each decoder of `Registry` reads, for people: `docs/protocols.md` is made from these rows, and a test holds them
/// against the registry's own numbers.
package enum ProtocolCatalogue {
    /// One decoder.
    package struct Row: Sendable {
        /// Numbers in the table's number space under which the decoder is reached.
        package let numbers: [Int]
        /// The protocol.
        package let name: String
        /// What is read of it.
        package let reads: String
        /// Where it is described.
        package let source: String

        fileprivate init(_ numbers: [Int], _ name: String, _ reads: String, _ source: String) {
            self.numbers = numbers
            self.name = name
            self.reads = reads
            self.source = source
        }
    }

    /// By LINKTYPE_ number.
    package static let linkTypes = [
        Row([0], "BSD loopback", "address family, either byte order", "libpcap"),
        Row([1], "Ethernet", "addresses, EtherType or length", "IEEE 802.3"),
        Row([6], "Token Ring", "addresses; source routes are passed", "IEEE 802.5"),
        Row([7, 129], "ARCnet", "type, split flag", "RFC 1051, RFC 1201, RFC 2497"),
        Row([8], "SLIP", "IP headers that are not compressed", "RFC 1055"),
        Row([9, 50, 204], "PPP", "protocol", "RFC 1661, RFC 1662"),
        Row([10], "FDDI", "addresses", "ISO 9314"),
        Row([12, 14, 101], "IP", "version", "libpcap"),
        Row([51], "PPPoE session", "length, PPP protocol", "RFC 2516"),
        Row([100], "LLC over ATM", "service access points, SNAP", "RFC 2684"),
        Row([104], "Cisco HDLC", "EtherType", "libpcap"),
        Row([105], "IEEE 802.11", "addresses of data frames that are not encrypted", "IEEE 802.11"),
        Row([107, 206], "Frame Relay", "NLPID or EtherType", "RFC 2427"),
        Row([108], "OpenBSD loopback", "address family", "libpcap"),
        Row([113], "Linux cooked capture v1", "protocol", "libpcap"),
        Row([119, 163], "Prism and AVS headers", "length", "libpcap"),
        Row([123], "SunATM", "traffic type", "libpcap"),
        Row([127], "radiotap", "length, padding", "radiotap.org"),
        Row([192], "per-packet information", "length, link type", "libpcap"),
        Row([226], "IPNET", "address family", "libpcap"),
        Row([228], "IPv4", "see below", "RFC 791"),
        Row([229], "IPv6", "see below", "RFC 8200"),
        Row([239], "NFLOG", "family, the attribute with the packet", "libpcap"),
        Row([258], "PKTAP", "length, link type", "libpcap"),
        Row([276], "Linux cooked capture v2", "protocol", "libpcap"),
        Row([281, 282], "Broadcom switch tag", "passed", "Linux"),
        Row([284], "DSA tag", "VLAN", "Linux"),
        Row([285], "EDSA tag", "VLAN", "Linux"),
        Row(
            Array(139...142) + [177, 186, 187, 189, 190, 195, 201, 215, 220, 227, 230, 249, 251, 253, 254, 256, 266]
                + [272, 283, 288, 293, 294, 295], "telephony, USB, Bluetooth, CAN, IEEE 802.15.4, netlink",
            "counted as not IP", "libpcap"),
    ]

    /// By EtherType. Others are counted by number, or by name where they have one here.
    package static let etherTypes = [
        Row([0x0800], "IPv4", "all but the checksum and what is in options", "RFC 791"),
        Row([0x6558], "Ethernet", "addresses, EtherType", "RFC 1701"),
        Row([0x8100, 0x88A8, 0x9100, 0x9200, 0x9300], "VLAN tags", "ids, to any depth", "IEEE 802.1Q, IEEE 802.1ad"),
        Row([0x86DD], "IPv6", "all but the flow label", "RFC 8200"),
        Row([0x880B], "PPP", "protocol", "RFC 2637"),
        Row([0x8847, 0x8848], "MPLS", "the stack is passed; see semantics.md for what follows", "RFC 3032, RFC 4385"),
        Row([0x8864], "PPPoE session", "length, PPP protocol", "RFC 2516"),
        Row([0x8874], "Broadcom switch tag, old", "passed", "Linux"),
        Row([0x88E7], "provider backbone bridging", "the customer's frame", "IEEE 802.1ah"),
        Row([0x8903], "FabricPath", "the inner frame", "Cisco"),
        Row([0x8909], "Cisco metadata", "passed", "Cisco"),
        Row([0x8926], "VN-tag", "passed", "Cisco"),
        Row([0x893F], "E-tag", "passed", "IEEE 802.1BR"),
        Row([0x894F], "network service header", "length, next protocol", "RFC 8300"),
        Row([0xDADA], "EDSA tag", "VLAN", "Linux"),
    ]

    /// By IP protocol number. Any other is a flow by its number, without ports.
    package static let ipProtocols = [
        Row([0, 43, 60], "IPv6 hop-by-hop, routing and destination options", "passed; jumbo payload", "RFC 8200"),
        Row([1], "ICMP", "type, code, identifier of queries; what errors quote", "RFC 792"),
        Row([4, 41], "IP in IP, 6to4", "what is inside", "RFC 2003, RFC 2473, RFC 3056, RFC 4213"),
        Row([6], "TCP", "ports, sequence, acknowledgement, flags, length; options of SYNs with labels on", "RFC 9293"),
        Row([17], "UDP", "ports, length", "RFC 768"),
        Row([33, 136], "DCCP, UDP-Lite", "ports", "RFC 4340, RFC 3828"),
        Row([44], "IPv6 fragment", "offset, identification", "RFC 8200"),
        Row([47], "GRE", "GRE below", "RFC 2784, RFC 2890"),
        Row([50], "ESP", "opaque: counted", "RFC 4303"),
        Row([51], "authentication header", "passed", "RFC 4302"),
        Row([58], "ICMPv6", "type, code, identifier of queries; what errors quote", "RFC 4443"),
        Row([97, 143], "EtherIP, Ethernet", "the frame", "RFC 3378, RFC 8986"),
        Row([108], "IPComp", "opaque: counted", "RFC 3173"),
        Row([115], "L2TPv3", "session; see semantics.md for what it carries", "RFC 3931"),
        Row([132], "SCTP", "ports; tags and chunk types of the first packets with labels on", "RFC 9260"),
        Row(
            [135, 139, 140], "mobility, HIP, Shim6 in IPv6", "passed where something follows",
            "RFC 6275, RFC 7401, RFC 5533"),
        Row([137], "MPLS in IP", "the last label; see semantics.md for what follows", "RFC 4023"),
    ]

    /// By UDP port, where the header fits: on any other port they are flows like others.
    package static let udpPorts = [
        Row([1194], "OpenVPN", "opaque: counted", "openvpn.net"),
        Row([1701], "L2TP, versions 2 and 3", "tunnel and session; PPP, or see semantics.md", "RFC 2661, RFC 3931"),
        Row([2152], "GTP-U, version 1", "TEID, extension headers; IP or a frame", "3GPP TS 29.281"),
        Row([3544], "Teredo", "authentication and origin are passed; IPv6", "RFC 4380"),
        Row([4341], "LISP data", "instance id; IP", "RFC 9300"),
        Row([4500], "ESP in UDP", "opaque: counted", "RFC 3948"),
        Row([4754], "GRE in UDP", "GRE below", "RFC 8086"),
        Row([4789, 8472], "VXLAN", "network id; the frame", "RFC 7348"),
        Row([4790], "VXLAN-GPE", "network id; IP, frame, NSH or MPLS", "draft-ietf-nvo3-vxlan-gpe"),
        Row([5072], "AYIYA", "identity and signature are passed; IP", "draft-massar-v6ops-ayiya"),
        Row([5247], "CAPWAP data", "lengths; 802.11 or Ethernet frames, unless DTLS", "RFC 5415"),
        Row([6081], "GENEVE", "network id; options are passed; by EtherType", "RFC 8926"),
        Row([6635], "MPLS in UDP", "the last label; see semantics.md for what follows", "RFC 7510"),
        Row([51_820], "WireGuard", "opaque: counted", "wireguard.com"),
    ]

    /// What GRE carries, by protocol type; any other by its EtherType.
    private static let gre = [
        Row(
            [0x22EB], "ERSPAN type III", "session, VLAN, direction, clock; the frame or IP packet",
            "draft-foschiano-erspan"),
        Row([0x6558], "Ethernet, NVGRE", "key, subnet id; the frame", "RFC 1701, RFC 7637"),
        Row([0x8200, 0x9000], "802.11, with the 511 numbers that follow each", "the frame", "Aruba"),
        Row([0x880B], "PPP, version 1", "call id; PPP", "RFC 2637"),
        Row([0x883E], "web cache redirection", "IPv4", "Cisco"),
        Row([0x88BE], "ERSPAN types I and II", "session, VLAN; the frame", "draft-foschiano-erspan"),
    ]

    /// `docs/protocols.md`.
    package static func documentation() -> String {
        """
        # Protocols

        Made from the table in `Sources/PacketDecode/ProtocolCatalogue.swift`, which a test holds against the registry of
        decoders. What is read becomes part of a flow; everything else is passed over, or counted by name or number. What flows
        carry above these protocols is told by [labels](labels.md), which have a list of their own.

        ## Link types

        \(table(linkTypes, "LINKTYPE_") { "\($0)" })

        Any other link type is counted by number and named in the report. LLC is followed to IP by SNAP and by its own service
        access point (IEEE 802.2, RFC 1042).

        ## EtherTypes

        \(table(etherTypes, "EtherType") { "0x" + String($0, radix: 16, uppercase: true) })

        ## IP protocols

        \(table(ipProtocols, "number") { "\($0)" })

        Any other is a flow by its number and its addresses: IGMP (2), EIGRP (88), OSPF (89), PIM (103), VRRP (112) and the rest.
        MLD is ICMPv6, a flow for each of its types; BFD is UDP, under its ports 3784, 3785 and 4784.

        ## GRE

        Key, sequence number, checksum and source route are passed; the key is the tunnel's identifier.

        \(table(gre, "protocol type") { "0x" + String($0, radix: 16, uppercase: true) })

        ## UDP

        Tunnels under the well-known port of either side, if their header fits.

        \(table(udpPorts, "port") { "\($0)" })

        """
    }

    private static func table(_ rows: [Row], _ title: String, _ number: (Int) -> String) -> String {
        let lines = rows.map { row in
            "| \(row.numbers.map(number).joined(separator: ", ")) | \(row.name) | \(row.reads) | \(row.source) |"
        }
        return (["| \(title) | protocol | what is read | described in |", "|---|---|---|---|"] + lines)
            .joined(separator: "\n")
    }
}
