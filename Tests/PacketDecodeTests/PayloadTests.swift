import PacketDecode
import Testing

/// Where a packet's payload is, for those who look at it.
@Suite struct PayloadTests {
    private static let text = Array("payload!".utf8)

    /// Every fixture of a flow with ports, at every captured length: the payload's beginning, and nothing around it.
    @Test(arguments: Fixture.all) func isFoundAtEveryLength(fixture: Fixture) {
        let bench = Workbench()
        guard let facts = bench.decode(fixture.bytes, linkType: fixture.linkType).facts else { return }
        let whole = bench.payload ?? []
        #expect(whole.count <= Int(facts.payloadOctets))
        for length in 0...fixture.bytes.count {
            let cut = bench.decode(fixture.bytes, linkType: fixture.linkType, captured: length)
            let found = bench.payload ?? []
            #expect(found.count <= length && found.count <= Int(cut.facts?.payloadOctets ?? 0))
            #expect(whole.starts(with: found), "\(length)")
        }
    }

    @Test func isTheTransportsOwn() {
        let bench = Workbench()
        let padded = Build.ethernet(0x0800, Build.ipv4(17, Build.udp(5000, 53, Self.text)) + Build.zeros(20))
        let packets: [(String, [UInt8], [UInt8]?)] = [
            ("UDP, with Ethernet padding", padded, Self.text),
            ("TCP", Build.ethernet(0x0800, Build.ipv4(6, Build.tcp(1, 2, Self.text))), Self.text),
            (
                "TCP in a VLAN",
                Build.ethernet(0x8100, Build.tag(9, 0x0800, Build.ipv4(6, Build.tcp(1, 2, Self.text)))), Self.text
            ),
            (
                "IPv6 with an option",
                Build.ethernet(0x86DD, Build.ipv6(0, Build.extensionHeader(17, Build.udp(1, 2, Self.text)))), Self.text
            ),
            ("on WireGuard's port", Build.ethernet(0x0800, Build.ipv4(17, Build.udp(5, 51820, Self.text))), Self.text),
            ("on VXLAN's port", Build.ethernet(0x0800, Build.ipv4(17, Build.udp(5, 4789, Self.text))), Self.text),
            ("nothing carried", Build.ethernet(0x0800, Build.ipv4(6, Build.tcp(1, 2))), nil),
            ("a later fragment", Build.ethernet(0x0800, Build.ipv4(17, Self.text, offset: 64)), nil),
            ("no ports", Build.ethernet(0x0800, Build.ipv4(89, Self.text)), nil),
        ]
        for (name, octets, expected) in packets {
            _ = bench.decode(octets)
            #expect(bench.payload == expected, "\(name)")
        }
    }

    /// In a tunnel the payload is that of the flow inside; for the tunnel's own flow it is the tunnel's header and the rest.
    @Test func payloadsInTunnelsAreFound() throws {
        let inner = Build.ipv4(17, Build.udp(1, 2, Self.text))
        let bench = Workbench()
        _ = bench.decode(Build.ethernet(0x0800, Build.ipv4(4, inner)))
        #expect(bench.payload(depth: 1) == Self.text)
        let frame = Build.ethernet(0x0800, inner)
        let header: [UInt8] = [8, 0, 0, 0, 0, 0, 7, 0]
        _ = bench.decode(Build.ethernet(0x0800, Build.ipv4(17, Build.udp(5, 4789, header + frame))))
        #expect(bench.payload(depth: 1) == Self.text)
        #expect(bench.payload == header + frame)
    }

    /// The first DATA chunk of an SCTP packet, behind another chunk.
    @Test func sctpDataIsFound() {
        let header = Build.be16(1) + Build.be16(2) + Build.zeros(8)
        let chunks: [UInt8] = [3, 0, 0, 6, 9, 9, 0, 0] + [0, 3, 0, 24] + Build.zeros(12) + Self.text
        let bench = Workbench()
        _ = bench.decode(Build.ethernet(0x0800, Build.ipv4(132, header + chunks)))
        #expect(bench.payload == Self.text)
        _ = bench.decode(Build.ethernet(0x0800, Build.ipv4(132, header + [3, 0, 0, 0, 9, 9, 0, 0])))
        #expect(bench.payload == nil)
    }

    /// Frame numbers ascend, with gaps where packets were filtered.
    @Test func packetsAreFoundByTheirNumber() {
        let bench = PacketBatch(capacity: 8)
        // SAFETY: the batch's own memory, which outlives its references.
        let storage = unsafe bench.storage(atLeast: 1)
        let frames: [UInt64] = [5, 6, 9, 40, 41]
        for frame in frames {
            // SAFETY: no octet is read, and the batch's own storage is not empty.
            unsafe bench.append(
                PacketReference(
                    bytes: UnsafePointer(storage.baseAddress!.assumingMemoryBound(to: UInt8.self)), timestamp: 1,
                    frameNumber: frame, capturedLength: 0, wireLength: 0, linkType: 1))
        }
        for frame in 0...50 as ClosedRange<UInt64> {
            #expect(bench.index(ofFrame: frame) == frames.firstIndex(of: frame))
        }
        #expect(bench.index(ofFrame: .max) == nil)
    }
}
