import FlowTable
import NetTypes
import PacketDecode

/// Seeded traffic among few keys, so that everything collides: timeouts at their exact moments, connections opened and
/// closed again and again, packets out of order, both directions.
struct Traffic {
    private struct Conversation {
        var template: Packet
        var sequences: [UInt32]
    }

    private(set) var packets: [Packet] = []
    /// The latest time so far, after each packet.
    private(set) var clocks: [Nanoseconds] = []
    private var conversations: [Conversation] = []
    private var random: SplitMix64
    private var clock: Nanoseconds = 1_700_000_000 * Packet.second

    /// Makes `count` packets; `model` takes each as it is made, so that times can aim at its flows' timeouts.
    init(seed: UInt64, count: Int, model: inout Model) {
        random = SplitMix64(seed: seed)
        makeConversations()
        for frame in 1...count {
            let packet = next(UInt64(frame), model)
            clock = max(clock, packet.time)
            packets.append(packet)
            clocks.append(clock)
            model.apply(packet)
        }
    }

    private mutating func makeConversations() {
        let hosts = [
            IPAddress(v4: 0xC000_0201), IPAddress(v4: 0xC000_0202), IPAddress(high: 1, low: 9, version: 6),
            IPAddress(high: 2, low: 3, version: 6),
        ]
        for version in 0..<2 {
            let (left, right) = (hosts[version * 2], hosts[version * 2 + 1])
            for ports in [(40_000, 80), (40_001, 80), (80, 40_000), (50_000, 50_001), (3000, 2000)]
                as [(UInt16, UInt16)]
            {
                for number in [6, 6, 17] as [UInt8] {
                    conversations.append(
                        Conversation(
                            template: Packet(
                                source: left, destination: right, protocolIdentifier: number, ports: ports),
                            sequences: [.max - 5000, 77]))
                }
            }
            for type in (version == 0 ? [8, 13, 3, 11] : [128, 135]) as [UInt8] {
                conversations.append(
                    Conversation(
                        template: Packet(
                            source: left, destination: right, protocolIdentifier: version == 0 ? 1 : 58,
                            icmp: (type, 0, 7)), sequences: [0, 0]))
            }
            conversations.append(
                Conversation(
                    template: Packet(source: left, destination: right, protocolIdentifier: 47), sequences: [0, 0]))
        }
        for index in conversations.indices {
            if index % 3 == 0 { conversations[index].template.macs = (0x0053_FF00_0001, 0x0053_FF00_0002) }
            if index % 4 == 1 { conversations[index].template.segment = 7 }
            if index % 5 == 2 { conversations[index].template.vlan = UInt16(index) }
        }
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func next(_ frame: UInt64, _ model: Model) -> Packet {
        // A few conversations at a time, so that each gets somewhere.
        let window = Int(frame / 400) % 4
        let index = (window * 7 + Int.random(in: 0..<9, using: &random)) % conversations.count
        let isBack = chance(45)
        var packet = isBack ? conversations[index].template.reversed : conversations[index].template
        packet.frame = frame
        packet.payload = chance(40) ? 0 : [1, 1, 100, 1460, 70_000][Int.random(in: 0..<5, using: &random)]
        packet.overhead = chance(20) ? 18 : 14
        packet.timeToLive = UInt8.random(in: 60...64, using: &random)
        packet.classOfService = UInt8.random(in: 0...3, using: &random) << 2
        if isBack, packet.vlan != nil { packet.vlan = chance(50) ? 900 : nil }
        if let icmp = packet.icmp, isBack || chance(5) {
            let answers: [UInt8: UInt8] = [8: 0, 13: 14, 128: 129]
            packet.icmp = (answers[icmp.type] ?? icmp.type, chance(30) ? 1 : 0, icmp.identifier)
        }
        if packet.protocolIdentifier == 6, !chance(3) { addTCP(&packet, index, isBack ? 1 : 0) }
        packet.time = time(packet, model)
        return packet
    }

    private mutating func addTCP(_ packet: inout Packet, _ index: Int, _ side: Int) {
        let flags: [UInt8] = [
            F.ack, F.ack, F.ack, F.ack, F.ack, F.syn, F.syn, F.synAck, F.synAck, F.finAck, F.finAck, F.rst,
            F.rst | F.ack,
            0, F.syn | F.fin, F.syn | F.rst,
        ]
        var tcp = Packet.TCP(flags: flags[Int.random(in: 0..<flags.count, using: &random)])
        if tcp.flags & (F.syn | F.rst) != 0, chance(80) { packet.payload = 0 }
        if tcp.flags & F.syn != 0, chance(50) {
            conversations[index].sequences[side] = UInt32(truncatingIfNeeded: random.next())
        }
        if chance(2) { conversations[index].sequences[side] &+= 1 << 31 }
        tcp.sequence = conversations[index].sequences[side]
        switch Int.random(in: 0..<10, using: &random) {
        case 0: tcp.sequence &-= 1
        case 1: tcp.sequence &-= UInt32.random(in: 0...3000, using: &random)
        case 2: tcp.sequence &+= UInt32.random(in: 0...3000, using: &random)
        default:
            conversations[index].sequences[side] &+=
                packet.payload &+ UInt32((tcp.flags & F.syn) >> 1)
                &+ UInt32(tcp.flags & F.fin)
        }
        packet.tcp = tcp
    }

    private mutating func time(_ packet: Packet, _ model: Model) -> Nanoseconds {
        if chance(10), let flow = model.flows[Model.key(packet).key] {
            // Exactly at a timeout, or one nanosecond beside it.
            let moments = [
                flow.lastSeen + model.idleTimeout(flow), flow.lastSeen + model.idleTimeout(flow) + 1,
                flow.sliceStart + model.configuration.activeTimeout - 1,
                flow.sliceStart + model.configuration.activeTimeout,
            ]
            let moment = moments[Int.random(in: 0..<4, using: &random)]
            if moment >= clock { return moment }
        }
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return clock + Nanoseconds.random(in: 0...20 * Packet.second, using: &random)
        case 1, 2: return clock + Nanoseconds.random(in: 0...2 * Packet.second, using: &random)
        case 3, 4: return clock - Nanoseconds.random(in: 0..<model.configuration.reorderSlack, using: &random)
        case 5: return clock
        default: return clock + Nanoseconds.random(in: 0...5_000_000, using: &random)
        }
    }
}
