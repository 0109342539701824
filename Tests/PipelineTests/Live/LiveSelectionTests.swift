import Exporter
import FlowTable
import Foundation
import Labels
import NetTypes
import PacketDecode
import Pipeline
import Synchronization
import Testing

/// Labels and flows that a live run gives up: what becomes of every packet.
@Suite struct LiveSelectionTests {
    private func pipeline(
        _ sources: [ScriptedLiveSource], domains: [UInt16], _ sink: KeepingSink,
        change: (inout FlowTableConfiguration) -> Void = { _ in }
    ) -> LivePipeline {
        livePipeline(sources, domains: domains, to: [Destination(name: "sink", sink: sink)], change: change)
    }

    private func state(labels: Bool = true, _ exponent: UInt8) -> OverloadController.State {
        var state = OverloadController.State()
        (state.inspectsLabels, state.selector) = (labels, FlowSelector(exponent: exponent))
        return state
    }

    /// Every packet is in a record or left out, whatever the steps are and whenever they come; of a domain that gives up
    /// nothing, none is left out.
    @Test func everyPacketIsInARecordOrLeftOut() {
        let numbers = ScriptedLiveSource.Numbers()
        let sources = (0..<3).map { ScriptedLiveSource(numbers, observationPoint: UInt8($0)) }
        let sink = KeepingSink()
        let pipeline = pipeline(sources, domains: [0, 0, 4], sink)
        pipeline.start()
        let frames = Frame.mixed(12_000, seed: 78, step: 1000)
        for (round, exponent) in ([0, 1, 2, 6, 1, 0] as [UInt8]).enumerated() {
            pipeline.give(up: state(labels: exponent == 0, exponent), domain: 0)
            for (index, frame) in frames[round * 2000..<(round + 1) * 2000].enumerated() {
                sources[index % 3].arrive([frame])
            }
            let arrived = UInt64(round + 1) * 2000
            #expect(eventually { pipeline.snapshot().tallies.packets == arrived })
            pipeline.confirm(state(labels: exponent == 0, exponent), domain: 0)
        }
        let (snapshot, _) = pipeline.stop(within: 10)
        let left = snapshot.leftOut
        #expect(left.packets.packets > 0 && snapshot.workerLeftOut[2] == SelectionSums())
        #expect(snapshot.workerLeftOut.reduce(0) { $0 + $1.packets.packets } == left.packets.packets)
        #expect(
            pipeline.workers.reduce(0) { $0 + $1.packetsLeftOut.load(ordering: .relaxed) } == left.packets.packets)
        let flowPackets = snapshot.tallies.flowPackets - left.packets.packets
        #expect(snapshot.counters.packets == flowPackets && snapshot.counters.recordPackets == flowPackets)
        #expect(
            snapshot.counters.recordNetworkOctets == snapshot.tallies.flowNetworkOctets - left.packets.networkOctets)
        #expect(snapshot.counters.recordWireOctets == snapshot.tallies.flowWireOctets - left.packets.wireOctets)
        #expect(
            snapshot.tallies.icmpNotices
                == snapshot.counters.errorsLinked + snapshot.counters.errorsWithoutFlow + left.notices)
        #expect(snapshot.counters.flowsBegun == snapshot.counters.flowsEndedTotal)
        #expect(sink.records.reduce(0) { $0 + $1.packets } == flowPackets)
        #expect(Set(sink.records.filter { $0.observationDomainId == 5 }.map(\.selectorId)) == [1])
        #expect(Set(sink.records.map(\.selectorId)).isSuperset(of: [1, 2]))
    }

    /// Fragments that waited in vain go the way of their domain's flows.
    @Test func waitingFragmentsAreSelectedToo() {
        let source = ScriptedLiveSource()
        let sink = KeepingSink()
        let pipeline = pipeline([source], domains: [0], sink) { $0.reorderSlack = 0 }
        pipeline.give(up: state(6), domain: 0)
        pipeline.start()
        let time = Nanoseconds(Date().timeIntervalSince1970 * 1e9)
        let later = (0..<200).map {
            Frame.fragments((time, time), from: (host: $0, port: 9), to: (host: 999, port: 9), identification: $0)[1]
        }
        source.arrive(later)
        #expect(eventually { pipeline.snapshot().leftOut.packets.packets > 100 })
        let (snapshot, _) = pipeline.stop(within: 10)
        #expect(snapshot.waitingFragments == 0)
        #expect(snapshot.counters.packets + snapshot.leftOut.packets.packets == 200)
        #expect(sink.records.reduce(0) { $0 + $1.packets } + snapshot.leftOut.packets.packets == 200)
    }

    /// A segment with a request of HTTP.
    private func request(_ time: Nanoseconds, port: Int) -> Frame {
        var frame = Frame.tcp(time, from: (host: 1, port: port), to: (host: 2, port: 8088), flags: 0x18, payload: 26)
        frame.octets.replaceSubrange(
            (frame.octets.count - 26)..., with: Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8).prefix(26))
        return frame
    }

    /// Without labels the same flows are counted, and none is looked at.
    @Test func labelsAreGivenUpAndTakenUpAgain() {
        let source = ScriptedLiveSource()
        let sink = KeepingSink()
        let pipeline = pipeline([source], domains: [0], sink) { $0.labels = LabelConfiguration() }
        pipeline.start()
        let time = Nanoseconds(Date().timeIntervalSince1970 * 1e9)
        for (round, inspects) in [true, false, true].enumerated() {
            pipeline.give(up: state(labels: inspects, 0), domain: 0)
            source.arrive([request(time + Nanoseconds(round), port: 40_000 + round)])
            let arrived = UInt64(round + 1)
            #expect(eventually { pipeline.snapshot().tallies.packets == arrived })
        }
        _ = pipeline.stop(within: 10)
        let labelled = Dictionary(
            uniqueKeysWithValues: sink.records.map { ($0.sourcePort, $0.presence.contains(.label)) })
        #expect(labelled == [40_000: true, 40_001: false, 40_002: true])
    }
}
