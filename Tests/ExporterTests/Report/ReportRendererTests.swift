import Exporter
import FlowTable
import NetTypes
import Testing

@Suite struct ReportRendererTests {
    @Test func emptyListsSayNone() throws {
        let text = ReportRenderer.render(try summarise([], batchSize: 1))
        #expect(text.split(separator: "\n").count { $0 == "  none" } == 7)
        #expect(text.contains("damage       none"))
    }

    /// Widest values of every kind must stay within 80 columns.
    @Test func fitsEightyColumns() throws {
        var source = RandomRecords(seed: 11)
        var records = source.batch(4000)
        for index in records.indices {
            records[index].ipVersion = 6
            records[index].sourceHigh = 0x2001_1db8_1111_2222
            records[index].destinationHigh = 0x2001_1db8_1111_2222
            records[index].sourceLow = 0x1111_2222_3333_4000 + UInt64(index % 900)
            records[index].destinationLow = 0x1111_2222_3333_4000 + UInt64(index % 700)
            records[index].octetsForward = 987_654_321_987_654
            records[index].packetsForward = 987_654_321_987
            if index % 3 == 0 { records[index].protocolIdentifier = UInt8(index % 256) }
        }
        var configuration = TrafficSummary.Configuration()
        configuration.listCapacity = 50
        let summary = try summarise(records, batchSize: 100, configuration)
        var header = ReportHeader()
        header.packets = 123_456_789_012
        header.wireOctets = 123_456_789_012_345
        header.damage = ["capture.pcap, octet 123456: the record's length field says 4 GiB, which cannot be. Skipped."]
        header.notes = [String(repeating: "word ", count: 60)]
        let text = ReportRenderer.render(summary, header: header)
        for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line.count): \(line)") }
        #expect(text.contains("\u{2265}") && text.contains("standard error"))
        #expect(!text.contains("\u{1B}"))
    }

    @Test func colorOnlyWhenAsked() throws {
        var options = ReportOptions()
        options.color = true
        var source = RandomRecords(seed: 3)
        let summary = try summarise(source.batch(50), batchSize: 10)
        let colored = ReportRenderer.render(summary, options: options)
        #expect(colored.contains("\u{1B}[1m"))
        let plain = ReportRenderer.render(summary)
        #expect(colored.replacing(#/\u{1B}\[[0-9]*m/#, with: "") == plain)
    }

    /// What is shown and what is said to be left adds up to the whole.
    @Test(arguments: [1, 2, 5, 1000])
    func rowsAddUp(top: Int) throws {
        var source = RandomRecords(seed: 8)
        let summary = try summarise(source.batch(500), batchSize: 10)
        var options = ReportOptions()
        options.top = top
        let lines = ReportRenderer.render(summary, options: options).split(
            separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix("Source addresses") })
        let rows = lines[(start + 1)...].prefix { !$0.isEmpty }
        let flows = rows.reduce(0) { sum, row in
            sum + (UInt64(row.dropFirst(40).prefix(10).filter(\.isNumber)) ?? 0)
        }
        #expect(flows == summary.answeredTotal.flows)
        #expect(
            rows.count == min(top, summary.answered.sources.entries.count)
                + (summary.answered.sources.entries.count > top ? 1 : 0))
    }

    @Test func controlCharactersOfFileNamesAreReplaced() throws {
        var header = ReportHeader()
        header.inputs = ["evil\u{1B}]0;title\u{7}.pcap"]
        let text = ReportRenderer.render(try summarise([], batchSize: 1), header: header)
        #expect(!text.contains("\u{1B}") && !text.contains("\u{7}"))
    }

    @Test(
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (9994, "9.99 kB"), (9995, "10.0 kB"), (99_949, "99.9 kB"),
            (99_950, "100 kB"), (999_499, "999 kB"), (999_500, "1.00 MB"), (1_234_567_890, "1.23 GB"),
            (UInt64.max, "18.4 EB"),
        ] as [(UInt64, String)])
    func octets(value: UInt64, expected: String) { #expect(ReadableNumbers.octets(value) == expected) }

    @Test func otherNumbers() {
        #expect(ReadableNumbers.exact(1_234_567) == "1,234,567" && ReadableNumbers.exact(12) == "12")
        #expect(ReadableNumbers.exact(123) == "123" && ReadableNumbers.exact(.max) == "18,446,744,073,709,551,615")
        #expect(ReadableNumbers.count(123_456_789, width: 10) == "123 M")
        #expect(ReadableNumbers.share(1, of: 100_000) == "<0.1 %" && ReadableNumbers.share(1, of: 3) == "33.3 %")
        #expect(ReadableNumbers.span(123) == "0.000000123 s")
        #expect(ReadableNumbers.span(62_003_000_000) == "1 min 02.003 s")
        #expect(ReadableNumbers.span(3_723_000_000_000) == "1 h 02 min 03 s")
        #expect(ReadableNumbers.span(90_061_000_000_000) == "1 d 01 h 01 min")
    }

    @Test func protocolNames() {
        #expect(ServiceNames.protocolIdentifier("TCP") == 6 && ServiceNames.protocolIdentifier("icmpv6") == 58)
        #expect(ServiceNames.protocolIdentifier("255") == 255 && ServiceNames.protocolIdentifier("256") == nil)
        #expect(ServiceNames.protocolIdentifier("+6") == nil && ServiceNames.protocolIdentifier("") == nil)
        for value in UInt8.min ... .max {
            let name: String = ServiceNames.protocolName(value)
            #expect(ServiceNames.protocolIdentifier(name) == value)
        }
    }
}
