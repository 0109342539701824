import Capture
import NetTypes
import PacketDecode
import Testing

@Suite struct MergeTests {
    /// Any spread of packets over files merges into the order of time, ties in the order of the files.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func mergedInOrderOfTime(_ seed: UInt64) throws {
        var random = SeededNumbers(state: seed)
        let fileCount = Int(seed)
        var lists = [[TestPacket]](repeating: [], count: fileCount)
        for index in 0..<fileCount {
            var packets = testPackets(300, seed: seed &* 100 &+ UInt64(index))
            var time: Nanoseconds = 1_600_000_000_000_000_000
            for position in packets.indices {
                time += Nanoseconds(Int.random(in: 0...3, using: &random)) * 1000
                packets[position].time = time
                packets[position].octets = [UInt8(index)] + packets[position].octets
                packets[position].wireLength += 1
            }
            lists[index] = packets
        }
        let files = try lists.enumerated().map { index, packets in
            try TemporaryFile(PcapVariant(bigEndian: index % 2 == 1, nanoseconds: index % 3 == 1).file(packets))
        }
        defer { withExtendedLifetime(files) {} }
        var expected = lists.enumerated().flatMap { index, packets in packets.map { (index, $0) } }
        // The standard library's sort is not promised to be stable: time, then file, then place in it.
        expected.sort { ($0.1.time, $0.0, $0.1.frameNumber) < ($1.1.time, $1.0, $1.1.frameNumber) }
        let source = try ReplaySource(ReplayInput(paths: files.map { $0.path }))
        let read = readAll(source, capacity: 13)
        #expect(read.map { $0.octets } == expected.map { $0.1.octets }, "seed \(seed)")
        #expect(read.map { $0.frameNumber } == (1...UInt64(read.count)).map { $0 })
        #expect(source.summaries.map { $0.packets } == Array(repeating: 300, count: fileCount))
        #expect(source.progress.octetsConsumed == source.progress.totalOctets)
    }

    @Test func filesOneAfterTheOtherEvenOutOfOrder() throws {
        let early = testPackets(50, seed: 1, start: 1_000_000_000_000_000)
        let late = testPackets(50, seed: 2, start: 2_000_000_000_000_000)
        let files = try [late, early].map { try TemporaryFile(PcapVariant().file($0)) }
        defer { withExtendedLifetime(files) {} }
        let read = readAll(try ReplaySource(ReplayInput(paths: files.map { $0.path })))
        #expect(read.map { $0.octets } == (early + late).map { $0.octets })
    }

    /// More files than are held open at once.
    @Test func moreFilesThanAreOpenAtOnce() throws {
        let packets = testPackets(300)
        let files = try packets.reversed().map { try TemporaryFile(PcapVariant().file([$0])) }
        defer { withExtendedLifetime(files) {} }
        let source = try ReplaySource(ReplayInput(paths: files.map { $0.path }))
        #expect(readAll(source) == packets)
        #expect(source.summaries.count == 300)
        #expect(source.summaries.allSatisfy { $0.packets == 1 && $0.damageCount == 0 })
        #expect(source.progress.octetsConsumed == source.progress.totalOctets)
    }

    @Test func theLargestPacketsFitIntoAMergedBatch() throws {
        var packets = testPackets(6)
        for index in packets.indices {
            packets[index].octets = [UInt8](repeating: UInt8(index), count: maximumCapturedOctets)
            packets[index].wireLength = UInt32(maximumCapturedOctets)
        }
        let files = try [packets.filter { $0.frameNumber % 2 == 0 }, packets.filter { $0.frameNumber % 2 == 1 }]
            .map { try TemporaryFile(PcapVariant().file($0)) }
        defer { withExtendedLifetime(files) {} }
        #expect(readAll(try ReplaySource(ReplayInput(paths: files.map { $0.path }))) == packets)
    }

    @Test func damageIsToldPerFile() throws {
        let packets = testPackets(10)
        let cut = try TemporaryFile(PcapVariant().file(packets).dropLast())
        let sound = try TemporaryFile(PcapVariant().file(packets))
        let source = try ReplaySource(ReplayInput(paths: [sound.path, cut.path]))
        #expect(readAll(source).count == 19)
        #expect(source.summaries.map { $0.damageCount } == [0, 1])
        #expect(source.summaries[1].damages[0].description.contains(cut.path))
    }
}
