import PacketDecode
import Testing

/// A frame with an inner packet in a tunnel, and what is to be found in it. The inner packet is the same everywhere.
struct TunnelFixture: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var kind: TunnelKind
    var identifier: UInt32 = 0
    /// The segment under the default rule; nil for none.
    var segment: UInt32?
    var vlan: UInt16 = 0
    var depth: UInt8 = 1
    var direction = MirrorDirection.unknown
    /// Version of the inner packet, and of the outermost header around it.
    var inner: UInt8 = 4
    var outer: UInt8 = 4

    var testDescription: String { name }

    // Inner packets: from 10.0.0.2 port 5000 to 10.0.0.1 port 53, and the like; outer ones have `Build`'s addresses.
    static let innerSource = 0x0A00_0002
    static let innerDestination = 0x0A00_0001
    static let innerSource6: (UInt64, UInt64) = (0xFD00_0000_0000_0001, 2)
    static let innerDestination6: (UInt64, UInt64) = (0xFD00_0000_0000_0001, 1)
    private static let payload = Array("payload!".utf8)
    static let udp4 = Build.ipv4(
        17, Build.udp(5000, 53, payload), source: innerSource, destination: innerDestination)
    static let udp6 = Build.ipv6(
        17, Build.udp(5000, 53, payload), source: innerSource6, destination: innerDestination6)
    static let frame = Build.ethernet(0x0800, udp4)
    static let taggedFrame = Build.ethernet(0x8100, Build.tag(77, 0x0800, udp4))

    static func over4(_ number: Int, _ octets: [UInt8]) -> [UInt8] {
        Build.ethernet(0x0800, Build.ipv4(number, octets))
    }
    static func over6(_ number: Int, _ octets: [UInt8]) -> [UInt8] {
        Build.ethernet(0x86DD, Build.ipv6(number, octets))
    }
    static func inUDP(_ port: Int, from source: Int = 50_000, _ octets: [UInt8]) -> [UInt8] {
        over4(17, Build.udp(source, port, octets))
    }
    static func gre(_ flags: Int, _ type: Int, _ octets: [UInt8]) -> [UInt8] {
        over4(47, Build.be16(flags) + Build.be16(type) + octets)
    }
    static func vxlan(_ network: Int, _ octets: [UInt8], flags: UInt8 = 8) -> [UInt8] {
        [flags, 0, 0, 0] + Build.be32(network << 8) + octets
    }
    static func label(_ value: Int, bottom: Bool = true) -> [UInt8] {
        Build.be32(value << 12 | (bottom ? 0x100 : 0) | 64)
    }

    static let all = plain + generic + mirrored + virtual + mobile + layerTwo + overlays

    private static let sixToFour = Build.ipv6(
        17, Build.udp(5000, 53, payload), source: innerSource6, destination: (0x2002_C000_0201_0000, 1))

    private static let plain = [
        TunnelFixture(name: "4in4", bytes: over4(4, udp4), kind: .ipInIP),
        TunnelFixture(name: "6in4", bytes: over4(41, udp6), kind: .ipInIP, inner: 6),
        TunnelFixture(name: "4in6", bytes: over6(4, udp4), kind: .ipInIP, outer: 6),
        TunnelFixture(
            name: "6in6 behind options", bytes: over6(60, Build.extensionHeader(41, udp6)), kind: .ipInIP, inner: 6,
            outer: 6),
        TunnelFixture(
            name: "4in4 in a VLAN",
            bytes: Build.ethernet(0x8100, Build.tag(9, 0x0800, Build.ipv4(4, udp4))), kind: .ipInIP, segment: 9,
            vlan: 9),
        TunnelFixture(name: "etherip", bytes: over4(97, [0x30, 0] + frame), kind: .etherIP),
        TunnelFixture(name: "ethernet in ip", bytes: over6(143, frame), kind: .ethernetInIP, outer: 6),
        TunnelFixture(
            name: "mpls in ip", bytes: over4(137, label(5, bottom: false) + label(99) + udp4), kind: .mplsInIP,
            identifier: 99),
        TunnelFixture(name: "ah, then 4in4", bytes: over4(51, Build.authenticationHeader(4, udp4)), kind: .ipInIP),
    ]

    private static let generic = [
        TunnelFixture(name: "gre", bytes: gre(0, 0x0800, udp4), kind: .gre),
        TunnelFixture(
            name: "gre with all options",
            bytes: gre(
                0xF000, 0x86DD,
                Build.be32(0) + Build.be32(0x1234_5678) + Build.be32(7) + [0, 8, 0, 4] + Build.be32(1)
                    + [0, 0, 0, 0] + udp6), kind: .gre, identifier: 0x1234_5678, inner: 6),
        TunnelFixture(name: "gre mpls", bytes: gre(0, 0x8847, label(16) + udp4), kind: .gre),
        TunnelFixture(name: "gretap", bytes: gre(0x2000, 0x6558, Build.be32(5) + frame), kind: .gre, identifier: 5),
        TunnelFixture(
            name: "nvgre", bytes: gre(0x2000, 0x6558, Build.be32(0x5000 << 8 | 3) + frame), kind: .nvgre,
            identifier: 0x5000, segment: 0x5000),
        TunnelFixture(
            name: "gre 802.11",
            bytes: gre(
                0, 0x8240,
                [0x08, 1, 0, 0] + Build.be48(1) + Build.be48(2) + Build.be48(3) + [0, 0] + Build.snap(0x0800, udp4)),
            kind: .gre),
        TunnelFixture(name: "gre cache redirect", bytes: gre(0, 0x883E, [1, 2, 3, 4] + udp4), kind: .gre),
        TunnelFixture(
            name: "pptp",
            bytes: gre(
                0x3081, 0x880B,
                Build.be16(40) + Build.be16(17) + Build.be32(1) + Build.be32(2)
                    + [0xFF, 3, 0, 0x21] + udp4), kind: .pptp, identifier: 17),
        TunnelFixture(name: "gre in udp", bytes: inUDP(4754, Build.be16(0) + Build.be16(0x0800) + udp4), kind: .gre),
    ]

    private static let sessionII = Build.be32(1 << 28 | 44 << 16 | 3 << 11 | 900) + Build.be32(0xFFFFF)
    private static let strippedII = Build.be32(1 << 28 | 44 << 16 | 900) + Build.be32(0)
    private static let sessionIII = Build.be32(2 << 28 | 45 << 16 | 901) + Build.be32(0x1122_3344)

    private static let mirrored = [
        TunnelFixture(name: "erspan I", bytes: gre(0, 0x88BE, frame), kind: .erspan),
        TunnelFixture(
            name: "erspan II", bytes: gre(0x1000, 0x88BE, Build.be32(1) + sessionII + taggedFrame), kind: .erspan,
            identifier: 900, segment: 77, vlan: 77),
        TunnelFixture(
            name: "erspan II, tag taken out", bytes: gre(0x1000, 0x88BE, Build.be32(1) + strippedII + frame),
            kind: .erspan, identifier: 900, segment: 44, vlan: 44),
        TunnelFixture(
            name: "erspan III", bytes: gre(0x1000, 0x22EB, Build.be32(1) + sessionIII + Build.be32(8) + frame),
            kind: .erspan, identifier: 901, segment: 45, vlan: 45, direction: .egress),
        TunnelFixture(
            name: "erspan III with subheader",
            bytes: gre(0x1000, 0x22EB, Build.be32(1) + sessionIII + Build.be32(1) + Build.zeros(8) + taggedFrame),
            kind: .erspan, identifier: 901, segment: 77, vlan: 77, direction: .ingress),
        TunnelFixture(
            name: "erspan III of ip",
            bytes: gre(0x1000, 0x22EB, Build.be32(1) + sessionIII + Build.be32(2 << 10) + udp6), kind: .erspan,
            identifier: 901, direction: .ingress, inner: 6),
    ]

    private static let virtual = [
        TunnelFixture(
            name: "vxlan", bytes: inUDP(4789, vxlan(0x12345, frame)), kind: .vxlan, identifier: 0x12345,
            segment: 0x12345),
        TunnelFixture(
            name: "vxlan on 8472, tagged inside", bytes: inUDP(8472, vxlan(7, taggedFrame)), kind: .vxlan,
            identifier: 7, segment: 7, vlan: 77),
        TunnelFixture(name: "vxlan without network", bytes: inUDP(4789, vxlan(0, frame)), kind: .vxlan),
        TunnelFixture(
            name: "vxlan-gpe ip", bytes: inUDP(4790, [0x0C, 0, 0, 2] + Build.be32(9 << 8) + udp6), kind: .vxlanGPE,
            identifier: 9, segment: 9, inner: 6),
        TunnelFixture(
            name: "vxlan-gpe nsh",
            bytes: inUDP(4790, [0x0C, 0, 0, 4] + Build.be32(9 << 8) + nsh(3, frame)), kind: .vxlanGPE, identifier: 9,
            segment: 9),
        TunnelFixture(
            name: "geneve with options",
            bytes: inUDP(
                6081, [3, 0, 0x65, 0x58] + Build.be32(300 << 8) + [1, 2, 3, 1] + Build.be32(5) + [1, 2, 3, 0] + frame),
            kind: .geneve, identifier: 300, segment: 300),
        TunnelFixture(
            name: "geneve ip", bytes: inUDP(6081, [0, 0, 8, 0] + Build.be32(300 << 8) + udp4), kind: .geneve,
            identifier: 300, segment: 300),
        TunnelFixture(
            name: "vxlan over 6",
            bytes: over6(17, Build.udp(50_000, 4789, vxlan(3, Build.ethernet(0x86DD, udp6)))), kind: .vxlan,
            identifier: 3, segment: 3, inner: 6, outer: 6),
        TunnelFixture(
            name: "gre in vxlan",
            bytes: inUDP(
                4789,
                vxlan(
                    8,
                    Build.ethernet(
                        0x0800, Build.ipv4(47, Build.be16(0) + Build.be16(0x0800) + udp4, source: 1, destination: 2)))),
            kind: .gre, segment: 8, depth: 2),
    ]

    static func nsh(_ next: UInt8, words: UInt8 = 6, _ octets: [UInt8]) -> [UInt8] {
        [0x0F, 0xC0 | words, 1, next] + Build.be32(0x42FF) + Build.zeros(max(0, Int(words) * 4 - 8)) + octets
    }

    private static let mobile = [
        TunnelFixture(
            name: "gtp-u", bytes: inUDP(2152, [0x30, 255] + Build.be16(36) + Build.be32(0xDEAD_BEEF) + udp4),
            kind: .gtpU, identifier: 0xDEAD_BEEF),
        TunnelFixture(
            name: "gtp-u with extensions",
            bytes: inUDP(
                50_000, from: 2152,
                [0x34, 255] + Build.be16(72) + Build.be32(77) + [0, 1, 0, 0x85] + [1, 0x10, 9, 0x40]
                    + [2, 1, 2, 3, 4, 5, 6, 0] + udp6), kind: .gtpU, identifier: 77, inner: 6),
        TunnelFixture(
            name: "gtp-u frame", bytes: inUDP(2152, [0x30, 255] + Build.be16(50) + Build.be32(6) + frame), kind: .gtpU,
            identifier: 6),
        TunnelFixture(
            name: "capwap, frame control exchanged",
            bytes: inUDP(
                5247,
                Build.be32(2 << 19 | 1 << 9 | 0x100) + Build.be32(0) + [1, 0x08, 0, 0] + Build.be48(1) + Build.be48(2)
                    + Build.be48(3) + [0x76, 0x30] + Build.snap(0x0800, udp4)), kind: .capwap),
        TunnelFixture(
            name: "capwap 802.11",
            bytes: inUDP(
                5247,
                Build.be32(2 << 19 | 1 << 9 | 0x100) + Build.be32(0) + [8, 1, 0, 0] + Build.be48(1) + Build.be48(2)
                    + Build.be48(3) + [0, 0] + Build.snap(0x86DD, udp6)), kind: .capwap, inner: 6),
        TunnelFixture(
            name: "capwap 802.3", bytes: inUDP(5247, Build.be32(2 << 19 | 1 << 9) + Build.be32(0) + frame),
            kind: .capwap),
    ]

    private static let layerTwo = [
        TunnelFixture(
            name: "l2tp", bytes: inUDP(1701, Build.be16(2) + Build.be32(5 << 16 | 6) + [0xFF, 3, 0, 0x21] + udp4),
            kind: .l2tpV2, identifier: 5 << 16 | 6),
        TunnelFixture(
            name: "l2tp with all fields",
            bytes: inUDP(
                1701,
                Build.be16(0x4A02) + Build.be16(58) + Build.be32(5 << 16 | 6) + Build.be32(1) + Build.be16(4)
                    + Build.zeros(4) + [0, 0x21] + udp4 + Build.zeros(3)), kind: .l2tpV2, identifier: 5 << 16 | 6),
        TunnelFixture(name: "l2tpv3", bytes: over4(115, Build.be32(1234) + frame), kind: .l2tpV3, identifier: 1234),
        TunnelFixture(
            name: "l2tpv3 with cookie and sublayer",
            bytes: over4(115, Build.be32(1234) + Build.be64(0x0102_0304_0506_0708) + Build.be32(0) + frame),
            kind: .l2tpV3, identifier: 1234),
        TunnelFixture(
            name: "l2tpv3 in udp, ppp",
            bytes: inUDP(
                1701, Build.be32(3 << 16) + Build.be32(1234) + Build.be32(0x4000_0001) + [0xFF, 3, 0, 0x57] + udp6),
            kind: .l2tpV3, identifier: 1234, inner: 6),
    ]

    private static let overlays = [
        TunnelFixture(
            name: "teredo",
            bytes: inUDP(
                3544, [0, 1, 2, 3] + [1, 2, 3, 4, 5] + Build.zeros(9) + [0, 0, 1, 2, 3, 4, 5, 6] + udp6),
            kind: .teredo, inner: 6),
        TunnelFixture(
            name: "lisp", bytes: inUDP(4341, [0x08, 0, 0, 0] + Build.be32(55 << 8 | 1) + udp6), kind: .lisp,
            identifier: 55, segment: 55, inner: 6),
        TunnelFixture(
            name: "ayiya", bytes: inUDP(5072, [0x44, 0x52, 0x11, 41] + Build.zeros(4 + 16 + 20) + udp6), kind: .ayiya,
            inner: 6),
        TunnelFixture(
            name: "mpls in udp", bytes: inUDP(6635, label(42) + Build.be32(0) + frame), kind: .mplsInUDP,
            identifier: 42),
    ]
}
