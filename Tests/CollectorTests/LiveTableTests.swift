import Collector
import FlowTable
import NetTypes
import Testing

@Suite struct LiveTableTests {
    private let second = nanosecondsPerSecond

    private func record(_ source: UInt32, _ octets: UInt64, back: UInt64 = 0) -> FlowRecord {
        var record = FlowRecord()
        record.ipVersion = 4
        (record.sourceLow, record.destinationLow) = (UInt64(source), 0xC633_6402)
        (record.packetsForward, record.octetsForward) = (1, octets)
        (record.packetsReverse, record.octetsReverse) = (back > 0 ? 1 : 0, back)
        record.presence = [.lastSlice]
        return record
    }

    private func row(_ text: String, _ start: String) -> [Substring]? {
        text.split(separator: "\n").first { $0.hasPrefix(start) }?.split(separator: " ")
    }

    /// Who sent most in the last ten seconds stands first; each address has what it sent.
    @Test func talkersAreOfTheLastWindow() throws {
        let (table, process) = (LiveTable(), CollectingProcess())
        _ = table.text(process, now: 0)
        for host in 1...20 { table.add(record(0xC000_0200 + UInt32(host), UInt64(host) * 1000, back: 5000)) }
        let early = table.text(process, now: 2 * second)
        #expect(early.contains("talkers of the last moments"))
        let text = table.text(process, now: 10 * second)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.count <= 79 })
        let start = try #require(lines.firstIndex { $0.hasPrefix("talkers of the last 10 s") })
        #expect(lines[start + 1].split(separator: " ").prefix(3) == ["198.51.100.2", "100", "kB"])
        #expect(lines[start + 2].split(separator: " ") == ["192.0.2.20", "20.0", "kB", "16.0", "kbit/s", "1"])
        #expect(lines[start + 3].hasPrefix("192.0.2.19 "))
        #expect(lines[start + 11].isEmpty, "ten of them")
        // A window later nobody has spoken.
        #expect(row(table.text(process, now: 20 * second), "192.0.2.") == nil)
    }

    @Test func sessionsWithLossStandFirst() throws {
        let (table, process) = (LiveTable(), CollectingProcess())
        let output = CollectorOutput(lines: nil, store: nil, watcher: table.add)
        for number in 1...3 {
            let session = process.open(
                .tcp, peer: CollectorPeer(address: IPAddress(v4: 0xC000_0200), port: UInt16(number)),
                namesExporter: false)
            var exporter = TestExporter()
            var messages = exporter.templates() + [exporter.data(0..<UInt64(number * 10))]
            if number == 1 {
                _ = exporter.data(0..<7)
                messages.append(exporter.data(0..<1))
            }
            for message in messages { session.receive(message.span, to: output) }
        }
        _ = table.text(process, now: 0)
        let text = table.text(process, now: second)
        let lines = text.split(separator: "\n")
        let start = try #require(lines.firstIndex { $0.hasPrefix("sessions ") })
        #expect(lines[start + 1].split(separator: " ") == ["192.0.2.0:1", "tcp", "11", "7", "0"])
        #expect(lines[start + 2].hasPrefix("192.0.2.0:3 tcp"))
        #expect(lines[0] == "flowprobe collect, 1.000 s, 3 sessions open")
        #expect(lines[1].hasPrefix("records 61 (0 /s), messages 10 (0 /s)"), "\(lines[1])")
        #expect(lines[2].hasPrefix("lost 7, malformed 0"))
    }
}
