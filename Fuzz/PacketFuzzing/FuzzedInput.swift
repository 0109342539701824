import NetTypes
import PacketDecode

/// What the fuzzer's octets stand for: how a run is set up, and its packets.
///
///     +-------+----------------------------------------------------------------------+---
///     | setup | length (2) | time step | wire length | copies | place | packet octets | …
///     +-------+----------------------------------------------------------------------+---
///
/// Setup: bits 0...3 the link type, bits 4 and 5 the segment rule and what is done about tunnels, bit 6 a second run with other secret keys, bit 7 a
/// budget of 64 flows a stripe instead of 4 MiB, in which a stripe's index has to grow.
/// Every input has a meaning: a last packet that is cut is a shorter packet. The fields around a packet's octets let a
/// short input reach what needs time (timeouts, sweeps, clock steps), long counters (overflow) or many flows (eviction).
struct FuzzedInput {
    /// One packet before it is multiplied.
    struct Packet {
        /// Captured octets, from the link-layer header on.
        var octets: [UInt8]
        /// Nanoseconds since the packet before, or before it when negative.
        var timeStep: Nanoseconds
        /// Octets on the wire.
        var wireLength: UInt32
        /// How often the packet comes, at least once.
        var copies: Int
        /// Offset of two octets to which each copy adds its number.
        var place: Int
    }

    /// Those of most captures, one that nobody has, and PPI (192), whose header names any other link type.
    static let linkTypes: [UInt16] = [1, 0, 12, 14, 101, 108, 113, 228, 229, 276, 0xFFFF, 192, 9, 107, 127, 239]
    private static let tunnelPolicies = [
        TunnelPolicy(), TunnelPolicy(rule: .both), TunnelPolicy(rule: .both, depthLimit: 2), TunnelPolicy(rule: .outer),
    ]
    private static let packetHeaderLength = 6
    /// Copies make packets out of nothing: this bounds how long one input takes.
    private static let mostPackets = 12_288

    let linkType: UInt16
    let segmentRule: PacketDecoder.SegmentRule
    let tunnels: TunnelPolicy
    let isRepeated: Bool
    let isSmall: Bool
    let packets: [Packet]

    init(_ octets: [UInt8]) {
        let setup = Int(octets.first ?? 0)
        linkType = Self.linkTypes[(setup & 15) % Self.linkTypes.count]
        segmentRule = PacketDecoder.SegmentRule.allCases[(setup >> 4 & 3) % PacketDecoder.SegmentRule.allCases.count]
        tunnels = Self.tunnelPolicies[setup >> 4 & 3]
        isRepeated = setup & 0x40 != 0
        isSmall = setup & 0x80 != 0
        var packets: [Packet] = []
        var rest = octets.dropFirst()
        var count = 0
        while rest.count >= Self.packetHeaderLength, count < Self.mostPackets {
            let header = Array(rest.prefix(Self.packetHeaderLength))
            rest = rest.dropFirst(Self.packetHeaderLength)
            let data = Array(rest.prefix(Int(header[0]) << 8 | Int(header[1])))
            rest = rest.dropFirst(data.count)
            let copies = min(Self.copies(header[4]), Self.mostPackets - count)
            count += copies
            packets.append(
                Packet(
                    octets: data, timeStep: Self.timeStep(header[2]),
                    wireLength: Self.wireLength(header[3], data.count), copies: copies, place: Int(header[5])))
        }
        self.packets = packets
    }

    /// Whole Ethernet `frames`, one after the other with `timeStep` nanoseconds between them.
    init(frames: [[UInt8]], timeStep: Nanoseconds) {
        linkType = 1
        segmentRule = .auto
        tunnels = TunnelPolicy()
        isRepeated = false
        isSmall = false
        packets = frames.map {
            Packet(octets: $0, timeStep: timeStep, wireLength: UInt32($0.count), copies: 1, place: 0)
        }
    }

    /// None for 0, else a power of two up to 2^45 ns (nearly ten hours), back in time for negative codes.
    private static func timeStep(_ code: UInt8) -> Nanoseconds {
        let signed = Int8(bitPattern: code)
        let size = Nanoseconds(1) << min(Int(signed.magnitude), 45)
        return signed == 0 ? 0 : signed > 0 ? size : -size
    }

    /// 1...64, times 1, 4, 16 or 64.
    private static func copies(_ code: UInt8) -> Int { (Int(code & 63) + 1) << (Int(code >> 6) * 2) }

    /// As captured for 0; half of that (a capture that lies) for 254; the largest number for 255; else somewhat or much
    /// more than was captured.
    private static func wireLength(_ code: UInt8, _ captured: Int) -> UInt32 {
        switch code {
        case 0..<128: UInt32(captured) + UInt32(code)
        case 254: UInt32(captured) / 2
        case 255: .max
        default: UInt32(captured) + UInt32(code - 127) << 20
        }
    }
}
