import PacketDecode
import Testing

/// Checksums that are right, wrong, absent and left out; each computed here by other means than the decoder's.
@Suite struct ChecksumTests {
    private static let kinds: Set<Anomaly> = [.networkChecksumWrong, .transportChecksumWrong, .checksumLeftOut]
    private let bench = Workbench()

    private func found(
        _ packet: [UInt8], linkType: UInt16 = 1, captured: Int? = nil, wire: Int? = nil, mtu: UInt32? = nil
    ) -> Set<Anomaly> {
        var inspection = PacketInspection()
        inspection.checksums = true
        inspection.mtu = mtu
        return bench.decode(packet, linkType: linkType, captured: captured, wire: wire, inspection: inspection)
            .anomalies.intersection(Self.kinds)
    }

    /// RFC 1071, octet pair by octet pair.
    private func sum(_ octets: [UInt8]) -> Int {
        var sum = 0
        for index in stride(from: 0, to: octets.count, by: 2) {
            sum += Int(octets[index]) << 8 | (index + 1 < octets.count ? Int(octets[index + 1]) : 0)
        }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return sum
    }

    /// The addresses of an IP packet, protocol and length: what TCP and UDP add to their sum.
    private func pseudo(_ packet: [UInt8], _ number: Int, _ length: Int) -> [UInt8] {
        let addresses = packet[0] >> 4 == 4 ? packet[12..<20] : packet[8..<40]
        return Array(addresses) + Build.be32(length) + Build.be32(number)
    }

    /// Where a transport header keeps its checksum.
    private func field(_ number: Int) -> Int { number == 6 ? 16 : 6 }

    /// An IP packet with both checksums right.
    private func sound(_ version: Int, _ number: Int, _ payload: [UInt8]) -> [UInt8] {
        var segment = number == 6 ? Build.tcp(40_000, 80, payload) : Build.udp(40_000, 5000, payload)
        var packet = version == 4 ? Build.ipv4(number, segment) : Build.ipv6(number, segment)
        let header = packet.count - segment.count
        let right = 0xFFFF - sum(pseudo(packet, number, segment.count) + segment)
        segment.replaceSubrange(field(number)..<field(number) + 2, with: Build.be16(right == 0 ? 0xFFFF : right))
        packet.replaceSubrange(header..., with: segment)
        if version == 4 { packet.replaceSubrange(10..<12, with: Build.be16(0xFFFF - sum(Array(packet[..<20])))) }
        return packet
    }

    private func frame(_ packet: [UInt8]) -> [UInt8] {
        Build.ethernet(packet[0] >> 4 == 4 ? 0x0800 : 0x86DD, packet)
    }

    private func any(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
        (0..<count).map { _ in .random(in: 0 ... .max, using: &random) }
    }

    @Test(arguments: [4, 6], [6, 17])
    func rightAndWrong(version: Int, number: Int) {
        let seed: UInt64 = 42
        var random = SplitMix64(seed: seed)
        for count in [0, 1, 2, 3, 7, 8, 9, 100, 101, 1459, 1460] {
            let packet = sound(version, number, any(count, &random))
            #expect(found(frame(packet)).isEmpty, "\(count), seed \(seed)")
            // Ethernet's padding is no part of it, and a tag changes nothing.
            #expect(found(frame(packet) + [1, 2, 3]).isEmpty)
            #expect(found(Build.ethernet(0x8100, Build.tag(5, version == 4 ? 0x0800 : 0x86DD, packet))).isEmpty)
            for _ in 0..<20 {
                var damaged = packet
                let header = version == 4 ? 20 : 40
                // A header's lengths and protocol decide what is checked at all.
                let places = Array(header..<packet.count).filter { place in
                    number == 6 ? place != header + 12 : !(header + 4..<header + 6).contains(place)
                }
                let place = places.randomElement(using: &random) ?? header
                damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                #expect(found(frame(damaged)) == [.transportChecksumWrong], "\(place) of \(count), seed \(seed)")
            }
        }
    }

    @Test func everyOctetOfTheIPv4Header() {
        let packet = sound(4, 17, [1, 2, 3])
        // Version, lengths, flags and protocol make another packet of it; addresses count in both sums.
        for (place, expected) in [
            (1, [Anomaly.networkChecksumWrong]), (4, [.networkChecksumWrong]), (5, [.networkChecksumWrong]),
            (8, [.networkChecksumWrong]), (10, [.networkChecksumWrong]), (11, [.networkChecksumWrong]),
            (12, [.networkChecksumWrong, .transportChecksumWrong]),
            (19, [.networkChecksumWrong, .transportChecksumWrong]),
        ] {
            var damaged = packet
            damaged[place] ^= 0x10
            #expect(found(frame(damaged)) == Set(expected), "\(place)")
        }
    }

    /// The host's own packets: the adapter was to fill the sums in.
    @Test(arguments: [4, 6], [6, 17])
    func sumsLeftToAnAdapter(version: Int, number: Int) {
        let packet = sound(version, number, Array(0..<50))
        let header = version == 4 ? 20 : 40
        let length = packet.count - header
        // The pseudo-header's sum, as Linux leaves it; without the length, as for segmentation offload.
        for partial in [sum(pseudo(packet, number, length)), sum(pseudo(packet, number, 0))] {
            var own = packet
            own.replaceSubrange(header + field(number)..<header + field(number) + 2, with: Build.be16(partial))
            #expect(found(frame(own)) == [.checksumLeftOut])
            // Damaged, it is still no proof.
            own[packet.count - 1] ^= 1
            #expect(found(frame(own)) == [.checksumLeftOut])
        }
        if version == 4 {
            var own = packet
            own.replaceSubrange(10..<12, with: [0, 0])
            #expect(found(frame(own)) == [.checksumLeftOut])
        }
    }

    @Test func absentSums() {
        func without(_ version: Int, _ number: Int, port: Int? = nil) -> [UInt8] {
            var packet = sound(version, number, [1, 2, 3, 4])
            let header = version == 4 ? 20 : 40
            packet.replaceSubrange(header + field(number)..<header + field(number) + 2, with: [0, 0])
            if let port { packet.replaceSubrange(header + 2..<header + 4, with: Build.be16(port)) }
            return frame(packet)
        }
        // RFC 768: UDP need not have one in IPv4. RFC 8200: it must in IPv6, but for tunnels (RFC 6935).
        #expect(found(without(4, 17)).isEmpty)
        #expect(found(without(6, 17)) == [.transportChecksumWrong])
        #expect(found(without(6, 17, port: 4789)).isEmpty)
        #expect(found(without(4, 6)) == [.checksumLeftOut])
    }

    /// Whatever was not captured, or lies in another fragment, is not judged: every length that a capture may cut at.
    @Test(arguments: [4, 6], [6, 17])
    func cutPacketsAreNotJudged(version: Int, number: Int) {
        var packet = sound(version, number, Array(0..<60))
        packet[packet.count - 1] ^= 1
        let whole = frame(packet)
        #expect(found(whole) == [.transportChecksumWrong])
        for captured in 0..<whole.count {
            #expect(found(whole, captured: captured, wire: whole.count).isEmpty, "\(captured)")
            #expect(found(Array(whole.prefix(captured))).isEmpty, "\(captured)")
        }
    }

    @Test func whatIsNotJudged() {
        let segment = Build.udp(1, 2, [1, 2, 3])
        func ipv4(_ payload: [UInt8], options: [UInt8] = [], more: Bool = false, offset: Int = 0) -> [UInt8] {
            var packet = Build.ipv4(17, payload, options: options, moreFragments: more, offset: offset)
            let header = 20 + options.count
            packet.replaceSubrange(10..<12, with: Build.be16(0xFFFF - sum(Array(packet[..<header]))))
            return frame(packet)
        }
        var wrong = segment
        wrong[7] = 1
        #expect(found(ipv4(wrong)) == [.transportChecksumWrong])
        #expect(found(ipv4(wrong, more: true)).isEmpty && found(ipv4(wrong, offset: 64)).isEmpty)
        // Source routes name another destination than the header's; so may IPv6's routing headers.
        #expect(found(ipv4(wrong, options: [131, 7, 4, 9, 9, 9, 9, 0])).isEmpty)
        #expect(found(frame(Build.ipv6(17, wrong))) == [.transportChecksumWrong])
        #expect(found(frame(Build.ipv6(0, Build.extensionHeader(17, wrong)))) == [.transportChecksumWrong])
        for header in [43, 60] {
            #expect(found(frame(Build.ipv6(header, Build.extensionHeader(17, wrong)))).isEmpty)
        }
        // Other protocols have sums of their own kind.
        #expect(found(frame(Build.ipv6(58, Build.icmp(128)))).isEmpty)
        var odd = segment
        odd.replaceSubrange(4..<6, with: Build.be16(200))
        #expect(found(frame(Build.ipv6(17, odd))).isEmpty)
    }

    /// The sums of what a tunnel carries are looked at, and the tunnel's own are not.
    @Test func insideATunnel() {
        var inner = sound(4, 6, [1, 2, 3])
        func tunnelled() -> [UInt8] {
            frame(Build.ipv4(17, Build.udp(50_000, 4789, [8, 0, 0, 0, 0, 0, 7, 0] + frame(inner))))
        }
        #expect(found(tunnelled()).isEmpty)
        inner[inner.count - 1] ^= 1
        #expect(found(tunnelled()) == [.transportChecksumWrong])
    }

    /// A cooked capture says that the host itself sent the packet; a merged one has lost the sums of its parts.
    @Test func excused() {
        var packet = sound(4, 6, Array(repeating: 5, count: 2000))
        packet[packet.count - 1] ^= 1
        var cooked = Build.sll(0x0800, packet)
        #expect(found(cooked, linkType: 113) == [.transportChecksumWrong])
        cooked[1] = 4
        #expect(found(cooked, linkType: 113) == [.checksumLeftOut])
        var second = Build.sll2(0x0800, packet)
        second[10] = 4
        #expect(found(second, linkType: 276) == [.checksumLeftOut])
        #expect(found(frame(packet), mtu: 9000) == [.transportChecksumWrong])
        #expect(found(frame(packet), mtu: 1500) == [.checksumLeftOut])
    }

    @Test func nothingUnlessAskedFor() {
        let packet = frame(Build.ipv4(6, Build.tcp(1, 2, [1])))
        #expect(bench.decode(packet).anomalies.isEmpty)
    }
}

/// Packets that are several.
@Suite struct MergedTests {
    private let bench = Workbench()

    private func merged(_ packet: [UInt8], mtu: UInt32?) -> (packets: UInt64, estimate: UInt64) {
        var inspection = PacketInspection()
        inspection.mtu = mtu
        let tallies = bench.decode(packet, inspection: inspection).tallies
        return (tallies.count(.merged), tallies.mergedEstimate)
    }

    /// Segments of 1460 octets, as 1500 octets leave room for behind 40 octets of headers.
    @Test func howManyTheyWere() {
        for (payload, estimate) in [
            (1, 0), (1460, 0), (1461, 2), (2920, 2), (2921, 3), (14_600, 10), (14_601, 11), (65_495, 45),
        ] as [(Int, UInt64)] {
            let packet = Build.ethernet(0x0800, Build.ipv4(6, Build.tcp(1, 2, Build.zeros(payload))))
            let found = merged(packet, mtu: 1500)
            #expect(found == (estimate == 0 ? 0 : 1, estimate), "\(payload)")
            #expect(merged(packet, mtu: nil) == (0, 0))
        }
        // With options there is less room, and IPv6's header takes more.
        let packet = Build.ethernet(0x86DD, Build.ipv6(6, Build.tcp(1, 2, words: 8, Build.zeros(2 * 1428 + 1))))
        #expect(merged(packet, mtu: 1500) == (1, 3))
    }

    /// An MTU that headers alone exceed: an answer, never a trap.
    @Test func absurdSizes() {
        let packet = Build.ethernet(0x0800, Build.ipv4(6, Build.tcp(1, 2, words: 15, Build.zeros(100))))
        #expect(merged(packet, mtu: 68).packets == 1)
        #expect(merged(Build.ethernet(0x0800, Build.ipv4(6, Build.tcp(1, 2, words: 15))), mtu: 68) == (1, 1))
    }
}
