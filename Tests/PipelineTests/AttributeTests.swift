import FlowTable
import Labels
import NetTypes
import Testing

/// Attributes of labels on their way from payloads to sinks.
@Suite struct AttributeTests {
    private static func be16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }

    private static func query(_ name: String, response: Bool = false) -> [UInt8] {
        let labels = name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        return [0, 7, response ? 0x81 : 1, response ? 0x83 : 0, 0, 1, 0, 0, 0, 0, 0, 0] + labels + [0, 0, 1, 0, 1]
    }

    private static func udp(_ time: Nanoseconds, _ client: Int, port: Int, answer: Bool = false, _ payload: [UInt8])
        -> Frame
    {
        let ports = answer ? be16(port) + be16(40_000) : be16(40_000) + be16(port)
        return Frame.ipv4(
            time, 17, from: answer ? 1000 : client, to: answer ? client : 1000,
            ports + be16(8 + payload.count) + [0, 0] + payload)
    }

    private static func tcp(
        _ time: Nanoseconds, _ client: Int, port: Int, answer: Bool = false, sequence: Int = 1, _ payload: [UInt8]
    ) -> Frame {
        let ports = answer ? be16(port) + be16(40_000) : be16(40_000) + be16(port)
        let header = ports + be16(0) + be16(sequence) + [0, 0, 0, 9, 0x50, 0x18, 2, 0, 0, 0, 0, 0]
        return Frame.ipv4(
            time, 6, from: answer ? 1000 : client, to: answer ? client : 1000, header + payload)
    }

    private static func request(_ host: [UInt8]) -> [UInt8] {
        Array("GET / HTTP/1.1\r\nHost: ".utf8) + host + Array("\r\nUser-Agent: curl/8\r\n\r\n".utf8)
    }

    /// A list by the names of its attributes.
    private static func values(_ list: [UInt8]) -> [String: String] {
        let octets = list.span
        var (position, values) = (0, [String: String]())
        while let value = AttributeList.next(octets, &position, end: list.count) {
            values[value.attribute.name] =
                value.attribute.isNumber
                ? "\(AttributeList.number(octets, value))" : String(decoding: list[value.range], as: UTF8.self)
        }
        return values
    }

    private static func run(
        _ frames: [Frame], _ selection: AttributeSelection = .all, fills: [Int] = [512], workers: Int = 1,
        change: (inout LabelConfiguration) -> Void = { _ in }
    ) -> Run {
        Run(frames, fills: fills, workers: workers) { table in
            table.labels = LabelConfiguration()
            table.labels?.attributes = selection
            if table.labels != nil { change(&table.labels!) }
        }
    }

    private static let web: [Frame] = [
        tcp(Frame.start, 1, port: 9999, request(Array("www.example.com".utf8))),
        tcp(Frame.start + 1, 1, port: 9999, answer: true, Array("HTTP/1.1 404 No\r\n\r\n".utf8)),
        udp(Frame.start + 2, 2, port: 5300, query("a.example")),
        udp(Frame.start + 3, 2, port: 5300, answer: true, query("a.example", response: true)),
        udp(Frame.start + 4, 3, port: 40_001, [9, 9, 9]),
    ]

    @Test func recordsHaveWhatTheirPayloadsSay() {
        let run = Self.run(Self.web)
        #expect(run.balances)
        var found: [UInt64: [String: String]] = [:]
        for (record, list) in zip(run.records, run.attributes) {
            found[record.sourceLow & 0xFFFF] = Self.values(list)
            #expect(Int(record.attributeOctets) == list.count)
            let isSound = AttributeList.isSound(list.span, 0..<list.count)
            #expect(isSound)
        }
        #expect(
            found == [
                1: [
                    "serverName": "www.example.com", "userAgent": "curl/8", "requestMethod": "GET", "statusCode": "404",
                ],
                2: ["dnsName": "a.example", "dnsType": "1", "dnsResponseCode": "3"], 3: [:],
            ])
    }

    @Test func onlyWhatIsSelectedLeaves() {
        let technical = Self.run(Self.web, .technical)
        #expect(technical.attributes.contains { Self.values($0) == ["requestMethod": "GET", "statusCode": "404"] })
        #expect(technical.attributes.allSatisfy { Self.values($0)["serverName"] == nil })
        let none = Self.run(Self.web, .none)
        #expect(none.attributes.allSatisfy(\.isEmpty) && none.records.allSatisfy { $0.attributeOctets == 0 })
        #expect(none.records.contains { $0.applicationId != 0 }, "labels stay")
    }

    /// Without labels from the payload nothing was read: a port's label has no attributes.
    @Test func aPortHasNoAttributes() {
        let run = Self.run([Self.tcp(Frame.start, 4, port: 25, [1, 2, 3])])
        #expect(run.records.map(\.labelSource) == [1] && run.attributes == [[]])
    }

    @Test func hostileOctetsArePrintable() {
        let run = Self.run([
            Self.tcp(Frame.start, 1, port: 9999, Self.request([0x22, 0x5C, 0, 0xFF, 0xC3, 0x28, 0x41]))
        ])
        #expect(run.attributes.map { Self.values($0)["serverName"] } == ["\"\\???(A"])
    }

    /// Every slice says what is known when it ends.
    @Test func slicesCarryThem() {
        let frames = [
            Frame.tcp(Frame.start, from: (1, 40_000), to: (1000, 9999), flags: 2),
            Self.tcp(Frame.start + 70 * Frame.second, 1, port: 9999, Self.request(Array("one".utf8))),
            Self.tcp(
                Frame.start + 140 * Frame.second, 1, port: 9999, answer: true, Array("HTTP/1.1 200 OK\r\n\r\n".utf8)),
        ]
        let run = Self.run(frames)
        #expect(
            run.attributes.map(Self.values) == [
                [:], ["serverName": "one", "userAgent": "curl/8", "requestMethod": "GET"],
                ["serverName": "one", "userAgent": "curl/8", "requestMethod": "GET", "statusCode": "200"],
            ])
    }

    /// Many flows, few inspectors, little memory: whatever is refused or cut depends on the packets alone.
    @Test(arguments: [[512], [7, 512, 1, 90], [1]], [1, 2, 8])
    func theSameForAnyNumberOfWorkers(fills: [Int], workers: Int) {
        var frames: [Frame] = []
        for index in 0..<4000 {
            let time = Frame.start + Nanoseconds(index) * 1_000_000
            let host = Array("host-\(index % 700).example.com".utf8)
            frames.append(
                index % 2 == 0
                    ? Self.tcp(time, index % 700, port: 9999, sequence: 1 + index, Self.request(host))
                    : Self.udp(time, index % 900, port: 5300, Self.query("n\(index).example")))
        }
        func run(_ fills: [Int], _ workers: Int) -> Run {
            Self.run(frames, fills: fills, workers: workers) { labels in
                labels.flowsAtOnce = 6
                labels.attributeOctets = 2048
            }
        }
        let reference = run([512], 1)
        #expect(reference.result.counters.attributeRefusals > 0, "the arena is too small for all")
        #expect(reference.attributes.contains { !$0.isEmpty })
        let other = run(fills, workers)
        #expect(other.batches == reference.batches)
        #expect(other.result.counters.attributeRefusals == reference.result.counters.attributeRefusals)
    }

    /// Memory is given back when flows end: far more flows than there is room for at once, none refused.
    @Test func memoryIsUsedAgain() {
        var frames: [Frame] = []
        for index in 0..<3000 {
            let time = Frame.start + Nanoseconds(index) * 20 * Frame.second
            frames.append(Self.udp(time, index % 200, port: 5300, Self.query("n\(index).example")))
            frames.append(
                Self.udp(
                    time + 1, index % 200, port: 5300, answer: true, Self.query("n\(index).example", response: true)))
        }
        let run = Self.run(frames) { $0.attributeOctets = 4096 }
        #expect(run.result.counters.attributeRefusals == 0)
        #expect(run.records.count == 3000 && run.attributes.allSatisfy { Self.values($0)["dnsResponseCode"] == "3" })
        for (record, list) in zip(run.records, run.attributes) {
            #expect(Self.values(list)["dnsName"] == "n\(record.firstFrameNumber / 2).example")
        }
    }
}
