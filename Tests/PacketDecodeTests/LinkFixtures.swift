import PacketDecode
import Testing

/// Link layers beside Ethernet, and what may stand between Ethernet and IP.
extension Fixture {
    private static let payload = Array("payload!".utf8)
    private static let udp4 = Build.ipv4(17, Build.udp(5000, 53, payload))
    private static let udp6 = Build.ipv6(17, Build.udp(5000, 53, payload))
    private static let frame = Build.ethernet(0x0800, udp4)

    private static func flow(_ name: String, linkType: Int = 1, _ bytes: [UInt8], _ networkOctets: Int = 36) -> Fixture
    {
        Fixture(name: name, linkType: UInt16(linkType), bytes: bytes, networkOctets: UInt32(networkOctets))
    }

    private static func other(
        _ name: String, linkType: Int = 1, _ bytes: [UInt8], _ outcome: Workbench.Outcome
    ) -> Fixture {
        Fixture(name: name, linkType: UInt16(linkType), bytes: bytes, outcome: outcome)
    }

    static let switchPort =
        switchTags + labels + serial + rings + wireless + wrapped + withoutFlows

    private static let switchTags = [
        flow("cmd", Build.ethernet(0x8909, [1, 1, 0, 1, 0, 7, 8, 0] + udp4)),
        flow("fabricpath", Build.ethernet(0x8903, Build.be16(0x0420) + frame)),
        flow("vn-tag", Build.ethernet(0x8926, Build.be32(0x8001_0002) + Build.be16(0x0800) + udp4)),
        flow("e-tag", Build.ethernet(0x893F, Build.zeros(6) + Build.be16(0x86DD) + udp6), 56),
        flow("broadcom old", Build.ethernet(0x8874, Build.zeros(4) + Build.be16(0x0800) + udp4)),
        flow("edsa", Build.ethernet(0xDADA, Build.zeros(2) + [0x60, 8, 0x20, 9] + Build.be16(0x0800) + udp4)),
        flow(
            "dsa", linkType: 284, Array(frame.prefix(12)) + [0x20, 8, 0x20, 9] + Build.be16(0x0800) + udp4),
        flow("edsa link", linkType: 285, Build.ethernet(0xDADA, Build.zeros(6) + Build.be16(0x0800) + udp4)),
        flow("broadcom", linkType: 281, Array(frame.prefix(12)) + Build.zeros(4) + Build.be16(0x0800) + udp4),
        flow("broadcom first", linkType: 282, Build.zeros(4) + frame),
        flow("pbb", Build.ethernet(0x88A8, Build.tag(5, 0x88E7, Build.be32(0x77) + frame))),
        flow("pppoe", Build.ethernet(0x8864, [0x11, 0, 0, 9] + Build.be16(38) + [0, 0x21] + udp4 + Build.zeros(4))),
        flow("pppoe six", Build.ethernet(0x8864, [0x11, 0, 0, 9] + Build.be16(58) + [0, 0x57] + udp6), 56),
        flow("pppoe link", linkType: 51, [0x11, 0, 0, 9] + Build.be16(37) + [0x21] + udp4),
    ]

    private static func label(_ value: Int, bottom: Bool = true) -> [UInt8] {
        Build.be32(value << 12 | (bottom ? 0x100 : 0) | 64)
    }

    private static let labels = [
        flow("mpls", Build.ethernet(0x8847, label(16) + udp4)),
        flow("mpls stack", Build.ethernet(0x8848, label(16, bottom: false) + label(2) + udp6), 56),
        flow("pseudowire", Build.ethernet(0x8847, label(16) + Build.be32(7) + frame)),
        flow("pseudowire without control word", Build.ethernet(0x8847, label(16) + frame)),
        flow(
            "pseudowire to a station 6…",
            Build.ethernet(0x8847, label(16) + [0x60, 0xF8] + Array(frame.dropFirst(2)))),
        flow("ppp mpls", linkType: 9, [0x02, 0x81] + label(16) + udp4),
    ]

    private static let serial = [
        flow("ppp", linkType: 9, [0xFF, 3, 0, 0x21] + udp4),
        flow("ppp bare", linkType: 9, [0, 0x57] + udp6, 56),
        flow("ppp short", linkType: 9, [0x21] + udp4),
        flow("ppp serial", linkType: 50, [0xFF, 3, 0, 0x21] + udp4),
        flow("hdlc serial", linkType: 50, [0x0F, 0, 8, 0] + udp4),
        flow("ppp direction", linkType: 204, [1, 0xFF, 3, 0, 0x21] + udp4),
        flow("cisco hdlc", linkType: 104, [0x8F, 0, 0x86, 0xDD] + udp6, 56),
        flow("frame relay", linkType: 107, [0x18, 0x41, 3, 0xCC] + udp4),
        flow("frame relay padded snap", linkType: 107, [0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0] + udp4),
        flow("frame relay bridged", linkType: 107, [0x18, 0x41, 3, 0, 0x80, 0, 0x80, 0xC2, 0, 7] + frame),
        flow("frame relay cisco", linkType: 107, [0x18, 0x40, 0x02, 0x01, 8, 0] + udp4),
        flow("frame relay ppp", linkType: 206, [0, 0x18, 0x41, 3, 0xCF, 0x21] + udp4),
        flow("slip", linkType: 8, [1, 0x45] + Build.zeros(14) + udp4),
        flow("atm llc", linkType: 123, [0x82, 0, 0, 5] + Build.snap(0x0800, udp4)),
        flow("atm lane", linkType: 123, [1, 0, 0, 5, 0, 0] + frame),
        flow("rfc 1483", linkType: 100, Build.snap(0x86DD, udp6), 56),
    ]

    private static let addresses = Array(frame.prefix(12))

    private static let rings = [
        flow("fddi", linkType: 10, [0x50] + addresses + Build.snap(0x0800, udp4)),
        flow("token ring", linkType: 6, [0x10, 0x40] + addresses + Build.snap(0x0800, udp4)),
        flow(
            "token ring routed", linkType: 6,
            [0x10, 0x40] + addresses.prefix(6) + [0x80] + addresses.suffix(5) + [0x06, 0x30, 0, 1, 0, 2]
                + Build.snap(0x0800, udp4)),
        flow("arcnet", linkType: 7, [1, 2, 212, 0, 0, 9] + udp4),
        flow("arcnet exception", linkType: 7, [1, 2, 196, 0xFF, 0xFF, 0xFF, 0, 0, 0, 9] + udp6, 56),
        flow("arcnet linux, old", linkType: 129, [1, 2, 0, 0, 240] + udp4),
    ]

    /// An 802.11 header with these two octets of frame control, and `more` behind it.
    private static func wlan(_ kind: UInt8, _ flags: UInt8, sequence: UInt8 = 0, _ more: [UInt8]) -> [UInt8] {
        [kind, flags, 0, 0] + addresses + addresses.prefix(6) + [sequence, 0] + more
    }

    private static let snap4 = Build.snap(0x0800, udp4)
    private static let aggregate = addresses + Build.be16(44) + snap4 + addresses + Build.be16(3) + [1, 2, 3]

    private static let wireless = [
        flow("802.11", linkType: 105, wlan(0x08, 1, snap4)),
        flow("802.11 wds qos order", linkType: 105, wlan(0x88, 0x83, addresses.prefix(6) + Build.zeros(6) + snap4)),
        flow("802.11 aggregate", linkType: 105, wlan(0x88, 2, [0x80, 0] + aggregate)),
        flow(
            "radiotap padded", linkType: 127,
            [0, 0, 24, 0, 3, 0, 0, 0x80, 1, 0, 0, 0] + Build.zeros(12) + wlan(0x08, 2, snap4)),
        flow(
            "radiotap qos padded", linkType: 127,
            [0, 0, 9, 0, 2, 0, 0, 0, 0x20] + wlan(0x88, 2, [0, 0, 0, 0] + snap4)),
        flow("ppi", linkType: 192, [0, 0, 12, 0, 105, 0, 0, 0] + Build.zeros(4) + wlan(0x08, 1, snap4)),
        flow("prism", linkType: 119, Build.zeros(4) + [16, 0, 0, 0] + Build.zeros(8) + wlan(0x08, 1, snap4)),
        flow("avs", linkType: 163, Build.be32(0x8021_1001) + Build.be32(8) + wlan(0x08, 1, snap4)),
    ]

    private static let wrapped = [
        flow("pktap", linkType: 258, [16, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0] + Build.zeros(4) + frame),
        flow(
            "pktap big", linkType: 258,
            Build.be32(12) + Build.be32(1) + Build.be32(0) + Build.null(2, bigEndian: true, udp4)),
        flow("nflog", linkType: 239, [2, 0, 0, 1, 5, 0, 10, 0, 65, 0, 0, 0] + [40, 0, 9, 0] + udp4),
        flow("nflog big", linkType: 239, [10, 0, 0, 1] + Build.be16(60) + Build.be16(9) + udp6, 56),
        flow("ipnet", linkType: 226, [1, 2] + Build.zeros(22) + udp4),
        flow("ipnet six", linkType: 226, [1, 26] + Build.zeros(22) + udp6, 56),
    ]

    private static let withoutFlows = [
        other(
            "mpls channel", Build.ethernet(0x8847, label(13) + [0x10, 0, 0, 7] + Build.zeros(20)),
            .nonFlow(.etherType(0x8847))),
        other("mpls without bottom", Build.ethernet(0x8847, Build.zeros(200)), .undecodable(.tooManyHeaders)),
        other("macsec", Build.ethernet(0x88E5, Build.zeros(40)), .nonFlow(.etherType(0x88E5))),
        other("pppoe discovery", Build.ethernet(0x8863, Build.zeros(12)), .nonFlow(.etherType(0x8863))),
        other("lcp", Build.ethernet(0x8864, [0x11, 0, 0, 9, 0, 6, 0xC0, 0x21, 9, 0, 0, 4]), .nonFlow(.ppp(0xC021))),
        other("slarp", linkType: 104, [0x8F, 0, 0x80, 0x35] + Build.zeros(14), .nonFlow(.etherType(0x8035))),
        other("lmi", linkType: 107, [0, 1, 3, 8] + Build.zeros(9), .nonFlow(.link(107))),
        other("compressed slip", linkType: 8, [0, 0x80] + Build.zeros(40), .nonFlow(.link(8))),
        other("beacon", linkType: 105, wlan(0x80, 0, Build.zeros(9)), .nonFlow(.wireless(0))),
        other("acknowledgement", linkType: 105, [0xD4, 0] + Build.zeros(8), .nonFlow(.wireless(1))),
        other("no data", linkType: 105, wlan(0x48, 1, []), .nonFlow(.wireless(2))),
        other("encrypted", linkType: 105, wlan(0x08, 0x41, Build.zeros(40)), .nonFlow(.wireless(3))),
        other("can", linkType: 227, Build.zeros(16), .nonFlow(.link(227))),
        other("802.15.4", linkType: 195, Build.zeros(16), .nonFlow(.link(195))),
    ]
}

/// What the link layers leave in the facts.
@Suite struct LinkFactsTests {
    private let bench = Workbench()

    private func facts(_ name: String) throws -> PacketFacts {
        let fixture = try #require(Fixture.all.first { $0.name == name })
        return try #require(bench.decode(fixture.bytes, linkType: fixture.linkType).facts)
    }

    @Test(arguments: ["dsa", "edsa"]) func aTaggedFramesTagIsPartOfDSA(name: String) throws {
        let facts = try facts(name)
        #expect(facts.vlan == 9 && facts.segment == 9 && facts.tags == 1)
        #expect(facts.sourceMAC == Build.sourceMAC && facts.destinationMAC == Build.destinationMAC)
    }

    @Test func anUntaggedFramesPortIsNoVLAN() throws {
        let facts = try facts("edsa link")
        #expect(facts.tags == 0 && !facts.flags.contains(.vlan) && !facts.flags.contains(.segment))
    }

    @Test func theProvidersTagIsAVLAN() throws { #expect(try facts("pbb").vlan == 5) }

    @Test func aStationsAddressThatLooksLikeIPv6() throws {
        #expect(try facts("pseudowire to a station 6…").destinationMAC == 0x60F8_FF00_00FE)
    }

    @Test func theRoutedBitIsNotTheAddresss() throws {
        #expect(try facts("token ring routed").sourceMAC == Build.sourceMAC)
    }

    @Test func wirelessAddressesFollowTheDSBits() throws {
        // To the distribution system: address 3 receives, address 2 sends.
        let up = try facts("802.11")
        #expect(up.destinationMAC == Build.destinationMAC && up.sourceMAC == Build.sourceMAC)
        // From it: address 1 receives, address 3 (here equal to address 1) sends.
        let down = try facts("radiotap qos padded")
        #expect(down.destinationMAC == Build.destinationMAC && down.sourceMAC == Build.destinationMAC)
        let aggregate = try facts("802.11 aggregate")
        #expect(aggregate.destinationMAC == Build.destinationMAC && aggregate.sourceMAC == Build.sourceMAC)
    }

    @Test func namesOfWhatIsNoFlow() {
        #expect(NonFlowProtocol.ppp(0xC021).description == "PPP LCP")
        #expect(NonFlowProtocol.ppp(0x1234).description == "PPP 0x1234")
        #expect(NonFlowProtocol.wireless(3).description == "802.11 encrypted")
        #expect(NonFlowProtocol.link(195).description == "IEEE 802.15.4, not IP")
        #expect(NonFlowProtocol.etherType(0x88E5).description == "MACsec")
        #expect(NonFlowProtocol.llc(0x4242).description == "STP")
        #expect(NonFlowProtocol.llc(0xE0E0).description == "LLC 0xe0e0")
    }
}
