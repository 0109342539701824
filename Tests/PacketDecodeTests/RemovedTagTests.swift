import PacketDecode
import Testing

/// Live packets come without their outermost VLAN tag, which the kernel hands over beside them.
@Suite struct RemovedTagTests {
    static let ethernetFixtures = Fixture.all.filter { $0.linkType == 1 && $0.bytes.count >= 14 }

    @Test(arguments: ethernetFixtures, PacketDecoder.SegmentRule.allCases)
    func countsAsIfItWereThere(fixture: Fixture, rule: PacketDecoder.SegmentRule) {
        let bench = Workbench()
        for control: UInt16 in [0, 1, 0x2064, 0xFFFF] {
            let tag = [0x81, 0x00, UInt8(control >> 8), UInt8(control & 0xFF)]
            let tagged = Array(fixture.bytes.prefix(12)) + tag + Array(fixture.bytes.dropFirst(12))
            let whole = bench.decode(tagged, segmentRule: rule)
            let removed = bench.decode(fixture.bytes, segmentRule: rule, removedTag: control)
            #expect(removed.outcome == whole.outcome)
            #expect(removed.facts?.listed == whole.facts?.listed)
            #expect(removed.anomalies == whole.anomalies)
            #expect(removed.tallies.wireOctets == whole.tallies.wireOctets)
            #expect(removed.tallies.flowWireOctets == whole.tallies.flowWireOctets)
            #expect(removed.tallies.nonFlowWireOctets == whole.tallies.nonFlowWireOctets)
        }
    }

    @Test(arguments: ethernetFixtures) func aDomainChangesTheKeyAlone(fixture: Fixture) {
        let bench = Workbench()
        let first = bench.decode(fixture.bytes)
        let other = bench.decode(fixture.bytes, domain: 0x7FFF)
        #expect(other.outcome == first.outcome)
        var facts = other.facts
        #expect(facts.map { $0.domain == 0x7FFF } ?? true)
        facts?.domain = 0
        #expect(facts?.listed == first.facts?.listed)
    }
}
