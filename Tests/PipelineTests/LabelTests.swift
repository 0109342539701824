import FlowTable
import Labels
import NetTypes
import Testing

/// Labels on their way from payloads to records.
@Suite struct LabelTests {
    private static let query: [UInt8] =
        [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3] + Array("www".utf8) + [7] + Array("example".utf8) + [0, 0, 1, 0, 1]

    private static func be16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }

    private static func udp(_ time: Nanoseconds, _ client: Int, port: Int, _ payload: [UInt8]) -> Frame {
        let header = be16(40_000) + be16(port) + be16(8 + payload.count) + [0, 0]
        return Frame.ipv4(time, 17, from: client, to: 1000, header + payload)
    }

    private static func tcp(
        _ time: Nanoseconds, _ client: Int, port: Int, isAnswer: Bool = false, sequence: Int = 1, _ text: String
    ) -> Frame {
        let ports = isAnswer ? be16(port) + be16(40_000) : be16(40_000) + be16(port)
        let header = ports + be16(0) + be16(sequence) + [0, 0, 0, 9, 0x50, 0x18, 2, 0, 0, 0, 0, 0]
        return Frame.ipv4(
            time, 6, from: isAnswer ? 1000 : client, to: isAnswer ? client : 1000, header + Array(text.utf8))
    }

    private static let labelled: [Frame] = [
        tcp(Frame.start, 1, port: 8088, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        tcp(Frame.start + 1, 1, port: 8088, isAnswer: true, "HTTP/1.1 200 OK\r\n\r\n"),
        udp(Frame.start + 2, 2, port: 5300, query),
        udp(Frame.start + 3, 3, port: 53, query),
        tcp(Frame.start + 4, 4, port: 25, "\u{1}\u{2}\u{3}"),
        Frame.tcp(Frame.start + 5, from: (5, 40_000), to: (1000, 80), flags: 2),
        udp(Frame.start + 6, 6, port: 40_001, [9, 9, 9]),
    ]

    private func label(_ run: Run, of client: UInt64) -> [Int] {
        let records = run.records.filter { $0.sourceLow & 0xFFFF == client }
        return records.flatMap { [$0.applicationSelector, Int($0.labelSource), Int($0.labelConfidence)] }
    }

    @Test func recordsSayWhatTheirPayloadsAre() {
        let run = Run(Self.labelled) { $0.labels = LabelConfiguration(enterpriseNumber: 77) }
        #expect(run.balances && run.records.count == 6)
        #expect(label(run, of: 1) == [10, 2, 3], "HTTP, by its payload, certainly")
        #expect(label(run, of: 2) == [1, 2, 3], "DNS on another port")
        #expect(label(run, of: 3) == [1, 3, 3], "DNS on its own")
        #expect(label(run, of: 4) == [40, 1, 1], "SMTP, by the port alone")
        #expect(label(run, of: 5) == [0, 0, 0], "nothing was carried")
        #expect(label(run, of: 6) == [0, 0, 0], "nothing was recognised")
        for record in run.records {
            #expect(record.presence.contains(.label) == (record.applicationId != 0))
            #expect(record.applicationId == 0 || record.applicationId >> 24 == 20 << 32 | 77)
        }
    }

    @Test func withoutLabelsThereAreNone() {
        let run = Run(Self.labelled)
        #expect(run.records.allSatisfy { $0.applicationId == 0 && !$0.presence.contains(.label) })
    }

    /// Labels change nothing else of a record.
    @Test func nothingElseChanges() {
        let frames =
            Frame.mixed(3000, seed: 15)
            + Self.labelled.map { Frame(time: $0.time + 90 * Frame.second, octets: $0.octets) }
        let plain = Run(frames)
        let run = Run(frames) { $0.labels = LabelConfiguration() }
        var records = run.records
        #expect(records.contains { $0.labelSource == 2 })
        for index in records.indices {
            (records[index].applicationId, records[index].labelSource, records[index].labelConfidence) = (0, 0, 0)
            records[index].attributeOctets = 0
            records[index].presence.remove(.label)
        }
        #expect(records.map(\.image) == plain.records.map(\.image))
    }

    /// With few inspectors and a small budget, what is left out depends on the packets alone.
    @Test(arguments: [[512], [7, 512, 1, 90], [1]], [1, 3, 8])
    func labelsDoNotDependOnWorkers(fills: [Int], workers: Int) {
        var frames: [Frame] = []
        for index in 0..<3000 {
            let time = Frame.start + Nanoseconds(index) * 1_000_000
            frames.append(
                index % 3 == 0
                    ? Self.tcp(time, index % 700, port: 8088, sequence: 1 + index, "GET /\(index) HTTP/1.1\r\n\r\n")
                    : Self.udp(time, index % 900, port: index % 2 == 0 ? 5300 : 53, Self.query))
        }
        func run(_ fills: [Int], _ workers: Int) -> Run {
            Run(frames, fills: fills, workers: workers) { table in
                table.labels = LabelConfiguration()
                table.labels?.flowsAtOnce = 4
                table.labels?.nanosecondsPerSecond = 80_000
            }
        }
        let reference = run([512], 1)
        #expect(reference.result.counters.labelRefusals > 0 && reference.result.counters.labelsCutShort > 0)
        #expect(Set(reference.records.map(\.labelSource)).isSuperset(of: [1, 2, 3]))
        let other = run(fills, workers)
        #expect(other.batches == reference.batches)
        #expect(other.result.counters.labelRefusals == reference.result.counters.labelRefusals)
    }

    /// A spray of QUIC Initials within one second, each a flow of its own: label work takes the time that it may have, what is
    /// beyond it is counted, and no packet is lost for it. On any number of workers alike.
    @Test(arguments: [1, 3]) func aSprayOfInitialsKeepsToTheBudget(workers: Int) {
        // By its header it has to be decrypted; its contents are noise, which only decrypting shows.
        let initial: [UInt8] =
            [0xC1, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0x44, 0x9E]
            + (0..<1182).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let frames = (0..<3000).map { Self.udp(Frame.start + Nanoseconds($0) * 100_000, $0 + 1, port: 443, initial) }
        let allowed = 260_000
        let look = LabelBudget.lookCost + initial.count * LabelBudget.octetCost
        let run = Run(frames, fills: [512, 3, 90], workers: workers) { table in
            table.labels = LabelConfiguration()
            table.labels?.nanosecondsPerSecond = allowed
        }
        #expect(run.balances && run.records.count == frames.count)
        let decrypted = allowed / (look + LabelBudget.decryptionCost)
        let looked = decrypted + (allowed - decrypted * (look + LabelBudget.decryptionCost)) / look
        let stripes = FlowTable.stripeCount
        func count(_ source: UInt8, _ confidence: UInt8) -> Int {
            run.records.count { $0.labelSource == source && $0.labelConfidence == confidence }
        }
        #expect(count(3, 2) == decrypted * stripes, "decrypted in vain")
        #expect(count(3, 3) == (looked - decrypted) * stripes, "told by the header alone")
        #expect(count(1, 1) == frames.count - looked * stripes, "told by the port")
        let refusals = frames.count - looked * stripes + (looked - decrypted) * stripes
        #expect(run.result.counters.labelRefusals == UInt64(refusals))
    }

    /// Every slice says what is known when it ends: the first one before the payload came, nothing.
    @Test func slicesCarryTheLabel() {
        let times: [Nanoseconds] = [0, 70, 140]
        var frames = [Frame.tcp(Frame.start, from: (1, 40_000), to: (1000, 8088), flags: 2)]
        frames += times.dropFirst().map { time in
            Self.tcp(Frame.start + time * Frame.second, 1, port: 8088, sequence: Int(time), "GET / HTTP/1.1\r\n\r\n")
        }
        let run = Run(frames) { $0.labels = LabelConfiguration() }
        #expect(run.records.map(\.applicationSelector) == [0, 10, 10])
    }
}
