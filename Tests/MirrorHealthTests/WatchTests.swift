import MirrorHealth
import NetTypes
import PacketDecode
import Testing

@Suite struct WatchTests {
    /// A connection of six packets between hosts 1 and 2, one millisecond apart.
    private func connection(_ port: Int, vlans: (UInt16?, UInt16?) = (nil, nil), isIPv6: Bool = false) -> [TestPacket] {
        let steps: [(Bool, UInt8, Int)] = [
            (true, 0x02, 0), (false, 0x12, 0), (true, 0x10, 0), (true, 0x18, 20), (false, 0x18, 50), (true, 0x11, 0),
        ]
        return steps.enumerated().map { number, step in
            let (isClient, flags, octets) = step
            var packet = TestPacket()
            packet.time += Nanoseconds(port * 10 + number) * 1_000_000
            packet.isIPv6 = isIPv6
            packet.protocolNumber = 6
            packet.identification = UInt16(port * 6 + number)
            (packet.source, packet.destination) = isClient ? (1, 2) : (2, 1)
            packet.removedTag = isClient ? vlans.0 : vlans.1
            packet.payload = TestPacket.tcp(
                isClient ? 1000 + port : 80, isClient ? 80 : 1000 + port, flags: flags, sequence: number * 100,
                octets: octets)
            return packet
        }
    }

    private func watch(_ sources: [[TestPacket]]) -> (FlowEvidence, PacketEvidence) {
        let sources = sources.map { TestSource($0) }
        let watch = MirrorWatch(sources, mtu: 1500)
        watch.turn()
        watch.finish { true }
        #expect(sources.allSatisfy { $0.maintained > 0 })
        return (watch.takeFlows(), watch.packetEvidence(0))
    }

    @Test func aHealthyMirror() {
        let (flows, packets) = watch([(1...300).flatMap { connection($0, isIPv6: $0 % 3 == 0) }])
        #expect(flows.flows == 300 && flows.tcpBothWays == 300 && flows.tcpOneWay == 0 && flows.answeredFlows == 300)
        #expect(flows.vlanDiffers == 0 && flows.ipv4Packets == 1200 && flows.ipv6Packets == 600)
        #expect(packets.packets == 1800 && packets.duplicates == 0 && packets.clockSteps == 0)
        // Of IPv6's six packets one is a bare acknowledgement.
        #expect(packets.compared == 1700)
    }

    @Test func packetsTwice() {
        let packets = (1...100).flatMap { connection($0) }
        let twice = packets.flatMap { packet in
            var copy = packet
            copy.time += 50_000
            copy.timeToLive -= 1
            copy.removedTag = 9
            return [packet, copy]
        }
        let (_, evidence) = watch([twice])
        #expect(evidence.compared == 1200 && evidence.duplicates == 600)
    }

    @Test func retransmissionsAreNoDuplicates() {
        let packets = (1...100).flatMap { connection($0) }
        let twice = packets.flatMap { packet in
            var again = packet
            again.time += 50_000
            again.identification &+= 30_000
            return [packet, again]
        }
        let (flows, evidence) = watch([twice])
        #expect(evidence.compared == 1200 && evidence.duplicates == 0)
        #expect(flows.retransmittedOctets > 0)
    }

    @Test func oneDirectionOnly() {
        let (flows, _) = watch([(1...100).flatMap { connection($0) }.filter { $0.source == 1 }])
        #expect(flows.tcpOneWay == 100 && flows.tcpBothWays == 0)
    }

    /// The halves of a TAP are whole together, and one-sided alone.
    @Test func halvesOfATap() {
        let packets = (1...100).flatMap { connection($0) }
        let (flows, evidence) = watch([packets.filter { $0.source == 1 }, packets.filter { $0.source == 2 }])
        #expect(flows.tcpBothWays == 100 && flows.tcpOneWay == 0)
        #expect(evidence.packets == 400 && evidence.compared == 600)
    }

    @Test func directionsInTwoVLANs() {
        let (flows, _) = watch([(1...100).flatMap { connection($0, vlans: $0 <= 30 ? (5, 6) : (5, 5)) }])
        #expect(flows.bothWays == 100 && flows.vlanDiffers == 30)
    }

    @Test func cutPackets() {
        var here = TestPacket()
        here.kept = 38
        var before = TestPacket()
        before.claimed = 100
        let (_, evidence) = watch([[here, before, TestPacket()]])
        #expect(evidence.cutBySnapLength == 1 && evidence.cutBeforePort == 1 && evidence.headersCut == 1)
    }

    @Test func whatTheHostSends() {
        func message(_ type: UInt8) -> TestPacket {
            var packet = TestPacket()
            packet.isIPv6 = true
            packet.protocolNumber = 58
            packet.payload = [type, 0, 0, 0, 0, 0, 0, 0]
            return packet
        }
        let source = TestSource([133, 133, 143, 135, 136, 128].map(message) + [TestPacket()])
        let watch = OwnTrafficWatch(source)
        watch.turn()
        watch.turn()
        #expect(watch.traffic.sent == 7 && watch.traffic.routerSolicitations == 2)
        #expect(watch.traffic.listenerReports == 1 && watch.traffic.neighbourDiscovery == 2)
        #expect(watch.traffic.ofIPv6 == 5)
    }
}
