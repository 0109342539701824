import Capture
import NetTypes
import Testing

@Suite struct PcapngReaderTests {
    @Test(arguments: Reach.allCases)
    func everyBlockReadsBack(_ reach: Reach) throws {
        let (octets, packets, _) = richPcapng(testPackets(40))
        let source = try reach.source(octets)
        #expect(readAll(source) == packets)
        let summary = source.summaries[0]
        #expect(summary.damageCount == 0, "\(summary.damages)")
        #expect(summary.interfaces.map { $0.linkType } == [1, 101, 1, 101])
        #expect(summary.interfaces[0].name == "tap0")
        #expect(summary.interfaces[0].timeResolution == "1 ns")
        #expect(summary.interfaces[0].snapLength == 2000)
        #expect(summary.interfaces[2].packetsReceived == 1000)
        #expect(summary.interfaces[2].packetsDroppedByInterface == 3)
        #expect(summary.interfaces[2].packetsDroppedBySystem == 2)
        #expect(summary.interfaces[1].packetsReceived == nil)
        #expect(source.progress.octetsConsumed == UInt64(octets.count))
    }

    @Test(arguments: [Reach.memory, .smallPieces])
    func everyTruncation(_ reach: Reach) throws {
        let (octets, packets, ends) = richPcapng(testPackets(16))
        var boundaries: Set<Int> = [0]
        var position = 0
        var bigEndian = false
        while position < octets.count {
            if octets[position] == 0x0a { bigEndian = octets[position + 8] == 0x1a }
            let four = octets[(position + 4)..<(position + 8)]
            let length = (bigEndian ? Array(four) : four.reversed()).reduce(0) { $0 << 8 | Int($1) }
            position += length
            boundaries.insert(position)
        }
        for length in 24...octets.count {
            let source = try reach.source(Array(octets[..<length]))
            #expect(readAll(source) == Array(packets.prefix(ends.filter { $0 <= length }.count)), "cut at \(length)")
            let summary = source.summaries[0]
            #expect(
                summary.damageCount == (boundaries.contains(length) ? 0 : 1), "cut at \(length): \(summary.damages)")
        }
    }

    struct Clock: Sendable {
        var resolution: UInt8
        var offset: Int64 = 0
        var ticks: UInt64
        var time: Nanoseconds
        var damaged = false
    }

    @Test(arguments: [
        Clock(resolution: 6, ticks: 1_700_000_000_123_456, time: 1_700_000_000_123_456_000),
        Clock(resolution: 9, ticks: 1_700_000_000_123_456_789, time: 1_700_000_000_123_456_789),
        Clock(resolution: 0, ticks: 1_700_000_000, time: 1_700_000_000_000_000_000),
        Clock(resolution: 3, offset: 1_000_000_000, ticks: 5, time: 1_000_000_000_005_000_000),
        Clock(resolution: 12, ticks: 1_700_000_123_456_789_012, time: 1_700_000_123_456_789),
        Clock(resolution: 28, ticks: .max, time: 1),
        Clock(resolution: 29, ticks: .max, time: 0),
        Clock(resolution: 127, ticks: .max, time: 0),
        Clock(resolution: 0x80 | 20, ticks: 1_700_000_000 << 20 | 1 << 19, time: 1_700_000_000_500_000_000),
        Clock(resolution: 0x80 | 32, ticks: 1_700_000_000 << 32 | 1 << 30, time: 1_700_000_000_250_000_000),
        Clock(resolution: 0x80, ticks: 77, time: 77_000_000_000),
        Clock(resolution: 0x80 | 63, ticks: 1 << 63 | 1 << 62, time: 1_500_000_000),
        Clock(resolution: 0x80 | 64, ticks: 1 << 63, time: 500_000_000),
        Clock(resolution: 0x80 | 127, ticks: .max, time: 0),
        Clock(resolution: 6, offset: -2_000_000_000, ticks: 5, time: 0, damaged: true),
        Clock(resolution: 6, offset: .min, ticks: 5, time: 0, damaged: true),
        Clock(resolution: 6, offset: .max, ticks: 5, time: maximumTimestamp, damaged: true),
        Clock(resolution: 6, ticks: .max, time: maximumTimestamp, damaged: true),
        Clock(resolution: 9, ticks: UInt64(maximumTimestamp), time: maximumTimestamp),
        Clock(resolution: 9, ticks: UInt64(maximumTimestamp) + 1, time: maximumTimestamp, damaged: true),
        Clock(resolution: 9, ticks: .max, time: maximumTimestamp, damaged: true),
        Clock(resolution: 9, ticks: 0, time: 0),
    ])
    func clocks(_ clock: Clock) throws {
        for bigEndian in [false, true] {
            var writer = PcapngWriter()
            writer.section(bigEndian: bigEndian)
            var offset = OctetWriter(bigEndian: bigEndian)
            offset.put(clock.offset)
            writer.interface(options: [(9, [clock.resolution]), (14, offset.octets)])
            writer.enhanced(testPackets(1)[0], ticks: clock.ticks)
            let source = try ReplaySource(octets: writer.octets)
            #expect(readAll(source).map { $0.time } == [clock.time])
            #expect(source.summaries[0].damages.map { $0.kind } == (clock.damaged ? [.impossibleTime] : []))
        }
    }

    @Test(arguments: [(4 as UInt8, 4 as UInt32), (32, 4), (2, 2), (16, 2), (0, 0), (77, 0)])
    func frameCheckSequencesAreTakenOff(_ value: UInt8, _ octets: UInt32) throws {
        var writer = PcapngWriter()
        writer.section()
        writer.interface(options: [(13, [value])])
        var packet = testPackets(1)[0]
        packet.octets = Array(0..<64)
        packet.wireLength = 64
        writer.enhanced(packet, ticks: 1)
        writer.simple(packet)
        packet.octets = Array(packet.octets[..<61])
        writer.enhanced(packet, ticks: 1)
        let read = readAll(try ReplaySource(octets: writer.octets))
        #expect(read.map { $0.wireLength } == [64 - octets, 64 - octets, 64 - octets])
        #expect(read.map { UInt32($0.octets.count) } == [64 - octets, 64 - octets, min(61, 64 - octets)])
    }

    /// Damage to one block costs that block.
    @Test(arguments: Reach.allCases)
    func packetsAfterDamageAreFound(_ reach: Reach) throws {
        let (octets, packets, ends) = richPcapng(testPackets(40, seed: 3))
        for victim in [2, 5, 18] {
            for change in [-1, -3] {
                // The trailing length, its first and third octet.
                var changed = octets
                changed[ends[victim] + change] ^= 0x40
                let source = try reach.source(changed)
                var expected = packets
                expected.remove(at: victim)
                let read = readAll(source)
                #expect(read.map { $0.octets } == expected.map { $0.octets })
                #expect(source.summaries[0].damages.map { $0.kind } == [.lengthMismatch])
            }
        }
    }

    @Test func unknownInterfacesCostOnlyTheirBlocks() throws {
        var writer = PcapngWriter()
        writer.section()
        let packets = testPackets(3)
        writer.enhanced(packets[0], ticks: 5)
        writer.simple(packets[0])
        writer.statistics(interface: 0, [(4, 1)])
        writer.interface()
        writer.enhanced(packets[1], ticks: 5)
        writer.enhanced(packets[2], interface: 1, ticks: 5)
        let source = try ReplaySource(octets: writer.octets)
        #expect(readAll(source).map { $0.octets } == [packets[1].octets])
        #expect(source.summaries[0].damages.map { $0.kind } == Array(repeating: .unknownInterface, count: 4))
    }

    @Test func manyInterfacesAndTooMany() throws {
        var writer = PcapngWriter()
        writer.section()
        for index in 0..<(maximumInterfaces + 5) { writer.interface(linkType: UInt16(index)) }
        writer.enhanced(testPackets(1)[0], interface: UInt32(maximumInterfaces - 1), ticks: 5)
        let source = try ReplaySource(octets: writer.octets)
        #expect(readAll(source).map { $0.linkType } == [UInt16(maximumInterfaces - 1)])
        #expect(source.summaries[0].damages.map { $0.kind } == Array(repeating: .tooManyInterfaces, count: 5))
    }

    @Test(arguments: [Reach.memory, .file, .smallPieces])
    func longForeignBlocksArePassedOver(_ reach: Reach) throws {
        var writer = PcapngWriter()
        let packets = testPackets(2)
        writer.section()
        writer.interface(options: [(9, [9])])
        writer.enhanced(packets[0], ticks: UInt64(packets[0].time))
        writer.block(0x0bad, [UInt8](repeating: 6, count: 3 << 20))
        writer.enhanced(packets[1], ticks: UInt64(packets[1].time))
        let source = try reach.source(writer.octets)
        #expect(readAll(source) == packets)
        #expect(source.summaries[0].damageCount == 0)
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func randomCorruption(_ seed: UInt64) throws {
        var random = SeededNumbers(state: seed)
        var file = richPcapng(testPackets(50, seed: seed)).octets
        for _ in 0..<Int.random(in: 1...30, using: &random) {
            file[Int.random(in: 12..<file.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        let reference = try Reach.memory.source(file)
        let expected = readAll(reference)
        for reach in [Reach.smallPieces, .file] {
            let source = try reach.source(file)
            #expect(readAll(source, capacity: 3) == expected, "seed \(seed), \(reach)")
            #expect(source.summaries[0].damages.map { $0.offset } == reference.summaries[0].damages.map { $0.offset })
        }
    }
}
