import Exporter
import FlowTable
import Testing

@Suite struct FlowStitcherTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func putsFlowsTogether(seed: UInt64) {
        var source = RandomRecords(seed: seed)
        let records = source.batch(2000)
        var stitcher = FlowStitcher(capacity: 10_000)
        var flows: [FlowRecord] = []
        for record in records { if let flow = stitcher.add(record) { flows.append(flow) } }
        let left = stitcher.popOldest()
        #expect(left?.flowId == nil)
        #expect(Set(flows.map(\.flowId)).count == flows.count)
        #expect(flows.count == Set(records.map(\.flowId)).count && stitcher.evicted == 0)
        flows.sort { $0.flowId < $1.flowId }
        for flow in flows {
            let slices = records.filter { $0.flowId == flow.flowId }
            #expect(flow.octetsForward == slices.reduce(0) { $0 + $1.octetsForward })
            #expect(flow.packetsReverse == slices.reduce(0) { $0 + $1.packetsReverse })
            #expect(flow.start == slices.map(\.start).min() && flow.end == slices.map(\.end).max())
            #expect(flow.sliceIndex == 0 && FlowStitcher.isWhole(flow))
            #expect(flow.endReason == slices.last?.endReason)
        }
    }

    @Test(arguments: [1, 2, 7])
    func losesNothingWhenFull(capacity: Int) {
        var source = RandomRecords(seed: 5)
        let records = source.batch(3000)
        var stitcher = FlowStitcher(capacity: capacity)
        var flows: [FlowRecord] = []
        for record in records { if let flow = stitcher.add(record) { flows.append(flow) } }
        while let flow = stitcher.popOldest() { flows.append(flow) }
        #expect(stitcher.evicted > 0)
        #expect(flows.reduce(0) { $0 + $1.packetsForward } == records.reduce(0) { $0 + $1.packetsForward })
        #expect(flows.count { $0.sliceIndex == 0 } == Set(records.map(\.flowId)).count)
    }

    @Test func directionsThatStartLate() throws {
        var first = FlowRecord()
        first.packetsReverse = 2
        first.firstReverse = 50
        first.lastReverse = 60
        first.minimumTTLReverse = 60
        first.maximumTTLReverse = 61
        var second = FlowRecord()
        second.sliceIndex = 1
        second.presence = [.lastSlice, .vlanForward, .handshakeRoundTrip]
        second.vlanForward = 7
        second.handshakeRoundTrip = 9
        (first.icmpErrorsReverse, second.icmpErrorsReverse, second.icmpErrorsForward) = (0xFFFF, 2, 5)
        second.presence.insert(.icmpError)
        second.icmpErrorTypeCode = 0x0B00
        second.packetsForward = 1
        second.firstForward = 70
        second.lastForward = 70
        second.minimumTTLForward = 3
        second.maximumTTLForward = 4
        second.minimumLengthForward = 40
        second.maximumLengthForward = 41
        second.classOfServiceForward = 0xB8
        var stitcher = FlowStitcher(capacity: 1)
        let early = stitcher.add(first)
        #expect(early?.flowId == nil)
        let whole = stitcher.add(second)
        let flow = try #require(whole)
        #expect(flow.firstForward == 70 && flow.firstReverse == 50 && flow.start == 50 && flow.end == 70)
        #expect(flow.minimumTTLForward == 3 && flow.minimumTTLReverse == 60 && flow.minimumLengthForward == 40)
        #expect(flow.icmpErrorsReverse == 0xFFFF && flow.icmpErrorsForward == 5 && flow.icmpErrorTypeCode == 0x0B00)
        #expect(flow.vlanForward == 7 && flow.handshakeRoundTrip == 9 && flow.classOfServiceForward == 0xB8)
    }
}
