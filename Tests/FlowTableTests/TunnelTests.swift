import FlowTable
import NetTypes
import PacketDecode
import Testing

/// What is kept of the tunnels around flows.
@Suite struct TunnelTests {
    private static func facts(_ number: UInt64, identifier: UInt32, reversed: Bool = false) -> TunnelFacts {
        var facts = TunnelFacts()
        let (near, far) = (0xFFFF_0A00_0000 | number, 0xFFFF_0B00_0000 | number)
        (facts.sourceLow, facts.destinationLow) = reversed ? (far, near) : (near, far)
        facts.identifier = identifier
        facts.kind = TunnelKind.gtpU.rawValue
        facts.depth = 1
        facts.direction = reversed ? 2 : 1
        return facts
    }

    /// Each direction has its own identifier; ends are oriented as the flow is, whoever is first seen.
    @Test(arguments: [false, true], [false, true])
    func recordsTellTheTunnelAsTheFlowIsOriented(serverFirst: Bool, isIPv6: Bool) throws {
        var ask = Packet.tcp(1, 40_000, 443, TCPFlag.syn)
        ask.tunnel = Self.facts(1, identifier: 71)
        var answer = Packet.tcp(2, 443, 40_000, TCPFlag.syn | TCPFlag.ack)
        answer.tunnel = Self.facts(1, identifier: 72, reversed: true)
        if isIPv6 {
            for path in [\Packet.source, \.destination] {
                let (one, other) = (ask[keyPath: path], answer[keyPath: path])
                ask[keyPath: path] = IPAddress(high: 1, low: one.low, version: 6)
                answer[keyPath: path] = IPAddress(high: 1, low: other.low, version: 6)
            }
        }
        var late = ask
        late.tunnel = Self.facts(9, identifier: 99)
        let record = try #require(TableBench.records(serverFirst ? [answer, ask, late] : [ask, answer, late]).first)
        #expect(record.presence.contains(.tunnel) && record.destinationPort == 443)
        // What was seen first of a direction stays.
        #expect(record.tunnelIdForward == 71 && record.tunnelIdReverse == 72)
        #expect(record.tunnelSourceLow == 0xFFFF_0A00_0001 && record.tunnelDestinationLow == 0xFFFF_0B00_0001)
        #expect(record.tunnelType == TunnelKind.gtpU.rawValue && record.tunnelDepth == 1)
        #expect(record.tunnelDirectionForward == 1 && record.tunnelDirectionReverse == 2)
        #expect(!record.isTunnelCopy)
    }

    @Test func icmpTypesAndHandshakesShareTheirPlace() throws {
        var echo = Packet(protocolIdentifier: 1, icmp: (8, 0, 7))
        echo.tunnel = Self.facts(1, identifier: 5)
        var reply = echo.reversed
        reply.icmp = (0, 3, 7)
        let record = try #require(TableBench.records([echo, reply]).first)
        #expect(record.icmpTypeCodeForward == 0x0800 && record.icmpTypeCodeReverse == 0x0003)
        #expect(record.presence.contains(.tunnel) && !record.presence.contains(.handshakeRoundTrip))
        let shake = TableBench.records([
            .tcp(0, 40_000, 443, TCPFlag.syn), .tcp(1000, 443, 40_000, TCPFlag.syn | TCPFlag.ack),
            .tcp(1500, 40_000, 443, TCPFlag.ack),
        ])
        #expect(shake.first?.handshakeRoundTrip == 1500 && shake.first?.presence.contains(.icmpForward) == false)
        #expect(shake.first?.presence.contains(.tunnel) == false)
    }

    /// A tunnel's own flow, begun by the same packet as the one inside: another flowId, and depth 0.
    @Test func theTunnelsOwnFlowHasAnIdOfItsOwn() throws {
        var inside = Packet.udp(1, 5000, 53)
        inside.tunnel = Self.facts(1, identifier: 5)
        var outside = Packet.udp(1, 50_000, 4789)
        outside.tunnel = Self.facts(1, identifier: 5)
        outside.tunnel?.depth = 0
        outside.isTunnelCopy = true
        let bench = TableBench()
        bench.apply([inside, outside])
        bench.flush(now: 1)
        #expect(bench.records.count == 2)
        let copy = try #require(bench.records.first { $0.isTunnelCopy })
        let flow = try #require(bench.records.first { !$0.isTunnelCopy })
        #expect(copy.firstFrameNumber == flow.firstFrameNumber && copy.flowId == flow.flowId | 1 << 62)
    }

    /// Against a dictionary: numbers tell tunnels apart, places are used again, and a full table says so.
    @Test func theTableCountsFlowsAndForgetsTunnels() {
        let seed: UInt64 = 0x70E1
        var random = SplitMix64(seed: seed)
        var table = TunnelTable(key: random.next(), limit: 40)
        var flows: [(number: UInt32, tunnel: Int)] = []
        var live: [Int: Int] = [:]
        var refused: UInt64 = 0
        func tunnel(_ index: Int) -> TunnelTable.Tunnel {
            var tunnel = TunnelTable.Tunnel()
            tunnel.low = [UInt64(index % 8), UInt64(index / 8 % 4)]
            tunnel.identifier[0] = UInt32(index / 32)
            tunnel.kind = 8
            return tunnel
        }
        for _ in 0..<20_000 {
            if flows.count < 60, Bool.random(using: &random) {
                let index = Int.random(in: 0..<64, using: &random)
                let number = table.enter(tunnel(index))
                if live[index] == nil, live.count == 40 {
                    #expect(number == TunnelTable.none)
                    refused += 1
                    continue
                }
                #expect(number != TunnelTable.none && number <= 40)
                for flow in flows { #expect((flow.number == number) == (flow.tunnel == index), "seed \(seed)") }
                flows.append((number, index))
                live[index, default: 0] += 1
            } else if let place = flows.indices.randomElement(using: &random) {
                let flow = flows.remove(at: place)
                #expect(table.tunnel(flow.number) == tunnel(flow.tunnel))
                table.leave(flow.number)
                live[flow.tunnel, default: 0] -= 1
                if live[flow.tunnel] == 0 { live[flow.tunnel] = nil }
            }
        }
        #expect(table.overflows == refused && refused > 0)
        table.leave(TunnelTable.none)
    }

    /// More tunnels at once than a small budget has room for: the flows are all there, those beyond carry no tunnel, and
    /// once flows have ended there is room again.
    @Test func flowsBeyondTheTableCarryNoTunnel() {
        var configuration = FlowTableConfiguration()
        configuration.memoryOctets = 1 << 20
        let bench = TableBench(configuration)
        func packets(_ start: UInt64) -> [Packet] {
            (0..<2000).map { index in
                var packet = Packet.udp(Nanoseconds(start) * Packet.second, 9, UInt16(index + 1000))
                packet.frame = start * 10_000 + UInt64(index) + 1
                packet.tunnel = Self.facts(UInt64(index), identifier: 1)
                return packet
            }
        }
        bench.apply(packets(0))
        let overflows = bench.table.counters.tunnelTableOverflows
        #expect(overflows > 0)
        bench.sweep(now: 100 * Packet.second)
        let bare = bench.records.filter { !$0.presence.contains(.tunnel) }
        #expect(bench.records.count == 2000 && bare.count == Int(overflows))
        #expect(bare.allSatisfy { $0.tunnelType == 0 && $0.tunnelSourceLow == 0 })
        bench.apply(packets(200))
        bench.flush(now: 200 * Packet.second)
        #expect(bench.records.count == 4000)
        #expect(bench.table.counters.tunnelTableOverflows == 2 * overflows)
    }
}
