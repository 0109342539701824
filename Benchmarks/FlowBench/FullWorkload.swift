import NetTypes

/// (d) *full*: a hundred full-payload packets in each of 10,000 flows, at 10 Gbit/s, in random order.
///
/// Seven frames in ten have 1514 octets, the others 1400 to 1514. A flow sends one way only: most from server to client
/// (downloads), the others from client to server. Nothing but data: no handshake, no pure acknowledgement.
struct FullWorkload: Workload {
    let packets: Int
    let longestFrame = 1514

    private let population: Population
    private var random: RandomSource
    private var sequences: [UInt32]
    private var left: [UInt8]
    /// The flows that still have packets to send, in `0..<unfinished`.
    private var candidates: [Int32]
    private var unfinished: Int
    private var time = captureStart

    init(scale: Double, seed: UInt64) {
        let flows = max(10, Int(10_000 * scale))
        packets = flows * 100
        population = Population(
            seed: seed, clients: UInt64(max(1, flows / 4)), tcpShareIPv4: 80, tcpShareIPv6: 80)
        random = RandomSource(seed: seed &+ 4)
        sequences = (0..<flows).map { UInt32(truncatingIfNeeded: mixed(UInt64($0))) }
        left = Array(repeating: 100, count: flows)
        candidates = (0..<flows).map { Int32($0) }
        unfinished = flows
    }

    mutating func next() -> TimedPacket? {
        guard unfinished > 0 else { return nil }
        let place = random.below(unfinished)
        let index = Int(candidates[place])
        left[index] -= 1
        if left[index] == 0 {
            unfinished -= 1
            candidates[place] = candidates[unfinished]
        }
        let flow = population.flow(index)
        let length = random.below(10) < 7 ? 1500 : 1386 + random.below(115)
        let payload = FrameBuilder.payload(ofIPLength: length, flow)
        let download = mixed(UInt64(index) &+ 77) % 100 < 85
        let packet = PacketDescription(
            flow: flow, fromClient: !download, payloadLength: payload, flags: TCPFlags.ack,
            sequence: sequences[index], acknowledgement: UInt32(truncatingIfNeeded: mixed(UInt64(index) &+ 78)),
            identification: UInt16(truncatingIfNeeded: random.next()))
        sequences[index] &+= UInt32(payload)
        // What the frame, its FCS, preamble and gap take at 10 Gbit/s: 0.8 ns an octet.
        defer { time += Nanoseconds((length + 14 + 24) * 8 / 10) }
        return TimedPacket(packet: packet, time: time)
    }
}
