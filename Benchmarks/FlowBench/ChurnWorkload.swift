import NetTypes

/// (c) *churn*: 3 million flows of two packets, 100,000 new ones a second of capture time, each answered after 1 to
/// 50 milliseconds.
///
/// Of 100 flows 60 are a UDP query and its response; in the others a TCP SYN is answered by SYN-ACK or RST, half each.
struct ChurnWorkload: Workload {
    let packets: Int
    let longestFrame = 400

    private static let slotLength: Nanoseconds = 10_000
    private static let slots = 8192  // 82 ms: longer than the slowest answer takes
    private static let none: Int32 = -1

    private let flows: Int
    private let population: Population
    private var random: RandomSource
    /// For each coming slot the first flow to be answered in it, and for each such flow the next one.
    private var answers = [Int32](repeating: Self.none, count: Self.slots)
    private var following = [Int32](repeating: Self.none, count: Self.slots)
    private var slot = 0
    private var sentInSlot: Nanoseconds = 0
    private var begun = false

    init(scale: Double, seed: UInt64) {
        flows = max(10, Int(3_000_000 * scale))
        packets = flows * 2
        population = Population(
            seed: seed, clients: UInt64(max(1, flows / 15)), tcpShareIPv4: 40, tcpShareIPv6: 40)
        random = RandomSource(seed: seed &+ 3)
    }

    mutating func next() -> TimedPacket? {
        while true {
            let answered = Int(answers[slot % Self.slots])
            if answered >= 0 {
                answers[slot % Self.slots] = following[answered % Self.slots]
                return timed(answer(answered))
            }
            if !begun, slot < flows {
                begun = true
                let delay = 100 + random.below(4900)
                let due = (slot + delay) % Self.slots
                following[slot % Self.slots] = answers[due]
                answers[due] = Int32(slot)
                return timed(question(slot))
            }
            guard slot < flows + 5000 else { return nil }
            slot += 1
            begun = false
            sentInSlot = 0
        }
    }

    private mutating func timed(_ packet: PacketDescription) -> TimedPacket {
        let time = captureStart + Nanoseconds(slot) * Self.slotLength + min(sentInSlot, Self.slotLength - 1)
        sentInSlot += 500
        return TimedPacket(packet: packet, time: time)
    }

    private func question(_ index: Int) -> PacketDescription {
        let flow = population.flow(index)
        let hash = mixed(UInt64(index) &+ 0xc4)
        let isTCP = flow.protocolIdentifier == FlowIdentity.tcp
        return PacketDescription(
            flow: flow, fromClient: true, payloadLength: isTCP ? 0 : 28 + Int(hash % 32), flags: TCPFlags.syn,
            sequence: UInt32(truncatingIfNeeded: hash), identification: UInt16(truncatingIfNeeded: hash &>> 32))
    }

    private func answer(_ index: Int) -> PacketDescription {
        let flow = population.flow(index)
        let hash = mixed(UInt64(index) &+ 0xc4)
        let isTCP = flow.protocolIdentifier == FlowIdentity.tcp
        let refused = hash &>> 63 == 1
        return PacketDescription(
            flow: flow, fromClient: false, payloadLength: isTCP ? 0 : 44 + Int((hash &>> 8) % 200),
            flags: refused ? TCPFlags.rst | TCPFlags.ack : TCPFlags.syn | TCPFlags.ack,
            sequence: refused ? 0 : UInt32(truncatingIfNeeded: hash &>> 16),
            acknowledgement: UInt32(truncatingIfNeeded: hash) &+ 1,
            identification: UInt16(truncatingIfNeeded: hash &>> 40))
    }
}
