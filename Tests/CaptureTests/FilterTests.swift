import Capture
import Testing

@Suite struct FilterTests {
    /// An Ethernet, IPv4, UDP packet to a port.
    private func datagram(_ port: UInt16, time: Int64) -> TestPacket {
        var octets = [UInt8](repeating: 0, count: 60)
        octets.replaceSubrange(12..<16, with: [0x08, 0x00, 0x45, 0x00])
        octets[17] = 40
        octets[22] = 64
        octets[23] = 17
        octets[36] = UInt8(port >> 8)
        octets[37] = UInt8(port & 255)
        octets[39] = 20
        return TestPacket(octets: octets, time: 1_700_000_000_000_000_000 + time * 1000, wireLength: 60)
    }

    @Test(arguments: Reach.allCases)
    func onlyWhatMatchesIsHandedOut(_ reach: Reach) throws {
        let packets = (0..<100).map { datagram($0 % 3 == 0 ? 53 : 80, time: Int64($0)) }
        let source = try reach.source(PcapVariant().file(packets), filter: "udp port 53")
        let read = readAll(source)
        #expect(read.map { $0.frameNumber } == stride(from: 1, through: 100, by: 3).map { UInt64($0) })
        #expect(source.packetsFiltered == 66)
        #expect(source.summaries[0].packetsFiltered == 66)
        #expect(source.summaries[0].packets == 100)
    }

    @Test func filtersWorkOnMergedFiles() throws {
        let files = try [53, 80].map { port in
            try TemporaryFile(PcapVariant().file((0..<50).map { datagram(UInt16(port), time: Int64($0)) }))
        }
        defer { withExtendedLifetime(files) {} }
        let source = try ReplaySource(ReplayInput(paths: files.map { $0.path }, filter: "port 80"))
        // At equal times the first file's packet comes first, so that the others have even numbers.
        #expect(readAll(source).map { $0.frameNumber } == (1...50).map { UInt64($0 * 2) })
        #expect(source.packetsFiltered == 50)
        #expect(source.summaries.map { $0.packetsFiltered } == [50, 0])
    }

    @Test func nothingMatches() throws {
        let source = try Reach.memory.source(
            PcapVariant().file((0..<100).map { datagram(80, time: $0) }), filter: "tcp")
        #expect(readAll(source).isEmpty)
        #expect(source.packetsFiltered == 100)
    }

    @Test func eachLinkTypeHasItsProgram() throws {
        var writer = PcapngWriter()
        writer.section()
        writer.interface(linkType: 1)
        writer.interface(linkType: 101)
        let ethernet = datagram(53, time: 0)
        var raw = ethernet
        raw.octets.removeFirst(14)
        writer.enhanced(ethernet, interface: 0, ticks: 1)
        writer.enhanced(raw, interface: 1, ticks: 2)
        writer.enhanced(ethernet, interface: 1, ticks: 3)
        let source = try ReplaySource(octets: writer.octets, filter: "udp dst port 53")
        #expect(readAll(source).map { $0.frameNumber } == [1, 2])
        // An Ethernet filter has no meaning on raw IP: those packets are filtered, and the run says so.
        let second = try ReplaySource(octets: writer.octets, filter: "ether dst 00:00:00:00:00:00")
        #expect(readAll(second).map { $0.frameNumber } == [1])
        #expect(second.packetsFiltered == 2)
        #expect(second.summaries[0].damages.count == 1)
    }

    @Test func aBadFilterIsAUsageError() throws {
        for file in [PcapVariant().file(testPackets(1)), richPcapng(testPackets(4)).octets] {
            let error = try #require(throws: CaptureError.self) {
                try ReplaySource(octets: file, filter: "port banana and (")
            }
            #expect(error.isUsage)
            #expect(error.description.contains("port banana and ("))
        }
    }
}
