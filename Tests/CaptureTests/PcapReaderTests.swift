import Capture
import NetTypes
import Testing

@Suite struct PcapReaderTests {
    @Test(arguments: PcapVariant.all, Reach.allCases)
    func everyVariantReadsBack(_ variant: PcapVariant, _ reach: Reach) throws {
        let packets = testPackets(60)
        let source = try reach.source(variant.file(packets))
        #expect(readAll(source) == packets.map(variant.expected))
        let summary = try #require(source.summaries.first)
        #expect(summary.packets == 60)
        #expect(summary.damageCount == 0, "\(summary.damages)")
        #expect(summary.firstTime == packets[0].time)
        #expect(summary.lastTime == packets[59].time)
        #expect(summary.capturedOctets == UInt64(packets.reduce(0) { $0 + $1.octets.count }))
        #expect(summary.interfaces.first?.linkType == UInt16(variant.linkType))
        #expect(summary.format.contains(variant.bigEndian ? "big-endian" : "little-endian"))
        #expect(summary.format.contains(variant.nanoseconds ? "nanoseconds" : "microseconds"))
        #expect(source.progress.octetsConsumed == source.progress.totalOctets)
    }

    /// Everything before a cut is handed out, and the cut is one damage unless it falls between records.
    @Test(arguments: PcapVariant.all, [Reach.memory, .smallPieces])
    func everyTruncation(_ variant: PcapVariant, _ reach: Reach) throws {
        let packets = testPackets(12)
        let whole = variant.file(packets)
        var boundaries = [24]
        for packet in packets {
            boundaries.append(boundaries[boundaries.count - 1] + variant.recordHeaderOctets + packet.octets.count)
        }
        for length in 24...whole.count {
            let source = try reach.source(Array(whole[..<length]))
            let sound = boundaries.filter { $0 <= length }.count - 1
            #expect(readAll(source) == packets.prefix(sound).map(variant.expected), "cut at \(length)")
            let summary = try #require(source.summaries.first)
            #expect(
                summary.damageCount == (boundaries.contains(length) ? 0 : 1), "cut at \(length): \(summary.damages)")
        }
        for length in 0..<24 {
            #expect(throws: CaptureError.self) { try reach.source(Array(whole[..<length])) }
        }
    }

    /// A hole of garbage costs the packets it lies in, and no other.
    @Test(arguments: PcapVariant.all, Reach.allCases)
    func packetsAfterDamageAreFound(_ variant: PcapVariant, _ reach: Reach) throws {
        let packets = testPackets(40, seed: 2)
        var file = variant.header()
        for (index, packet) in packets.enumerated() {
            var record = variant.record(packet)
            if index == 15 {
                for position in 0..<16 { record[position] = 0xff }
            }
            file += record
        }
        let source = try reach.source(file)
        let read = readAll(source)
        #expect(read.map { $0.octets } == (packets[..<15] + packets[16...]).map { variant.expected($0).octets })
        let damage = try #require(source.summaries.first?.damages.first)
        #expect(source.summaries[0].damageCount == 1)
        #expect(damage.octetsSkipped == UInt64(variant.record(packets[15]).count))
        #expect(damage.offset == UInt64(variant.file(Array(packets[..<15])).count))
    }

    @Test func zerosOfACrashAreDamage() throws {
        let packets = testPackets(5)
        let file = PcapVariant().file(packets) + [UInt8](repeating: 0, count: 5000)
        for reach in Reach.allCases {
            let source = try reach.source(file)
            #expect(readAll(source) == packets)
            #expect(source.summaries[0].damages.map { $0.octetsSkipped } == [5000])
        }
    }

    /// Writers do exceed their own snapshot length, and some give the original length as zero.
    @Test func harmlessLiesAreBelieved() throws {
        var variant = PcapVariant()
        variant.snapLength = 10
        var packets = testPackets(20)
        packets[7].wireLength = 0
        packets[19].wireLength = 1
        packets[12].octets = []
        for reach in Reach.allCases {
            let source = try reach.source(variant.file(packets))
            #expect(readAll(source) == packets)
            #expect(source.summaries[0].damageCount == 0)
        }
    }

    @Test func theLargestPacketIsReadAndALargerOneRefused() throws {
        for reach in [Reach.memory, .file, .smallPieces] {
            var packets = testPackets(6)
            packets[2].octets = [UInt8](repeating: 0xee, count: maximumCapturedOctets)
            packets[2].wireLength = UInt32(maximumCapturedOctets)
            #expect(readAll(try reach.source(PcapVariant().file(packets))) == packets)
            packets[2].octets.append(0xee)
            packets[2].wireLength += 1
            let source = try reach.source(PcapVariant().file(packets))
            #expect(readAll(source).map { $0.octets } == (packets[..<2] + packets[3...]).map { $0.octets })
            #expect(source.summaries[0].damages.map { $0.kind } == [.oversized])
        }
    }

    /// However octets are changed: nothing traps, what the reader says adds up, and all ways of reading agree.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func randomCorruption(_ seed: UInt64) throws {
        var random = SeededNumbers(state: seed)
        let variant = PcapVariant.all[Int(seed) % PcapVariant.all.count]
        var file = variant.file(testPackets(50, seed: seed))
        for _ in 0..<Int.random(in: 1...30, using: &random) {
            file[Int.random(in: 24..<file.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        let reference = try Reach.memory.source(file)
        let expected = readAll(reference)
        for reach in [Reach.smallPieces, .file] {
            let source = try reach.source(file)
            #expect(readAll(source, capacity: 3) == expected, "seed \(seed), \(reach)")
            #expect(source.summaries[0].damages.map { $0.offset } == reference.summaries[0].damages.map { $0.offset })
        }
        let used = expected.reduce(24) { $0 + variant.recordHeaderOctets + $1.octets.count }
        if variant.fcsOctets == 0 {
            #expect(UInt64(used) + reference.summaries[0].octetsSkipped == UInt64(file.count), "seed \(seed)")
        }
    }

    /// What no capture is made of must not take long: a million octets that look like headers everywhere.
    @Test func searchingIsLinear() throws {
        var file = PcapVariant().file(testPackets(1))
        let header = PcapVariant().record(testPackets(1)[0])[..<8] + [0, 0, 3, 0, 0, 0, 4, 0]
        for _ in 0..<100_000 { file += header }
        let clock = ContinuousClock()
        for reach in [Reach.memory, .file] {
            let taken = try clock.measure { _ = readAll(try reach.source(file)) }
            #expect(taken < .seconds(20))
        }
    }
}
