import PacketDecode
import Testing

/// A packet of every kind the decoder knows, with what must become of it.
struct Fixture: Sendable, CustomTestStringConvertible {
    var name: String
    var linkType: UInt16 = 1
    var bytes: [UInt8]
    var outcome: Workbench.Outcome = .flow
    /// Expected length by the IP header's word; 0 without a flow.
    var networkOctets: UInt32 = 0

    var testDescription: String { name }

    private static func flow(_ name: String, linkType: UInt16 = 1, _ bytes: [UInt8], _ networkOctets: Int) -> Fixture {
        Fixture(name: name, linkType: linkType, bytes: bytes, networkOctets: UInt32(networkOctets))
    }

    private static func other(
        _ name: String, linkType: UInt16 = 1, _ bytes: [UInt8], _ outcome: Workbench.Outcome
    ) -> Fixture {
        Fixture(name: name, linkType: linkType, bytes: bytes, outcome: outcome)
    }

    private static let payload = Array("payload!".utf8)
    private static let udp4 = Build.ipv4(17, Build.udp(5000, 53, payload))
    private static let udp6 = Build.ipv6(17, Build.udp(5000, 53, payload))
    private static let tcp4 = Build.ipv4(6, Build.tcp(40_000, 443, payload))

    static let all = links + switchPort + fourth + sixth + nonFlows + wrong

    private static let links = [
        flow("ethernet udp", Build.ethernet(0x0800, udp4), 36),
        flow("ethernet padding", Build.ethernet(0x0800, udp4 + Build.zeros(20)), 36),
        flow("vlan", Build.ethernet(0x8100, Build.tag(100, 0x0800, tcp4)), 48),
        flow("qinq", Build.ethernet(0x88A8, Build.tag(7, 0x8100, Build.tag(100, 0x86DD, udp6))), 56),
        flow("priority tag", Build.ethernet(0x8100, Build.tag(0, priority: 5, 0x0800, udp4)), 36),
        flow(
            "four tags",
            Build.ethernet(
                0x9100, Build.tag(1, 0x9200, Build.tag(2, 0x8100, Build.tag(3, 0x8100, Build.tag(4, 0x0800, udp4))))),
            36),
        flow("snap", Build.ethernet(44, Build.snap(0x0800, udp4) + Build.zeros(6)), 36),
        flow("snap 802.1H", Build.ethernet(44, Build.snap(0x0800, oui: [0, 0, 0xF8], udp4)), 36),
        flow("llc ip", Build.ethernet(39, Build.llc(6, 6, udp4)), 36),
        flow("vlan snap", Build.ethernet(0x8100, Build.tag(9, 44, Build.snap(0x0800, udp4))), 36),
        flow("sll", linkType: 113, Build.sll(0x0800, udp4), 36),
        flow("sll vlan", linkType: 113, Build.sll(0x8100, Build.tag(5, 0x86DD, udp6)), 56),
        flow("sll llc", linkType: 113, Build.sll(4, Build.snap(0x0800, udp4)), 36),
        flow("sll2", linkType: 276, Build.sll2(0x86DD, udp6), 56),
        flow("null little", linkType: 0, Build.null(2, bigEndian: false, udp4), 36),
        flow("null big", linkType: 0, Build.null(2, bigEndian: true, udp4), 36),
        flow("null darwin", linkType: 0, Build.null(30, bigEndian: false, udp6), 56),
        flow("null freebsd", linkType: 0, Build.null(28, bigEndian: false, udp6), 56),
        flow("null linux", linkType: 0, Build.null(10, bigEndian: false, udp6), 56),
        flow("loop", linkType: 108, Build.null(24, bigEndian: true, udp6), 56),
        flow("raw 4", linkType: 101, udp4, 36),
        flow("raw 6", linkType: 101, udp6, 56),
        flow("raw 12", linkType: 12, udp4, 36),
        flow("raw 14", linkType: 14, udp6, 56),
        flow("ipv4 alone", linkType: 228, udp4, 36),
        flow("ipv6 alone", linkType: 229, udp6, 56),
    ]

    private static let fourth = [
        flow(
            "options", linkType: 101,
            Build.ipv4(6, Build.tcp(40_000, 443, payload), options: [7, 11] + Build.zeros(10)), 60),
        flow("all options", linkType: 101, Build.ipv4(17, Build.udp(1, 2, payload), options: Build.zeros(40)), 76),
        flow("tcp options", linkType: 101, Build.ipv4(6, Build.tcp(1, 2, words: 15, payload)), 88),
        flow("sctp", linkType: 101, Build.ipv4(132, Build.sctp(36_412, 36_412, payload)), 40),
        flow("udp-lite", linkType: 101, Build.ipv4(136, Build.udp(9, 10, payload)), 36),
        flow("dccp", linkType: 101, Build.ipv4(33, Build.udp(9, 10, payload)), 36),
        flow("echo", linkType: 101, Build.ipv4(1, Build.icmp(8, identifier: 77, payload)), 36),
        flow("unreachable", linkType: 101, Build.ipv4(1, Build.icmp(3, code: 3, udp4)), 64),
        flow("ah", linkType: 101, Build.ipv4(51, Build.authenticationHeader(6, Build.tcp(1, 2, payload))), 72),
        flow(
            "first fragment", linkType: 101,
            Build.ipv4(17, Build.udp(5, 6, length: 100, payload), identification: 9, moreFragments: true), 36),
        flow("later fragment", linkType: 101, Build.ipv4(17, payload, identification: 9, offset: 16), 28),
        flow("gre by number", linkType: 101, Build.ipv4(47, payload), 28),
        flow("hop-by-hop's number", linkType: 101, Build.ipv4(0, payload), 28),
        flow("header alone", linkType: 101, Build.ipv4(6, []), 20),
        flow("short tcp", linkType: 101, Build.ipv4(6, Array(Build.tcp(1, 2).prefix(15))), 35),
        flow("lying tcp offset", linkType: 101, Build.ipv4(6, Build.tcp(1, 2, words: 4, payload)), 48),
        flow("total length 0", Build.ethernet(0x0800, Build.ipv4(6, Build.tcp(1, 2, payload), totalLength: 0)), 48),
        flow(
            "length beyond wire", Build.ethernet(0x0800, Build.ipv4(17, Build.udp(1, 2, payload), totalLength: 1000)),
            36),
    ]

    private static let sixth = [
        flow("tcp6", linkType: 101, Build.ipv6(6, Build.tcp(40_000, 443, payload)), 68),
        flow("icmpv6", linkType: 101, Build.ipv6(58, Build.icmp(128, identifier: 3, payload)), 56),
        flow("neighbour", linkType: 101, Build.ipv6(58, Build.icmp(135, Build.zeros(16))), 64),
        flow("no next header", linkType: 101, Build.ipv6(59, []), 40),
        flow("every extension", linkType: 101, everyExtension, 40 + 8 + 16 + 24 + 8 + 24 + 8 + 16),
        flow(
            "first fragment 6", linkType: 101,
            Build.ipv6(
                44,
                Build.fragmentHeader(
                    17, offset: 0, more: true, identification: 5, Build.udp(5, 6, length: 100, payload))), 64),
        flow(
            "later fragment 6", linkType: 101,
            Build.ipv6(44, Build.fragmentHeader(17, offset: 16, more: false, identification: 5, payload)), 56),
        flow(
            "atomic fragment", linkType: 101,
            Build.ipv6(
                44, Build.fragmentHeader(17, offset: 0, more: false, identification: 5, Build.udp(5, 6, payload))), 64),
        flow("payload length 0", linkType: 101, Build.ipv6(6, Build.tcp(1, 2, payload), payloadLength: 0), 68),
        flow("forty extensions", linkType: 101, manyExtensions, 40 + 45 * 8 + 16),
    ]

    private static let everyExtension: [UInt8] = {
        let udp = Build.udp(5000, 53, payload)
        let ah = Build.authenticationHeader(17, udp)
        let fragment = Build.fragmentHeader(51, offset: 0, more: false, identification: 1, ah)
        let destination = Build.extensionHeader(44, units: 3, fragment)
        let routing = Build.extensionHeader(60, units: 2, destination)
        return Build.ipv6(0, Build.extensionHeader(43, routing) + Build.zeros(8), payloadLength: 104)
    }()

    private static let manyExtensions: [UInt8] = {
        var bytes = Build.udp(5000, 53, payload)
        var next = 17
        for _ in 0..<45 {
            bytes = Build.extensionHeader(next, bytes)
            next = 60
        }
        return Build.ipv6(60, bytes)
    }()

    private static let nonFlows = [
        other("arp", Build.ethernet(0x0806, Build.zeros(28)), .nonFlow(.etherType(0x0806))),
        other("lldp", Build.ethernet(0x88CC, Build.zeros(9)), .nonFlow(.etherType(0x88CC))),
        other("stp", Build.ethernet(38, Build.llc(0x42, 0x42, Build.zeros(35))), .nonFlow(.llc(0x4242))),
        other("novell", Build.ethernet(30, Build.llc(0xFF, 0xFF, control: 0, Build.zeros(27))), .nonFlow(.llc(0xFFFF))),
        other(
            "cisco snap", Build.ethernet(20, Build.snap(0x2000, oui: [0, 0, 0x0C], Build.zeros(12))),
            .nonFlow(.llc(0xAAAA))),
        other("oui 00-F8-00", Build.ethernet(44, Build.snap(0x0800, oui: [0, 0xF8, 0], udp4)), .nonFlow(.llc(0xAAAA))),
        other("vlan arp", Build.ethernet(0x8100, Build.tag(5, 0x0806, Build.zeros(28))), .nonFlow(.etherType(0x0806))),
        other("sll can", linkType: 113, Build.sll(0x000C, Build.zeros(16)), .nonFlow(.etherType(0x000C))),
        other("null other", linkType: 0, Build.null(7, bigEndian: false, Build.zeros(9)), .nonFlow(.etherType(7))),
    ]

    private static let wrong = [
        other("link type 147", linkType: 147, udp4, .undecodable(.linkTypeUnknown)),
        other("version 5", linkType: 101, Build.ipv4(17, payload, version: 5), .undecodable(.networkVersionWrong)),
        other("4 announced, 6 there", Build.ethernet(0x0800, udp6), .undecodable(.networkVersionWrong)),
        other(
            "6 announced, 4 there", Build.ethernet(0x86DD, udp4 + Build.zeros(20)), .undecodable(.networkVersionWrong)),
        other("ihl 4", linkType: 101, Build.ipv4(17, payload, headerWords: 4), .undecodable(.networkHeaderLengthWrong)),
        other(
            "ihl beyond length", linkType: 101, Build.ipv4(17, payload, headerWords: 8),
            .undecodable(.networkHeaderLengthWrong)),
        other(
            "total length 19", linkType: 101, Build.ipv4(17, payload, totalLength: 19),
            .undecodable(.networkHeaderLengthWrong)),
        other(
            "tags without end", Build.ethernet(0x8100, (0..<60).flatMap { _ in Build.be16(5) + Build.be16(0x8100) }),
            .undecodable(.tooManyHeaders)),
    ]
}
