import PacketDecode
import Testing

@Suite struct TallyTests {
    @Test func unknownLinkTypesAreNamed() {
        let bench = Workbench()
        var sum = DecodeTallies()
        for linkType in [147, 148, 147, 65_535] as [UInt16] {
            sum.add(bench.decode([1, 2, 3], linkType: linkType).tallies)
        }
        #expect(sum.count(.linkTypeUnknown) == 4 && sum.balances)
        #expect(sum.unknownLinkTypeNumbers.map(\.linkType) == [147, 148, 65_535])
        #expect(sum.unknownLinkTypeNumbers.map(\.packets) == [2, 1, 1])
        for linkType in 2000..<2020 as Range<UInt16> { sum.add(bench.decode([], linkType: linkType).tallies) }
        #expect(sum.count(.linkTypeUnknown) == 24 && sum.unknownLinkTypeNumbers.count == 8)
    }

    /// Every code once and then again, in another order, over two workers: nothing is lost, whatever found a name.
    @Test func protocolsWithoutFlowsSumUp() {
        let bench = Workbench()
        var random = SplitMix64(seed: 1)
        let types = (0..<300).map { 0x0900 + $0 * 3 }
        var workers = [DecodeTallies(), DecodeTallies()]
        var packets: UInt64 = 0
        for type in types.shuffled(using: &random) + types.shuffled(using: &random) {
            workers[type & 1].add(bench.decode(Build.ethernet(type, [])).tallies)
            workers[0].add(bench.decode(Build.ethernet(30, Build.llc(0xFF, 0xFF, control: 0, []))).tallies)
            packets += 2
        }
        var sum = workers[0]
        sum.add(workers[1])
        for tallies in workers + [sum] {
            #expect(tallies.balances && tallies.nonFlowPackets == tallies.packets)
            let named = tallies.nonFlowProtocols
            #expect(named.reduce(0) { $0 + $1.packets } + tallies.otherNonFlowPackets == tallies.nonFlowPackets)
            #expect(named.count <= 64)
            #expect(named.map(\.packets) == named.map(\.packets).sorted(by: >))
        }
        #expect(sum.packets == packets && sum.nonFlowProtocols.first?.protocol == .llc(0xFFFF))
        #expect(sum.nonFlowProtocols.first?.packets == packets / 2)
    }

    @Test func everyReasonAndAnomalyHasWords() {
        #expect(Set(UndecodableReason.allCases.map(\.description)).count == UndecodableReason.allCases.count)
        #expect(Set(Anomaly.allCases.map(\.description)).count == Anomaly.allCases.count)
        #expect(NonFlowProtocol.etherType(0x0806).description == "ARP")
        #expect(NonFlowProtocol.llc(0x4242).description == "STP")
        #expect(NonFlowProtocol.etherType(0x1234).description == "EtherType 0x1234")
        #expect(NonFlowProtocol.llc(0xFFFF).description == "LLC 0xffff")
    }
}
