import NetTypes

/// A packet that a test writes or has read.
struct TestPacket: Equatable, CustomStringConvertible {
    var octets: [UInt8]
    var time: Nanoseconds
    var wireLength: UInt32
    var linkType: UInt16 = 1
    var frameNumber: UInt64 = 0

    var description: String { "#\(frameNumber) \(time) \(octets.count)/\(wireLength) link \(linkType)" }
}

/// Numbers from a seed, the same on every run (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// Packets with random octets and rising times, to whole microseconds.
func testPackets(_ count: Int, seed: UInt64 = 1, start: Nanoseconds = 1_700_000_000_000_000_000) -> [TestPacket] {
    var random = SeededNumbers(state: seed)
    return (0..<count).map { index in
        let octets = (0..<Int.random(in: 1...90, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        return TestPacket(
            octets: octets, time: start + Nanoseconds(index) * 1_000_000, wireLength: UInt32(octets.count),
            frameNumber: UInt64(index + 1))
    }
}

/// Appends integers in one byte order.
struct OctetWriter {
    var octets: [UInt8] = []
    var bigEndian: Bool

    mutating func put<T: FixedWidthInteger>(_ value: T) {
        for index in 0..<(T.bitWidth / 8) {
            let shift = bigEndian ? T.bitWidth - 8 - index * 8 : index * 8
            octets.append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }

    mutating func pad() { while octets.count % 4 != 0 { octets.append(0) } }
}

/// Writes classic pcap in each of its variants.
struct PcapVariant: Sendable {
    var bigEndian = false
    var nanoseconds = false
    var modified = false
    var fcsOctets: UInt32 = 0
    var linkType: UInt32 = 1
    var snapLength: UInt32 = 262_144

    static let all = [false, true].flatMap { bigEndian in
        [
            PcapVariant(bigEndian: bigEndian), PcapVariant(bigEndian: bigEndian, nanoseconds: true),
            PcapVariant(bigEndian: bigEndian, modified: true), PcapVariant(bigEndian: bigEndian, fcsOctets: 4),
            PcapVariant(bigEndian: bigEndian, linkType: 276),
        ]
    }

    var recordHeaderOctets: Int { modified ? 24 : 16 }

    func header() -> [UInt8] {
        var writer = OctetWriter(bigEndian: bigEndian)
        writer.put(modified ? 0xa1b2_cd34 : nanoseconds ? 0xa1b2_3c4d : 0xa1b2_c3d4 as UInt32)
        writer.put(2 as UInt16)
        writer.put(4 as UInt16)
        writer.put(0 as UInt64)
        writer.put(snapLength)
        writer.put(linkType | (fcsOctets == 0 ? 0 : 0x0400_0000 | (fcsOctets / 2) << 28))
        return writer.octets
    }

    func record(_ packet: TestPacket) -> [UInt8] {
        var writer = OctetWriter(bigEndian: bigEndian)
        writer.put(UInt32(packet.time / 1_000_000_000))
        writer.put(UInt32(packet.time % 1_000_000_000 / (nanoseconds ? 1 : 1000)))
        writer.put(UInt32(packet.octets.count))
        writer.put(packet.wireLength)
        if modified { writer.put(0 as UInt64) }
        return writer.octets + packet.octets
    }

    func file(_ packets: [TestPacket]) -> [UInt8] { packets.reduce(header()) { $0 + record($1) } }

    /// What a reader must make of a packet that this variant wrote.
    func expected(_ packet: TestPacket) -> TestPacket {
        var packet = packet
        packet.linkType = UInt16(linkType)
        packet.wireLength -= min(fcsOctets, packet.wireLength)
        packet.octets = Array(packet.octets.prefix(Int(fcsOctets == 0 ? .max : packet.wireLength)))
        return packet
    }
}

/// Writes pcapng blocks.
struct PcapngWriter {
    var bigEndian = false
    var octets: [UInt8] = []

    static func option(_ code: UInt16, _ value: [UInt8], bigEndian: Bool) -> [UInt8] {
        var writer = OctetWriter(bigEndian: bigEndian)
        writer.put(code)
        writer.put(UInt16(value.count))
        writer.octets += value
        writer.pad()
        return writer.octets
    }

    mutating func block(_ type: UInt32, _ body: [UInt8]) {
        var writer = OctetWriter(bigEndian: bigEndian)
        let padded = (body.count + 3) / 4 * 4
        writer.put(type)
        writer.put(UInt32(12 + padded))
        writer.octets += body
        writer.pad()
        writer.put(UInt32(12 + padded))
        octets += writer.octets
    }

    mutating func section(bigEndian: Bool = false, length: Int64 = -1) {
        self.bigEndian = bigEndian
        var writer = OctetWriter(bigEndian: bigEndian)
        writer.put(0x1a2b_3c4d as UInt32)
        writer.put(1 as UInt16)
        writer.put(0 as UInt16)
        writer.put(length)
        block(0x0a0d_0d0a, writer.octets)
    }

    mutating func interface(linkType: UInt16 = 1, snapLength: UInt32 = 0, options: [(UInt16, [UInt8])] = []) {
        var writer = OctetWriter(bigEndian: bigEndian)
        writer.put(linkType)
        writer.put(0 as UInt16)
        writer.put(snapLength)
        for (code, value) in options { writer.octets += Self.option(code, value, bigEndian: bigEndian) }
        if !options.isEmpty { writer.put(0 as UInt32) }
        block(1, writer.octets)
    }

    mutating func enhanced(_ packet: TestPacket, interface: UInt32 = 0, ticks: UInt64, options: [UInt8] = []) {
        var writer = OctetWriter(bigEndian: bigEndian)
        writer.put(interface)
        writer.put(UInt32(ticks >> 32))
        writer.put(UInt32(truncatingIfNeeded: ticks))
        writer.put(UInt32(packet.octets.count))
        writer.put(packet.wireLength)
        writer.octets += packet.octets
        writer.pad()
        writer.octets += options
        block(6, writer.octets)
    }

    mutating func obsolete(_ packet: TestPacket, interface: UInt16 = 0, ticks: UInt64) {
        var writer = OctetWriter(bigEndian: bigEndian)
        writer.put(interface)
        writer.put(7 as UInt16)
        writer.put(UInt32(ticks >> 32))
        writer.put(UInt32(truncatingIfNeeded: ticks))
        writer.put(UInt32(packet.octets.count))
        writer.put(packet.wireLength)
        writer.octets += packet.octets
        block(2, writer.octets)
    }

    mutating func simple(_ packet: TestPacket) {
        var writer = OctetWriter(bigEndian: bigEndian)
        writer.put(packet.wireLength)
        block(3, writer.octets + packet.octets)
    }

    mutating func statistics(interface: UInt32, _ counts: [(UInt16, UInt64)]) {
        var writer = OctetWriter(bigEndian: bigEndian)
        writer.put(interface)
        writer.put(0 as UInt64)
        for (code, count) in counts {
            var value = OctetWriter(bigEndian: bigEndian)
            value.put(count)
            writer.octets += Self.option(code, value.octets, bigEndian: bigEndian)
        }
        block(5, writer.octets)
    }
}

/// A pcapng file with most of what there is: two sections of different byte order, two interfaces, every packet block,
/// blocks to pass over, statistics. Returns the file, its packets, and where each packet's block ends.
func richPcapng(_ packets: [TestPacket]) -> (octets: [UInt8], packets: [TestPacket], ends: [Int]) {
    var writer = PcapngWriter()
    var expected: [TestPacket] = []
    var ends: [Int] = []
    for half in [packets.prefix(packets.count / 2), packets.dropFirst(packets.count / 2)] {
        writer.section(bigEndian: half.startIndex > 0, length: half.startIndex > 0 ? 12345 : -1)
        writer.interface(snapLength: 2000, options: [(2, Array("tap0".utf8)), (9, [9])])
        writer.block(4, [0, 0, 0, 0])
        writer.interface(linkType: 101, options: [(9, [6]), (0xfff0, [1, 2, 3])])
        for (index, packet) in half.enumerated() {
            var packet = packet
            switch index % 4 {
            case 0: writer.enhanced(packet, ticks: UInt64(packet.time))
            case 1:
                packet.linkType = 101
                let comment = PcapngWriter.option(1, Array("hello".utf8), bigEndian: writer.bigEndian)
                writer.enhanced(packet, interface: 1, ticks: UInt64(packet.time / 1000), options: comment)
            case 2: writer.obsolete(packet, ticks: UInt64(packet.time))
            default:
                writer.simple(packet)
                packet.time = expected.last?.time ?? 0
            }
            expected.append(packet)
            ends.append(writer.octets.count)
            if index % 3 == 0 { writer.block(0x8000_0001, [1, 2, 3, 4, 5]) }
        }
        writer.statistics(interface: 0, [(4, 1000), (5, 3), (7, 2)])
    }
    return (writer.octets, expected, ends)
}
