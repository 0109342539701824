import NetTypes

/// Shortest frames, evenly over flows that are all alive from the first round to the last: each round has one packet
/// of each flow. Flows have no state: a packet follows from its flow's number and the round.
///
/// TCP flows do their handshake in rounds 0 to 2 and then exchange 6 octets each way in turn; nobody closes. UDP flows
/// alternate between request and response. IPv4 frames have 60 octets (64 with FCS), IPv6 frames 64 over UDP and 74
/// over TCP, since no shorter ones exist.
struct RoundsWorkload: Workload {
    let packets: Int
    let longestFrame = 80

    private let flows: Int
    private let population: Population
    private let stride: Int
    private let picosecondsPerPacket: Int
    private var position = 0
    private var round = 0
    private var inRound = 0
    private var index = 0

    /// `rounds` packets in each of `flows` flows, `packetsPerSecond` apart in the capture's own time.
    init(flows: Int, rounds: Int, packetsPerSecond: Int, population: Population) {
        self.flows = flows
        self.population = population
        packets = flows * rounds
        picosecondsPerPacket = 1_000_000_000_000 / packetsPerSecond
        // About the golden section of the number of flows, and without a common factor: each is visited once a round,
        // and neighbours in time are far apart in number.
        var stride = max(1, Int(Double(flows) * 0.618))
        while Self.commonFactor(stride, flows) != 1 { stride += 1 }
        self.stride = stride
    }

    /// (b) *small*: a million flows, eight packets each, at 14.88 million packets/s: 10 Gbit/s of shortest frames.
    static func small(scale: Double, seed: UInt64) -> RoundsWorkload {
        let flows = max(10, Int(1_000_000 * scale))
        return RoundsWorkload(
            flows: flows, rounds: 8, packetsPerSecond: 14_880_000,
            population: Population(seed: seed, clients: UInt64(max(1, flows / 20)), tcpShareIPv4: 60, tcpShareIPv6: 0))
    }

    /// (e) *wide*: 16 million flows, three packets each, a round in 4 seconds.
    static func wide(scale: Double, seed: UInt64) -> RoundsWorkload {
        let flows = max(10, Int(16_000_000 * scale))
        return RoundsWorkload(
            flows: flows, rounds: 3, packetsPerSecond: 4_000_000,
            population: Population(seed: seed, clients: UInt64(max(1, flows / 16)), tcpShareIPv4: 60, tcpShareIPv6: 50))
    }

    @inline(__always)
    mutating func next() -> TimedPacket? {
        guard position < packets else { return nil }
        let flow = population.flow(index)
        let time = captureStart + Nanoseconds(position * picosecondsPerPacket / 1000)
        let packet =
            flow.protocolIdentifier == FlowIdentity.tcp ? tcpPacket(flow) : udpPacket(flow)
        position += 1
        inRound += 1
        index += stride
        if index >= flows { index -= flows }
        if inRound == flows {
            inRound = 0
            round += 1
        }
        return TimedPacket(packet: packet, time: time)
    }

    @inline(__always)
    private func udpPacket(_ flow: FlowIdentity) -> PacketDescription {
        PacketDescription(
            flow: flow, fromClient: round % 2 == 0, payloadLength: flow.isIPv6 ? 2 : 18,
            identification: UInt16(truncatingIfNeeded: position))
    }

    @inline(__always)
    private func tcpPacket(_ flow: FlowIdentity) -> PacketDescription {
        let first = mixed(UInt64(truncatingIfNeeded: index) &+ 0x5e9)
        let client = UInt32(truncatingIfNeeded: first)
        let server = UInt32(truncatingIfNeeded: first &>> 32)
        var packet = PacketDescription(
            flow: flow, fromClient: round % 2 == 0, payloadLength: 0,
            identification: UInt16(truncatingIfNeeded: position))
        switch round {
        case 0:
            packet.flags = TCPFlags.syn
            packet.sequence = client
        case 1:
            packet.flags = TCPFlags.syn | TCPFlags.ack
            packet.sequence = server
            packet.acknowledgement = client &+ 1
        case 2:
            packet.flags = TCPFlags.ack
            packet.sequence = client &+ 1
            packet.acknowledgement = server &+ 1
        default:
            // Data from the client in odd rounds, from the server in even ones.
            let fromClient = round % 2 == 1
            let clientNext = client &+ 1 &+ 6 &* UInt32(truncatingIfNeeded: (round - 2) / 2)
            let serverNext = server &+ 1 &+ 6 &* UInt32(truncatingIfNeeded: (round - 3) / 2)
            packet.fromClient = fromClient
            packet.flags = TCPFlags.psh | TCPFlags.ack
            packet.payloadLength = 6
            packet.sequence = fromClient ? clientNext : serverNext
            packet.acknowledgement = fromClient ? serverNext : clientNext
        }
        return packet
    }

    private static func commonFactor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
