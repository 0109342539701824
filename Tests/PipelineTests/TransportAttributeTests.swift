import FlowTable
import Labels
import NetTypes
import Testing

/// Options of SYNs and tags of SCTP on their way from packets to records.
@Suite struct TransportAttributeTests {
    private static func be16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }
    private static func be32(_ value: Int) -> [UInt8] { be16(value >> 16) + be16(value) }

    private static let client = 5
    private static let server = 1000

    /// A segment between client and server, port 40,000 and 9999, with options of a multiple of four octets.
    private static func tcp(
        _ time: Nanoseconds, answer: Bool = false, flags: UInt8, sequence: Int = 100, _ options: [UInt8] = [],
        port: Int = 40_000, _ payload: [UInt8] = []
    ) -> Frame {
        let ports = answer ? be16(9999) + be16(port) : be16(port) + be16(9999)
        let header =
            ports + be32(sequence) + be32(0) + [UInt8((5 + options.count / 4) << 4), flags, 2, 0, 0, 0, 0, 0]
        return Frame.ipv4(
            time, 6, from: answer ? server : client, to: answer ? client : server, header + options + payload)
    }

    private static let offered: [UInt8] = [2, 4, 5, 0xB4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7, 34, 2, 1, 1]
    private static let answered: [UInt8] = [2, 4, 4, 0, 1, 3, 3, 2, 30, 12, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]

    private static func sctp(_ time: Nanoseconds, answer: Bool = false, _ tag: Int, _ chunks: [[UInt8]]) -> Frame {
        let ports = answer ? be16(9999) + be16(40_000) : be16(40_000) + be16(9999)
        return Frame.ipv4(
            time, 132, from: answer ? server : client, to: answer ? client : server,
            ports + be32(tag) + be32(0) + chunks.flatMap { $0 })
    }

    private static func chunk(_ type: UInt8, _ value: [UInt8] = []) -> [UInt8] {
        [type, 0] + be16(4 + value.count) + value
    }

    private static func values(_ list: [UInt8]) -> [String: UInt64] {
        let octets = list.span
        var (position, values) = (0, [String: UInt64]())
        while let value = AttributeList.next(octets, &position, end: list.count) {
            values[value.attribute.name] = AttributeList.number(octets, value)
        }
        return values
    }

    private static func run(
        _ frames: [Frame], _ selection: AttributeSelection = .technical, fills: [Int] = [512], workers: Int = 1,
        memory: Int = 64 << 20
    ) -> Run {
        Run(frames, fills: fills, workers: workers, memory: memory) { table in
            table.labels = LabelConfiguration()
            table.labels?.attributes = selection
        }
    }

    private static let handshake: [Frame] = [
        tcp(Frame.start, flags: 2, offered), tcp(Frame.start + 1, answer: true, flags: 0x12, answered),
        tcp(Frame.start + 2, flags: 0x10),
    ]

    private static let both: [String: UInt64] = [
        "tcpSynOptions": 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 8 | 1 << 34, "tcpMaximumSegmentSize": 1460,
        "tcpWindowScale": 7, "tcpFastOpen": 1,
        "reverseTcpSynOptions": 1 << 1 | 1 << 2 | 1 << 3 | 1 << 30, "reverseTcpMaximumSegmentSize": 1024,
        "reverseTcpWindowScale": 2, "reverseMptcpVersion": 1,
    ]

    /// Each way what its own SYN says, with no payload and no label anywhere.
    @Test func bothWays() {
        let run = Self.run(Self.handshake)
        #expect(run.balances && run.records.map(\.applicationId) == [0])
        #expect(run.attributes.map(Self.values) == [Self.both])
        #expect(run.result.counters.damagedHeaders == 0)
    }

    /// The SYN-ACK seen first: its sender is the responder all the same, whatever the order of addresses.
    @Test func directionsAreTheFlows() {
        let run = Self.run([Self.handshake[1], Self.handshake[0]])
        #expect(run.attributes.map(Self.values) == [Self.both])
        let answer = Self.run([Self.handshake[1]])
        #expect(answer.records[0].packetsForward == 0)
        #expect(answer.attributes.map(Self.values) == [Self.both.filter { $0.key.hasPrefix("reverse") }])
        #expect(
            Self.run([Self.handshake[0]]).attributes.map(Self.values) == [
                Self.both.filter { !$0.key.hasPrefix("reverse") }
            ])
    }

    /// Of a SYN sent again the first counts; the next connection on the ports has its own.
    @Test func oncePerConnection() {
        let again = Self.tcp(Frame.start + 2, flags: 2, [2, 4, 0, 9])
        let run = Self.run(Self.handshake.prefix(2) + [again])
        #expect(run.attributes.map(Self.values) == [Self.both])
        let reset = Self.tcp(Frame.start + 3, answer: true, flags: 0x14)
        let next = Self.tcp(Frame.start + 4, flags: 2, sequence: 90_000, [2, 4, 0, 9])
        let two = Self.run(Self.handshake + [reset, next])
        #expect(two.attributes.map(Self.values) == [Self.both, ["tcpSynOptions": 4, "tcpMaximumSegmentSize": 9]])
        let bare = Self.tcp(Frame.start + 4, flags: 2, sequence: 90_000)
        let forgotten = Self.run(Self.handshake + [reset, bare])
        #expect(forgotten.attributes.map(Self.values) == [Self.both, [:]], "nothing of the flow before is left")
    }

    /// Beside what the payload says, in the order of the numbers.
    @Test func togetherWithALabel() {
        let request = Self.tcp(
            Frame.start + 3, flags: 0x18, sequence: 101, port: 40_000, Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        let run = Self.run(Self.handshake + [request], .all)
        let list = run.attributes[0]
        let isSound = AttributeList.isSound(list.span, 0..<list.count)
        #expect(isSound && run.records[0].applicationId != 0)
        let values = Self.values(list)
        #expect(values.filter { Self.both[$0.key] != nil } == Self.both && values["requestMethod"] != nil)
    }

    /// Every slice has the directions of which it counts packets.
    @Test func slicesHaveTheirDirections() {
        let run = Self.run(
            Self.handshake + [
                Self.tcp(Frame.start + 70 * Frame.second, flags: 0x10, sequence: 101),
                Self.tcp(Frame.start + 140 * Frame.second, answer: true, flags: 0x10, sequence: 101),
            ])
        #expect(
            run.attributes.map(Self.values) == [
                Self.both, Self.both.filter { !$0.key.hasPrefix("reverse") },
                Self.both.filter { $0.key.hasPrefix("reverse") },
            ])
    }

    @Test func onlyWhatIsSelected() {
        let run = Self.run(Self.handshake, AttributeSelection("tcpWindowScale") ?? .none)
        #expect(run.attributes.map(Self.values) == [["tcpWindowScale": 7, "reverseTcpWindowScale": 2]])
        #expect(Self.run(Self.handshake, .none).attributes == [[]])
        let off = Run(Self.handshake)
        #expect(off.attributes == [[]], "without labels nothing is read")
    }

    /// Lists that do not add up are counted, and what stood before holds.
    @Test func hostileOptions() {
        let frames = [
            Self.tcp(Frame.start, flags: 2, [2, 4, 0, 9, 3, 0, 0, 0]),
            Self.tcp(Frame.start + 1, answer: true, flags: 0x12, [3, 200, 0, 0]),
            Self.tcp(Frame.start + 2, flags: 2, [2, 4, 0, 9, 2, 4, 0, 8], port: 40_001),
        ]
        let run = Self.run(frames)
        #expect(run.result.counters.damagedHeaders == 3)
        let one: [String: UInt64] = ["tcpSynOptions": 4, "tcpMaximumSegmentSize": 9]
        #expect(run.attributes.map(Self.values) == [one, one])
    }

    private static let initiation = be32(0x7788_99AA) + [UInt8](repeating: 1, count: 12)

    /// Tags each way, also of a direction that has only INIT, which carries none itself.
    @Test func associations() {
        let frames = [
            Self.sctp(Frame.start, 0, [Self.chunk(1, Self.initiation)]),
            Self.sctp(
                Frame.start + 1, answer: true, 0x7788_99AA,
                [Self.chunk(2, Self.be32(0x1122_3344) + Self.initiation.suffix(12))]),
            Self.sctp(
                Frame.start + 2, 0x1122_3344,
                [Self.chunk(10, [1, 2, 3, 4]), Self.chunk(0, [UInt8](repeating: 9, count: 24))]),
        ]
        let all: [String: UInt64] = [
            "sctpChunkTypes": 1 << 1 | 1 << 10 | 1 << 0, "reverseSctpChunkTypes": 1 << 2,
            "sctpVerificationTag": 0x1122_3344, "reverseSctpVerificationTag": 0x7788_99AA,
        ]
        let run = Self.run(frames)
        #expect(run.balances && run.attributes.map(Self.values) == [all])
        // Without the third packet the initiator's tag is known from what the responder gave out.
        let two = Self.run(Array(frames.prefix(2)))
        #expect(two.attributes.map { Self.values($0)["sctpVerificationTag"] } == [0x1122_3344])
        let one = Self.run(Array(frames.prefix(1)))
        #expect(one.attributes.map(Self.values) == [["sctpChunkTypes": 2]], "no tag has been used yet")
    }

    /// Only the first packets are looked at: a flow of control chunks for ever costs no more than that.
    @Test func associationsAreLookedAtInTheirFirstPackets() {
        let frames = (0..<9).map { index in
            Self.sctp(Frame.start + Nanoseconds(index), 5, [Self.chunk(index < 8 ? 4 : 5)])
        }
        #expect(Self.run(frames).attributes.map(Self.values) == [["sctpChunkTypes": 1 << 4, "sctpVerificationTag": 5]])
        let damaged = Self.run([Self.sctp(Frame.start, 5, [[3, 0, 0, 3]])])
        #expect(damaged.result.counters.damagedHeaders == 1)
    }

    /// A flood of SYNs, each with its own options, takes nothing from the attributes of payloads, and the records are the
    /// same for any number of workers.
    @Test(arguments: [[512], [7, 90]], [1, 4])
    func theSameForAnyNumberOfWorkers(fills: [Int], workers: Int) {
        var frames: [Frame] = []
        for index in 0..<5000 {
            let time = Frame.start + Nanoseconds(index) * 1000
            frames.append(
                Self.tcp(
                    time, flags: 2, sequence: index, [2, 4] + Self.be16(index) + [3, 3, UInt8(index & 7), 0],
                    port: 10_000 + index))
        }
        let reference = Self.run(frames, memory: 1 << 20)
        let other = Self.run(frames, fills: fills, workers: workers, memory: 1 << 20)
        #expect(other.batches == reference.batches && reference.result.counters.attributeRefusals == 0)
        for (record, list) in zip(reference.records, reference.attributes) where record.firstFrameNumber > 1 {
            #expect(Self.values(list)["tcpMaximumSegmentSize"] == record.firstFrameNumber - 1)
        }
    }
}
