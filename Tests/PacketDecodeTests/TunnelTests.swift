import NetTypes
import PacketDecode
import Testing

/// What becomes of packets in tunnels.
@Suite struct TunnelTests {
    private static let outerPair4 = Set([[0, UInt64(Build.lowHost)], [0, UInt64(Build.highHost)]])
    private static let outerPair6 = Set([
        [Build.lowHost6.0, Build.lowHost6.1], [Build.highHost6.0, Build.highHost6.1],
    ])

    private static func pair(_ facts: PacketFacts) -> Set<[UInt64]> {
        Set([[facts.addressAHigh, facts.addressALow], [facts.addressBHigh, facts.addressBLow]])
    }

    private static func innerPair(_ fixture: TunnelFixture) -> Set<[UInt64]> {
        fixture.inner == 4
            ? Set([[0, UInt64(TunnelFixture.innerSource)], [0, UInt64(TunnelFixture.innerDestination)]])
            : Set([
                [TunnelFixture.innerSource6.0, TunnelFixture.innerSource6.1],
                [TunnelFixture.innerDestination6.0, TunnelFixture.innerDestination6.1],
            ])
    }

    private static func expectInner(_ facts: PacketFacts, _ fixture: TunnelFixture) {
        #expect(pair(facts) == innerPair(fixture))
        // The sender is the one that sorts behind: endpoint B.
        #expect(facts.sender == 1)
        #expect(facts.ipVersion == fixture.inner && facts.protocolIdentifier == 17)
        #expect(facts.portB == 5000 && facts.portA == 53 && facts.flags.contains(.ports))
        #expect(facts.networkOctets == (fixture.inner == 4 ? 36 : 56))
        #expect(facts.payloadOctets == 8)
        #expect(facts.wireOctets == UInt32(fixture.bytes.count))
    }

    private static func expectOuter(_ facts: PacketFacts, _ fixture: TunnelFixture) {
        #expect(pair(facts) == (fixture.outer == 4 ? outerPair4 : outerPair6))
        #expect(facts.ipVersion == fixture.outer)
        let link = fixture.bytes[12] == 0x81 ? 18 : 14
        #expect(facts.networkOctets == UInt32(fixture.bytes.count - link))
    }

    /// Packets of ERSPAN type III by what their time stamps count; none of types I and II, nor of a flow that is not mirrored.
    @Test func mirrorClocksAreCounted() {
        let bench = Workbench()
        var sum = DecodeTallies()
        let inner = Build.ethernet(0x0800, Build.ipv4(17, Build.udp(1, 2, [9])))
        for (granularity, count) in [(0, 1), (1, 2), (2, 3), (3, 4)] {
            let header = Build.be32(2 << 28 | 45 << 16 | 901) + Build.be32(7) + Build.be32(8 | granularity << 1)
            let packet = Build.be16(0x1000) + Build.be16(0x22EB) + Build.be32(1) + header
            for _ in 0..<count {
                sum.add(bench.decode(Build.ethernet(0x0800, Build.ipv4(47, packet + inner))).tallies)
            }
            // Cut before the clock: nothing is read of it.
            sum.add(bench.decode(Build.ethernet(0x0800, Build.ipv4(47, packet.prefix(19) + []))).tallies)
        }
        sum.add(bench.decode(Build.ethernet(0x0800, Build.ipv4(47, [0, 0, 0x88, 0xBE] + inner))).tallies)
        sum.add(bench.decode(inner).tallies)
        #expect(MirrorClock.allCases.map { sum.count($0) } == [1, 2, 3, 4] && sum.count(TunnelKind.erspan) == 11)
        var twice = sum
        twice.add(sum)
        #expect(MirrorClock.allCases.map { twice.count($0) } == [2, 4, 6, 8])
        #expect(Set(MirrorClock.allCases.map(\.description)).count == 4)
    }

    @Test(arguments: TunnelFixture.all) func theInnerFlowWithTheOuterAttributes(fixture: TunnelFixture) throws {
        let result = Workbench().decode(fixture.bytes)
        let facts = try #require(result.facts)
        Self.expectInner(facts, fixture)
        #expect(result.anomalies.isEmpty && result.tallies.balances)
        #expect(facts.flags.contains(.segment) == (fixture.segment != nil))
        #expect(facts.segment == fixture.segment ?? 0)
        #expect(facts.vlan == fixture.vlan)
        let tunnel = try #require(result.tunnel)
        #expect(tunnel.kind == fixture.kind.rawValue && tunnel.depth == fixture.depth)
        #expect(tunnel.identifier == fixture.identifier && tunnel.direction == fixture.direction.rawValue)
        #expect(result.tallies.count(fixture.kind) == 1)
        guard fixture.depth == 1 else { return }
        let mapped: UInt64 = 0xFFFF_0000_0000
        if fixture.outer == 4 {
            #expect(tunnel.sourceHigh == 0 && tunnel.sourceLow == mapped | UInt64(Build.lowHost))
            #expect(tunnel.destinationHigh == 0 && tunnel.destinationLow == mapped | UInt64(Build.highHost))
        } else {
            #expect(tunnel.sourceHigh == Build.lowHost6.0 && tunnel.sourceLow == Build.lowHost6.1)
            #expect(tunnel.destinationHigh == Build.highHost6.0 && tunnel.destinationLow == Build.highHost6.1)
        }
    }

    @Test(arguments: TunnelFixture.all) func theOuterFlowOnly(fixture: TunnelFixture) throws {
        let result = Workbench().decode(fixture.bytes, tunnels: TunnelPolicy(rule: .outer))
        Self.expectOuter(try #require(result.facts), fixture)
        #expect(result.tunnel == nil && result.anomalies.isEmpty && result.tallies.balances)
    }

    @Test(arguments: TunnelFixture.all) func bothFlowsToldApart(fixture: TunnelFixture) throws {
        let result = Workbench().decode(fixture.bytes, tunnels: TunnelPolicy(rule: .both))
        Self.expectInner(try #require(result.facts), fixture)
        let copy = try #require(result.copy)
        Self.expectOuter(copy.facts, fixture)
        #expect(copy.facts.flags.contains(.tunnelCopy) && copy.tunnel.depth == 0)
        #expect(copy.facts.wireOctets == UInt32(fixture.bytes.count))
        let tallies = result.tallies
        #expect(tallies.balances && tallies.flowPackets == 1 && tallies.tunnelCopies == 1)
        #expect(tallies.tunnelCopyNetworkOctets == UInt64(copy.facts.networkOctets))
        #expect(tallies.tunnelCopyWireOctets == UInt64(fixture.bytes.count))
        #expect(tallies.flowNetworkOctets == (fixture.inner == 4 ? 36 : 56))
    }

    /// Cut by the capture anywhere: the flow is the inner one as before, or one around it; octets behind are not read.
    @Test(arguments: TunnelFixture.all) func everyTruncationByTheCapture(fixture: TunnelFixture) {
        let bench = Workbench()
        let inner = Self.innerPair(fixture)
        for length in 0..<fixture.bytes.count {
            let cut = bench.decode(fixture.bytes, captured: length)
            #expect(cut.tallies.balances && cut.anomalies.contains(.truncated))
            let other = bench.decode(fixture.bytes, captured: length, fill: 0x5A)
            #expect(other.outcome == cut.outcome && other.facts?.listed == cut.facts?.listed, "\(length)")
            #expect(other.tunnel == cut.tunnel, "\(length)")
            guard let facts = cut.facts else { continue }
            if Self.pair(facts) == inner {
                #expect(facts.networkOctets == (fixture.inner == 4 ? 36 : 56), "\(length)")
                #expect(facts.payloadOctets <= 8 && cut.tunnel?.depth == fixture.depth, "\(length)")
            } else if cut.tunnel == nil {
                Self.expectOuter(facts, fixture)
            } else {
                #expect(fixture.depth == 2 && cut.tunnel?.depth == 1)
            }
        }
    }

    @Test(arguments: TunnelFixture.all) func everyTruncationOnTheWire(fixture: TunnelFixture) {
        let bench = Workbench()
        for rule in TunnelRule.allCases {
            for length in 0..<fixture.bytes.count {
                let cut = bench.decode(
                    fixture.bytes, captured: length, wire: length, tunnels: TunnelPolicy(rule: rule))
                #expect(cut.tallies.balances)
                for facts in [cut.facts, cut.copy?.facts].compactMap({ $0 }) {
                    #expect(Int(facts.networkOctets) <= length && Int(facts.wireOctets) == length)
                    #expect(facts.payloadOctets <= facts.networkOctets && facts.networkOctets >= 20)
                }
            }
        }
    }

    /// Every octet takes other values; whatever it is, the packet has one outcome and its octets nest.
    @Test(arguments: TunnelFixture.all) func everyOctetChanged(fixture: TunnelFixture) {
        let seed: UInt64 = 0x7E55
        var random = SplitMix64(seed: seed)
        let bench = Workbench()
        for place in fixture.bytes.indices {
            for value in [0, 0xFF, UInt8.random(in: 0...255, using: &random), fixture.bytes[place] ^ 0x10] {
                var bytes = fixture.bytes
                bytes[place] = value
                let result = bench.decode(bytes, tunnels: TunnelPolicy(rule: .both))
                #expect(result.tallies.balances, "seed \(seed), \(place) \(value)")
                for facts in [result.facts, result.copy?.facts].compactMap({ $0 }) {
                    #expect(facts.networkOctets <= facts.wireOctets && facts.payloadOctets <= facts.networkOctets)
                    #expect(facts.networkOctets >= (facts.ipVersion == 6 ? 40 : 20), "\(place) \(value)")
                }
            }
        }
    }

    @Test(arguments: [1, 2, 8, 16]) func theDepthHasALimit(limit: Int) throws {
        for depth in [limit - 1, limit, limit + 1, limit + 3] where depth > 0 {
            var packet = TunnelFixture.udp4
            // The innermost tunnel's addresses first.
            for level in (1...depth).reversed() {
                packet = Build.ipv4(4, packet, source: level, destination: level + 100)
            }
            let result = Workbench().decode(
                Build.ethernet(0x0800, packet), tunnels: TunnelPolicy(depthLimit: limit))
            let (facts, tunnel) = (try #require(result.facts), try #require(result.tunnel))
            #expect(Int(tunnel.depth) == min(depth, limit))
            #expect(result.anomalies == (depth > limit ? [.tunnelTooDeep] : []))
            #expect(facts.protocolIdentifier == (depth > limit ? 4 : 17))
            #expect(tunnel.sourceLow & 0xFFFF_FFFF == UInt64(min(depth, limit)))
        }
    }

    /// What the tunnel carries is no flow, or damaged: the packet is the tunnel's.
    @Test func withoutAnInnerFlowThePacketIsTheTunnels() throws {
        let arp = Build.ethernet(0x0806, Build.zeros(28))
        let sound: [(String, [UInt8])] = [
            ("vxlan arp", TunnelFixture.inUDP(4789, TunnelFixture.vxlan(5, arp))),
            ("gre keepalive", TunnelFixture.gre(0, 0, [])),
            ("pptp acknowledgement", TunnelFixture.gre(0x2081, 0x880B, Build.be16(0) + Build.be16(1) + Build.be32(9))),
            (
                "ppp lcp",
                TunnelFixture.inUDP(1701, Build.be16(2) + Build.be32(1) + [0xFF, 3, 0xC0, 0x21] + Build.zeros(8))
            ),
            ("l2tp control", TunnelFixture.inUDP(1701, Build.be16(0xC802) + Build.be16(12) + Build.zeros(8))),
            ("l2tpv3 control", TunnelFixture.over4(115, Build.zeros(20))),
            ("vxlan without the bit", TunnelFixture.inUDP(4789, TunnelFixture.vxlan(5, TunnelFixture.frame, flags: 0))),
            ("vxlan-gpe maintenance", TunnelFixture.inUDP(4790, [0x0D, 0, 0, 1] + Build.be32(0) + TunnelFixture.udp4)),
            ("geneve control", TunnelFixture.inUDP(6081, [0, 0x80, 8, 0] + Build.be32(0) + TunnelFixture.udp4)),
            ("gtp echo", TunnelFixture.inUDP(2152, [0x32, 1] + Build.be16(4) + Build.be32(0) + Build.zeros(4))),
            (
                "gtp prime",
                TunnelFixture.inUDP(2152, [0x20, 255] + Build.be16(36) + Build.be32(0) + TunnelFixture.udp4)
            ),
            ("capwap dtls", TunnelFixture.inUDP(5247, [1, 0, 0, 0] + Build.zeros(40))),
            ("capwap keep alive", TunnelFixture.inUDP(5247, Build.be32(2 << 19 | 8) + Build.zeros(20))),
            ("ayiya noop", TunnelFixture.inUDP(5072, [0x44, 0x52, 0x10, 59] + Build.zeros(60))),
            ("teredo bubble that is none", TunnelFixture.inUDP(3544, Build.zeros(50))),
            ("lisp of nothing", TunnelFixture.inUDP(4341, Build.zeros(30))),
        ]
        for (name, bytes) in sound {
            let result = Workbench().decode(bytes)
            let facts = try #require(result.facts, "\(name)")
            #expect(Self.pair(facts) == Self.outerPair4 && result.tunnel == nil, "\(name)")
            #expect(result.anomalies.isEmpty, "\(name): \(result.anomalies)")
            #expect(facts.networkOctets == UInt32(bytes.count - 14), "\(name)")
        }
        let damaged: [(String, [UInt8])] = [
            ("ip version", TunnelFixture.over4(4, [0x65] + TunnelFixture.udp4.dropFirst())),
            ("inner header length", TunnelFixture.over4(4, [0x44] + TunnelFixture.udp4.dropFirst())),
            ("etherip version", TunnelFixture.over4(97, [0x20, 0] + TunnelFixture.frame)),
            ("gre version", TunnelFixture.gre(2, 0x0800, TunnelFixture.udp4)),
            (
                "gre route without end",
                TunnelFixture.gre(0x4000, 0x0800, Build.be32(0) + [0, 8, 0, 0] + [0, 8, 0, 200])
            ),
            (
                "geneve options",
                TunnelFixture.inUDP(6081, [1, 0, 8, 0] + Build.be32(0) + [0, 0, 0, 9] + TunnelFixture.udp4)
            ),
            (
                "gtp extension of length 0",
                TunnelFixture.inUDP(
                    2152, [0x34, 255] + Build.be16(44) + Build.be32(1) + [0, 0, 0, 9, 0, 0, 0, 0] + TunnelFixture.udp4)
            ),
            ("frame cut", TunnelFixture.over4(97, [0x30, 0] + TunnelFixture.frame.prefix(20))),
        ]
        for (name, bytes) in damaged {
            let result = Workbench().decode(bytes)
            let facts = try #require(result.facts, "\(name)")
            #expect(Self.pair(facts) == Self.outerPair4 && result.tunnel == nil, "\(name)")
            #expect(result.anomalies == [.innerHeaderDamaged], "\(name): \(result.anomalies)")
        }
    }

    /// A client's ephemeral port may be a tunnel's, and what it sends may begin as that tunnel's header does: seen with
    /// "payload!…" from port 6635, a label stack whose last entry is "ayl" with the nibble of IPv6 behind it.
    @Test func textOnATunnelsPortIsNoTunnel() throws {
        let text = Array(repeating: Array("payload!".utf8), count: 12).flatMap { $0 }
        let overlong = Array(TunnelFixture.udp6.prefix(4)) + Build.be16(500) + TunnelFixture.udp6.dropFirst(6)
        let datagrams: [(port: Int, octets: [UInt8])] =
            [4341, 5072, 6635, 3544].map { ($0, text) } + [
                (4341, [0, 0, 0, 0, 0, 0, 0, 0] + overlong), (3544, overlong),
                (5072, [0x44, 0x52, 0x11, 41] + Build.zeros(4 + 16 + 20) + overlong),
                (6635, TunnelFixture.label(42) + overlong), (4341, [0, 0, 0, 0, 0, 0, 0, 0, 0x44, 0, 0, 0x24, 0, 0]),
            ]
        for (port, octets) in datagrams {
            for bytes in [TunnelFixture.inUDP(port, octets), TunnelFixture.over4(17, Build.udp(port, 53, octets))] {
                let result = Workbench().decode(bytes)
                let facts = try #require(result.facts, "\(port)")
                #expect(result.tunnel == nil && Self.pair(facts) == Self.outerPair4, "\(port): \(octets.count)")
                #expect(result.anomalies == [], "\(port): \(result.anomalies)")
            }
        }
    }

    /// Their source ports are hashes of what is inside, so that one of them may be any port.
    @Test func onlyTheDestinationsPortMakesLISPAndMPLS() throws {
        for (port, header) in [(4341, Build.zeros(8)), (6635, TunnelFixture.label(42))] {
            let there = Workbench().decode(TunnelFixture.inUDP(port, header + TunnelFixture.udp4))
            let back = Workbench().decode(TunnelFixture.over4(17, Build.udp(port, 50_000, header + TunnelFixture.udp4)))
            #expect(there.tunnel != nil && back.tunnel == nil, "\(port)")
        }
    }

    /// The first fragment of a datagram stays outside, since the later ones cannot be told to be inside.
    @Test func fragmentsOfATunnelAreTheTunnels() throws {
        let bytes = Build.ethernet(
            0x0800, Build.ipv4(47, Build.be16(0) + Build.be16(0x0800) + TunnelFixture.udp4, moreFragments: true))
        let result = Workbench().decode(bytes)
        let facts = try #require(result.facts)
        #expect(facts.protocolIdentifier == 47 && result.tunnel == nil && facts.flags.contains(.firstFragment))
        // A fragment inside is one of the inner flow.
        let inside = Build.ipv4(
            17, Build.udp(5000, 53), source: TunnelFixture.innerSource, destination: TunnelFixture.innerDestination,
            moreFragments: true)
        let inner = try #require(Workbench().decode(TunnelFixture.over4(4, inside)).facts)
        #expect(inner.flags.contains(.firstFragment) && inner.flags.contains(.tunnel) && inner.portB == 5000)
    }

    @Test func theSegmentRuleSaysWhatSetsTenantsApart() throws {
        let tagged = Build.ethernet(
            0x8100,
            Build.tag(9, 0x0800, Build.ipv4(17, Build.udp(1, 4789, TunnelFixture.vxlan(5, TunnelFixture.taggedFrame)))))
        let plain = Build.ethernet(0x8100, Build.tag(9, 0x0800, Build.ipv4(4, TunnelFixture.udp4)))
        for (rule, ofNetwork, ofVLAN) in [
            (PacketDecoder.SegmentRule.auto, 5, 9), (.vlan, 77, 9), (.vni, 5, nil), (.none, nil, nil),
        ] as [(PacketDecoder.SegmentRule, UInt32?, UInt32?)] {
            for (bytes, expected) in [(tagged, ofNetwork), (plain, ofVLAN)] {
                let facts = try #require(Workbench().decode(bytes, segmentRule: rule).facts)
                #expect(facts.flags.contains(.segment) == (expected != nil), "\(rule)")
                #expect(facts.segment == expected ?? 0, "\(rule)")
            }
        }
    }

    @Test func nshBelowIPIsPassed() throws {
        let result = Workbench().decode(Build.ethernet(0x894F, TunnelFixture.nsh(1, words: 2, TunnelFixture.udp4)))
        let facts = try #require(result.facts)
        #expect(facts.networkOctets == 36 && result.tunnel == nil)
        let cut = Workbench().decode(Build.ethernet(0x894F, Array(TunnelFixture.nsh(1, TunnelFixture.udp4).prefix(20))))
        #expect(cut.outcome == .undecodable(.linkHeaderCut))
        let odd = Workbench().decode(Build.ethernet(0x894F, TunnelFixture.nsh(9, words: 2, TunnelFixture.udp4)))
        #expect(odd.outcome == .nonFlow(.etherType(0x894F)))
    }

    @Test func opaqueTunnelsAreCountedAndStayFlows() throws {
        func inUDP(_ port: Int, _ octets: [UInt8]) -> [UInt8] { TunnelFixture.inUDP(port, octets) }
        let opaque: [(OpaqueTunnel?, [UInt8])] = [
            (.esp, TunnelFixture.over4(50, Build.zeros(40))), (.ipComp, TunnelFixture.over6(108, Build.zeros(40))),
            (.espInUDP, inUDP(4500, Build.be32(0x1000) + Build.zeros(40))),
            (nil, inUDP(4500, Build.zeros(40))), (nil, inUDP(4500, [0xFF])),
            (.wireGuard, inUDP(51_820, [1, 0, 0, 0] + Build.zeros(144))),
            (.wireGuard, inUDP(51_820, [4, 0, 0, 0] + Build.zeros(44))),
            (nil, inUDP(51_820, [4, 0, 0, 0] + Build.zeros(45))), (nil, inUDP(51_820, [9, 0, 0, 0] + Build.zeros(44))),
            (.openVPN, inUDP(1194, [7 << 3] + Build.zeros(41))), (nil, inUDP(1194, Build.zeros(41))),
        ]
        for (index, (expected, bytes)) in opaque.enumerated() {
            let result = Workbench().decode(bytes)
            let facts = try #require(result.facts)
            #expect(facts.networkOctets == UInt32(bytes.count - 14) && result.tunnel == nil)
            for kind in OpaqueTunnel.allCases {
                #expect(result.tallies.count(kind) == (kind == expected ? 1 : 0), "\(index) \(kind)")
            }
            #expect(result.anomalies.isEmpty)
        }
    }
}
