import NetTypes

/// (a) *imix*: 4 million packets in 200,000 flows whose sizes are heavy-tailed, begun evenly over a minute.
///
/// A flow's packets are 2/u for uniform u (a Pareto distribution with exponent 1), 16,200 at most: 20 on average, and
/// most packets in few flows. Lengths are the usual mix: of 12 packets 7 short ones, 4 of 576 octets, 1 of 1500. TCP
/// flows (seven in ten) open and close as TCP does: short packets are the client's acknowledgements, long ones data,
/// nine in ten from the server; a flow of two packets is a refused SYN, one of four to six ends with RST.
struct ImixWorkload: Workload {
    let packets: Int
    let longestFrame = 1514

    private static let slotLength: Nanoseconds = 100_000
    private static let slots = 1 << 17  // 13 s: longer than the longest gap within a flow, 10 s
    private static let none: Int32 = -1

    private let population: Population
    private var random: RandomSource
    private let total: [Int32]
    private var sent: [Int32]
    private let meanGap: [Int32]
    private var clientSequences: [UInt32]
    private var serverSequences: [UInt32]
    /// Flows by the slot of their next packet: first ones for each slot of the first minute, later ones in a ring.
    private var beginnings: [Int32]
    private var due = [Int32](repeating: Self.none, count: Self.slots)
    private var following: [Int32]
    private var slot = 0
    private var sentInSlot: Nanoseconds = 0
    private var position = 0

    init(scale: Double, seed: UInt64) {
        let flows = max(10, Int(200_000 * scale))
        population = Population(
            seed: seed, clients: UInt64(max(1, flows / 40)), tcpShareIPv4: 70, tcpShareIPv6: 70)
        var random = RandomSource(seed: seed &+ 1)
        let sizes = Self.sizes(flows: flows, packets: flows * 20, &random)
        packets = sizes.reduce(0) { $0 + Int($1) }
        total = sizes
        sent = Array(repeating: 0, count: flows)
        // A flow lasts 50 ms to 30 s, with gaps of 5 s at most (10 s with chance), so that none falls silent.
        meanGap = sizes.map { size in Int32(min(50_000, (500 + random.below(300_000)) / Int(size))) }
        clientSequences = (0..<flows).map { _ in UInt32(truncatingIfNeeded: random.next()) }
        serverSequences = (0..<flows).map { _ in UInt32(truncatingIfNeeded: random.next()) }
        beginnings = Array(repeating: Self.none, count: 600_000)
        following = Array(repeating: Self.none, count: flows)
        for flow in 0..<flows {
            let begin = random.below(beginnings.count)
            following[flow] = beginnings[begin]
            beginnings[begin] = Int32(flow)
        }
        self.random = random
    }

    /// Heavy-tailed numbers of packets, whose sum is `packets` as long as small corrections allow.
    private static func sizes(flows: Int, packets: Int, _ random: inout RandomSource) -> [Int32] {
        var sizes = (0..<flows).map { _ in Int32(min(16_200, 2 / max(random.unit(), 1e-9))) }
        var missing = packets - sizes.reduce(0) { $0 + Int($1) }
        for _ in 0..<1000 where missing != 0 {
            for flow in 0..<flows where missing != 0 && sizes[flow] > 8 {
                let step = missing > 0 ? max(1, sizes[flow] / 64) : -max(1, sizes[flow] / 64)
                let taken = missing > 0 ? min(Int(step), missing) : max(Int(step), missing)
                sizes[flow] += Int32(taken)
                missing -= taken
            }
        }
        return sizes
    }

    mutating func next() -> TimedPacket? {
        guard position < packets else { return nil }
        while true {
            let flow: Int
            if due[slot % Self.slots] != Self.none {
                flow = Int(due[slot % Self.slots])
                due[slot % Self.slots] = following[flow]
            } else if slot < beginnings.count, beginnings[slot] != Self.none {
                flow = Int(beginnings[slot])
                beginnings[slot] = following[flow]
            } else {
                slot += 1
                sentInSlot = 0
                continue
            }
            let packet = nextPacket(of: flow)
            if sent[flow] < total[flow] {
                let place = (slot + 1 + random.below(2 * Int(meanGap[flow]) + 1)) % Self.slots
                following[flow] = due[place]
                due[place] = Int32(flow)
            }
            let time = captureStart + Nanoseconds(slot) * Self.slotLength + min(sentInSlot, Self.slotLength - 1)
            sentInSlot += 1000
            position += 1
            return TimedPacket(packet: packet, time: time)
        }
    }

    private mutating func nextPacket(of index: Int) -> PacketDescription {
        let flow = population.flow(index)
        let number = sent[index]
        sent[index] += 1
        var packet = PacketDescription(
            flow: flow, fromClient: true, payloadLength: 0,
            identification: UInt16(truncatingIfNeeded: random.next() &>> 48))
        guard flow.protocolIdentifier == FlowIdentity.tcp else {
            packet.fromClient = number == 0 || random.below(2) == 0
            let kind = random.below(12)
            let length = kind < 7 ? (flow.isIPv6 ? 60 : 46) + random.below(35) : kind < 11 ? 576 : 1500
            packet.payloadLength = FrameBuilder.payload(ofIPLength: length, flow)
            return packet
        }
        shapeTCP(&packet, number: number, of: total[index])
        packet.sequence = packet.fromClient ? clientSequences[index] : serverSequences[index]
        if packet.flags & TCPFlags.ack != 0 {
            packet.acknowledgement = packet.fromClient ? serverSequences[index] : clientSequences[index]
        }
        let advance =
            UInt32(packet.payloadLength) + (packet.flags & (TCPFlags.syn | TCPFlags.fin) != 0 ? 1 : 0)
        if packet.fromClient {
            clientSequences[index] &+= advance
        } else {
            serverSequences[index] &+= advance
        }
        return packet
    }

    /// Flags, direction and payload of a TCP flow's packet `number` out of `count`.
    private mutating func shapeTCP(_ packet: inout PacketDescription, number: Int32, of count: Int32) {
        packet.flags = TCPFlags.ack
        switch (number, count) {
        case (0, _):
            packet.flags = TCPFlags.syn
        case (1, 2):
            packet.flags = TCPFlags.rst | TCPFlags.ack
            packet.fromClient = false
        case (1, _):
            packet.flags = TCPFlags.syn | TCPFlags.ack
            packet.fromClient = false
        case (2, _):
            break
        case (count - 3, 7...):
            packet.flags = TCPFlags.fin | TCPFlags.ack
            packet.fromClient = false
        case (count - 2, 7...):
            packet.flags = TCPFlags.fin | TCPFlags.ack
        case (count - 1, 7...):
            packet.fromClient = false
        case (count - 1, 4...):
            packet.flags = TCPFlags.rst | TCPFlags.ack
        default:
            let kind = number == 3 ? 7 : random.below(12)
            guard kind >= 7 else { return }
            packet.flags = TCPFlags.psh | TCPFlags.ack
            packet.fromClient = number == 3 || random.below(10) == 0
            packet.payloadLength = FrameBuilder.payload(ofIPLength: kind < 11 ? 576 : 1500, packet.flow)
        }
    }
}
