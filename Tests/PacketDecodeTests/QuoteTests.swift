import NetTypes
import PacketDecode
import Testing

/// Which flow an ICMP error is about (design semantics 2 and 9).
@Suite struct QuoteTests {
    private let bench = Workbench()
    private static let router = 0x0A01_0101
    private static let router6: (UInt64, UInt64) = (0x2001_0db8_00ff_0000, 1)

    private static func error(_ type: Int, code: Int = 0, _ quote: [UInt8]) -> [UInt8] {
        Build.ipv4(1, Build.icmp(type, code: code, quote), source: router, destination: Build.lowHost)
    }

    private static func error6(_ type: Int, code: Int = 0, _ quote: [UInt8]) -> [UInt8] {
        Build.ipv6(58, Build.icmp(type, code: code, quote), source: router6, destination: Build.lowHost6)
    }

    /// The key and the sender that the quoted packet itself has.
    private func expectSameFlow(_ notice: PacketFacts?, _ quoted: [UInt8], _ comment: Comment = "") throws {
        let notice = try #require(notice, comment)
        let packet = try #require(bench.decode(quoted, linkType: 101).facts, comment)
        #expect(notice.keyWord == packet.keyWord && notice.segment == packet.segment, comment)
        #expect(notice.addressALow == packet.addressALow && notice.addressBLow == packet.addressBLow, comment)
        #expect(notice.addressAHigh == packet.addressAHigh && notice.addressBHigh == packet.addressBHigh, comment)
        #expect(notice.sender == packet.sender, comment)
    }

    static let quoted: [(name: String, bytes: [UInt8])] = [
        ("udp", Build.ipv4(17, Build.udp(5000, 53, [1, 2, 3]))),
        ("back", Build.ipv4(17, Build.udp(53, 5000, [1]), source: Build.highHost, destination: Build.lowHost)),
        ("tcp", Build.ipv4(6, Build.tcp(40_000, 443, sequence: 77, flags: 2))),
        ("options", Build.ipv4(6, Build.tcp(40_000, 443), options: Build.zeros(8))),
        ("sctp", Build.ipv4(132, Build.sctp(1, 2))),
        ("echo", Build.ipv4(1, Build.icmp(8, identifier: 7))),
        ("no ports", Build.ipv4(89, Build.zeros(24))),
    ]
    static let quoted6: [(name: String, bytes: [UInt8])] = [
        ("udp", Build.ipv6(17, Build.udp(5000, 53, [1, 2, 3]))),
        ("tcp", Build.ipv6(6, Build.tcp(40_000, 443))),
        ("options", Build.ipv6(60, Build.extensionHeader(17, Build.udp(5000, 53)))),
        ("echo", Build.ipv6(58, Build.icmp(128, identifier: 7))),
    ]

    @Test func everyErrorNamesTheFlowOfWhatItQuotes() throws {
        for quote in Self.quoted {
            for type in 0...20 {
                let result = bench.decode(Self.error(type, code: 1, quote.bytes), linkType: 101)
                guard [3, 4, 5, 11, 12].contains(type) else {
                    #expect(result.notice == nil)
                    continue
                }
                try expectSameFlow(result.notice, quote.bytes, "\(quote.name) \(type)")
                #expect(result.notice?.icmpTypeCode == UInt16(type) << 8 | 1)
                #expect(result.tallies.flowPackets == 1 && result.tallies.balances)
                #expect(result.anomalies.isEmpty)
            }
        }
        for quote in Self.quoted6 {
            for type in [0, 1, 2, 3, 4, 5, 127, 128, 135, 137] {
                let result = bench.decode(Self.error6(type, quote.bytes), linkType: 101)
                guard (1...4).contains(type) else {
                    #expect(result.notice == nil)
                    continue
                }
                try expectSameFlow(result.notice, quote.bytes, "\(quote.name) \(type)")
            }
        }
    }

    /// Eight octets behind the IP header are all that an old router quotes; the lengths are those of the whole packet.
    @Test func quotesAreCut() throws {
        for quote in Self.quoted {
            let header = Int(quote.bytes[0] & 15) * 4
            let result = bench.decode(Self.error(3, code: 3, Array(quote.bytes.prefix(header + 8))), linkType: 101)
            try expectSameFlow(result.notice, quote.bytes, "\(quote.name)")
            #expect(result.anomalies.isEmpty)
            let tcp = result.notice.map { $0.protocolIdentifier == 6 } ?? false
            #expect(result.notice?.flags.contains(.tcp) == tcp, "A sequence number is among eight octets of TCP.")
        }
        let syn = bench.decode(Self.error(3, Array(Self.quoted[2].bytes.prefix(28))), linkType: 101)
        #expect(syn.notice?.tcpSequence == 77)
    }

    /// Every shorter quote either names the flow or is tallied, whoever cut it, and nothing behind it is read.
    @Test func everyTruncation() {
        let errors =
            Self.quoted.map { Self.error(3, code: 3, $0.bytes) } + Self.quoted6.map { Self.error6(1, $0.bytes) }
        for whole in errors {
            let full = bench.decode(whole, linkType: 101)
            for length in 0..<whole.count {
                let cut = bench.decode(whole, linkType: 101, captured: length)
                #expect(cut.tallies.balances)
                let other = bench.decode(whole, linkType: 101, captured: length, fill: 0x5A)
                #expect(cut.notice?.listed == other.notice?.listed)
                if let notice = cut.notice, let all = full.notice, notice.flags.contains(.ports) {
                    #expect(notice.keyWord == all.keyWord && notice.sender == all.sender)
                }
                if cut.facts?.flags.contains(.icmp) == true {
                    #expect((cut.notice == nil) == cut.anomalies.contains(.quoteDamaged), "\(length)")
                }
            }
        }
    }

    @Test func whatIsNoPacketIsTallied() {
        let udp = Build.udp(5000, 53)
        for quote in [
            [], [0x45], Build.ipv6(17, udp), Build.ipv4(17, udp, headerWords: 4), Build.ipv4(17, udp, totalLength: 10),
            Build.ipv4(17, udp, version: 5), Array(Build.ipv4(17, udp).prefix(23)),
        ] {
            let result = bench.decode(Self.error(3, quote), linkType: 101)
            #expect(result.notice == nil && result.anomalies.contains(.quoteDamaged), "\(quote)")
            #expect(result.tallies.flowPackets == 1)
        }
    }

    /// An error about an error is about nothing that anybody asked for; its own flow is that of the quoted type.
    @Test func errorsAreNotFollowedIntoErrors() throws {
        var quote = Build.ipv4(17, Build.udp(1, 2))
        for _ in 0..<8 { quote = Self.error(3, code: 3, quote) }
        let result = bench.decode(quote, linkType: 101)
        #expect(result.notice?.protocolIdentifier == 1 && result.notice?.portB == 0x0300)
        #expect(result.tallies.icmpNotices == 1)
    }

    @Test func tenantsAreKeptApart() throws {
        let error = Self.error(3, Build.ipv4(17, Build.udp(5000, 53)))
        let tagged = Build.ethernet(0x8100, Build.tag(100, 0x0800, error))
        #expect(bench.decode(tagged).notice?.segment == 100)
        #expect(bench.decode(tagged, segmentRule: .none).notice?.flags.contains(.segment) == false)
        let vxlan = [0x08, 0, 0, 0] + Build.be32(5001 << 8) + Build.ethernet(0x0800, error)
        let carried = Build.ethernet(0x0800, Build.ipv4(17, Build.udp(50_000, 4789, vxlan)))
        let result = bench.decode(carried)
        #expect(result.notice?.segment == 5001 && result.notice?.portA == 5000)
        let both = bench.decode(carried, tunnels: TunnelPolicy(rule: .both))
        #expect(both.notice?.listed == result.notice?.listed && both.copy != nil)
    }

    /// A router between the ends of a tunnel quotes the tunnel's packet: the flow is the one that packet was counted in.
    @Test func aQuotedTunnelIsFollowedAsPacketsAre() throws {
        let inner = Build.ipv4(6, Build.tcp(40_000, 443), source: 0x0A00_0001, destination: 0x0A00_0002)
        let quote = Build.ipv4(4, inner)
        for (rule, number) in [(TunnelRule.inner, 6), (.both, 6), (.outer, 4)] {
            let policy = TunnelPolicy(rule: rule)
            let notice = try #require(bench.decode(Self.error(11, quote), linkType: 101, tunnels: policy).notice)
            let packet = try #require(bench.decode(quote, linkType: 101, tunnels: policy).facts)
            #expect(notice.protocolIdentifier == number && notice.keyWord == packet.keyWord)
            #expect(!notice.flags.contains(.tunnel))
        }
        // Too little of it to see what is inside: the tunnel's own flow.
        let notice = bench.decode(Self.error(11, Array(quote.prefix(28))), linkType: 101).notice
        #expect(notice?.protocolIdentifier == 4)
    }

    @Test func aQuotedFragmentFindsItsFlowAndIsNoneItself() throws {
        let first = Build.ipv4(17, Build.udp(5000, 53, length: 3000), identification: 7, moreFragments: true)
        let later = Build.ipv4(17, [1, 2, 3, 4, 5, 6, 7, 8], identification: 7, offset: 1480)
        let other = Build.ipv4(17, [1, 2, 3, 4, 5, 6, 7, 8], identification: 8, offset: 1480)
        var table = FragmentTable(hashKey: 1)
        let batch = FactsBatch(capacity: 4)
        batch.append(try #require(bench.decode(first, linkType: 101).facts))
        for quote in [later, other, first] {
            batch.append(try #require(bench.decode(Self.error(11, code: 1, quote), linkType: 101).notice))
        }
        table.resolve(batch)
        #expect(batch.count == 4 && table.waiting == 0)
        #expect(batch.facts[1].keyWord == batch.facts[0].keyWord && batch.facts[1].flags.contains(.ports))
        #expect(!batch.facts[2].flags.contains(.ports))
        #expect(batch.facts[3].keyWord == batch.facts[0].keyWord)
        var tallies = DecodeTallies()
        table.add(to: &tallies)
        #expect(Anomaly.allCases.allSatisfy { tallies.count($0) == 0 })
    }

    @Test func refusals() {
        var facts = PacketFacts()
        var found: [UInt16] = []
        for typeCode in 0...0x1FFF as ClosedRange<UInt16> {
            facts.icmpTypeCode = typeCode
            if facts.isRefusal { found.append(typeCode) }
        }
        #expect(found == [0x0301, 0x0302, 0x0303, 0x0307, 0x0309, 0x030A, 0x030D])
        facts.ipVersion = 6
        found = (0...0x1FFF as ClosedRange<UInt16>).filter { typeCode in
            facts.icmpTypeCode = typeCode
            return facts.isRefusal
        }
        #expect(found == [0x0101, 0x0103, 0x0104, 0x0105, 0x0106, 0x0401])
    }

    @Test func seededMutations() {
        let seed: UInt64 = 0x1C3B
        print("seed", seed)
        var random = SplitMix64(seed: seed)
        let errors =
            Self.quoted.map { Self.error(3, code: 3, $0.bytes) } + Self.quoted6.map { Self.error6(1, $0.bytes) }
        var notices = 0
        for round in 0..<20_000 {
            var bytes = errors[round % errors.count]
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 20..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            let result = bench.decode(bytes, linkType: 101)
            #expect(result.tallies.balances)
            guard let notice = result.notice else { continue }
            notices += 1
            #expect(notice.networkOctets | notice.wireOctets | notice.payloadOctets == 0)
            let (a, b) = ((notice.addressAHigh, notice.addressALow), (notice.addressBHigh, notice.addressBLow))
            #expect(a.0 < b.0 || (a.0 == b.0 && a.1 <= b.1))
        }
        #expect(notices > 10_000)
    }
}
