import PacketDecode
import Testing

/// Protocols of which only the number, the type or the ports are read are in flows by them.
@Suite struct RoutingProtocolTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var name: String
        var number: Int
        /// What stands behind the IP header.
        var payload: [UInt8]
        var isIPv6 = false
        /// Ports of those that have some: the lower host's and the higher host's.
        var ports: (UInt16, UInt16)?
        /// Type and code of ICMPv6.
        var typeCode: UInt16?
        var testDescription: String { name }
    }

    static let examples = [
        // RFC 3376: report, one group record.
        Example(
            name: "IGMP", number: 2, payload: [0x22, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0] + Build.be32(0xE000_00FB)),
        Example(name: "EIGRP", number: 88, payload: [2, 5] + Build.zeros(18)),
        Example(name: "OSPF", number: 89, payload: [2, 1] + Build.be16(44) + Build.zeros(40)),
        Example(name: "OSPFv3", number: 89, payload: [3, 1] + Build.be16(36) + Build.zeros(32), isIPv6: true),
        Example(name: "PIM", number: 103, payload: [0x20, 0, 0, 0, 0, 1, 0, 2, 0, 105]),
        Example(name: "VRRP", number: 112, payload: [0x31, 1, 100, 1, 0, 100, 0, 0] + Build.be32(Build.lowHost)),
        // RFC 3810: listener report; RFC 2710: query.
        Example(name: "MLDv2", number: 58, payload: [143, 0] + Build.zeros(6), isIPv6: true, typeCode: 143 << 8),
        Example(name: "MLD", number: 58, payload: [130, 0] + Build.zeros(22), isIPv6: true, typeCode: 130 << 8),
        // RFC 5881: control packets to 3784.
        Example(
            name: "BFD", number: 17, payload: Build.udp(49_152, 3784, [0x20, 0xC0, 3, 24] + Build.zeros(20)),
            ports: (49_152, 3784)),
        // RFC 4340 section 5.1: a request with the long sequence number.
        Example(
            name: "DCCP", number: 33,
            payload: Build.be16(5001) + Build.be16(5002) + [5, 0, 0, 0, 1, 0] + Build.zeros(10), ports: (5001, 5002)),
        // RFC 9260: INIT, verification tag 0.
        Example(
            name: "SCTP", number: 132,
            payload: Build.be16(36_412) + Build.be16(36_413) + Build.zeros(8) + [1, 0, 0, 20] + Build.zeros(16),
            ports: (36_412, 36_413)),
        Example(name: "no protocol of today", number: 250, payload: [1, 2, 3]),
    ]

    @Test(arguments: examples) func isAFlowByItsProtocol(example: Example) throws {
        let bytes =
            example.isIPv6 ? Build.ipv6(example.number, example.payload) : Build.ipv4(example.number, example.payload)
        let result = Workbench().decode(bytes, linkType: 101)
        let facts = try #require(result.facts)
        #expect(result.anomalies.isEmpty && result.tallies.balances && result.tallies.flowPackets == 1)
        #expect(facts.protocolIdentifier == UInt8(example.number))
        #expect(facts.networkOctets == UInt32(bytes.count))
        #expect(facts.flags.contains(.ports) == (example.ports != nil))
        if let ports = example.ports {
            #expect(facts.sender == 0 ? (facts.portA, facts.portB) == ports : (facts.portB, facts.portA) == ports)
        }
        #expect(facts.flags.contains(.icmp) == (example.typeCode != nil))
        #expect(facts.icmpTypeCode == example.typeCode ?? 0)
        // Cut anywhere behind the IP header: still in a flow of that protocol.
        let header = example.isIPv6 ? 40 : 20
        for length in header..<bytes.count {
            let cut = Workbench().decode(bytes, linkType: 101, captured: length)
            #expect(cut.facts?.protocolIdentifier == UInt8(example.number) && cut.tallies.balances)
        }
    }
}
