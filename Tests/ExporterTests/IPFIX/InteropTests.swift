import Exporter
import FlowTable
import Foundation
import NetTypes
import Testing

/// Other people's readers read our exports on loopback and agree on records, packets and octets.
///
/// They need the programs that `scripts/bootstrap` installs; a test whose program is missing says so and is counted as
/// skipped.
@Suite(.serialized) struct InteropTests {
    struct Totals: Decodable, Equatable {
        var flows: UInt64 = 0
        var packets: UInt64 = 0
        var octets: UInt64 = 0
    }

    static let records = syntheticRecords(3000)

    static func expected(uniflow: Bool) -> Totals {
        var totals = Totals()
        for record in records {
            totals.packets += record.packetsForward + record.packetsReverse
            totals.octets += record.octetsForward + record.octetsReverse
        }
        return totals
    }

    /// Exports to a reader that `scripts/interop` runs; returns what it saw and what was sent.
    static func exchange(_ reader: String, uniflow: Bool) throws -> (Totals, IPFIXStatistics) {
        let process = Process()
        process.executableURL = ElementDocumentationTests.root.appendingPathComponent("scripts/interop")
        process.arguments = [reader]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        defer { process.waitUntilExit() }
        let endpoint = try ExportEndpoint(parsing: line(output.fileHandleForReading))
        var options = IPFIXOptions()
        options.uniflow = uniflow
        options.observationPoints = [.init(id: 1, interfaceName: "synthetic")]
        let sink: IPFIXSink =
            endpoint.transport == .udp
            ? try IPFIXUDPSink(endpoint: endpoint, options: options)
            : try IPFIXTCPSink(endpoint: endpoint, options: options)
        try sink.consume(records.span, packetClock: syntheticEpoch + 10 * nanosecondsPerSecond)
        try sink.finish(packetClock: syntheticEpoch + 20 * nanosecondsPerSecond)
        try input.fileHandleForWriting.write(contentsOf: Data("sent\n".utf8))
        let totals = try JSONDecoder().decode(Totals.self, from: Data(line(output.fileHandleForReading).utf8))
        return (totals, sink.statistics)
    }

    private static func line(_ handle: FileHandle) throws -> String {
        var text = Data()
        while let octet = try handle.read(upToCount: 1), !octet.isEmpty, octet != Data("\n".utf8) { text += octet }
        return String(decoding: text, as: UTF8.self)
    }

    @Test(
        .enabled(if: Program.exists("nfcapd") && Program.exists("nfdump"), "nfdump is missing: run scripts/bootstrap"),
        .timeLimit(.minutes(10)), arguments: [false, true])
    func nfdumpReadsDatagrams(uniflow: Bool) throws {
        let (seen, sent) = try Self.exchange("nfdump", uniflow: uniflow)
        var expected = Self.expected(uniflow: uniflow)
        expected.flows = sent.records
        #expect(seen == expected)
        #expect(sent.refusals == 0)
    }

    /// nfacctd adds up records of equal key and time, and reads one direction: uniflow output.
    @Test(
        .enabled(if: Program.exists("nfacctd"), "pmacct is missing: run scripts/bootstrap"), .timeLimit(.minutes(10)))
    func nfacctdReadsUniflowDatagrams() throws {
        let (seen, sent) = try Self.exchange("nfacctd", uniflow: true)
        let expected = Self.expected(uniflow: true)
        #expect(seen.packets == expected.packets)
        #expect(seen.octets == expected.octets)
        #expect(seen.flows <= sent.records && seen.flows > sent.records * 9 / 10)
    }

    @Test(
        .enabled(if: Program.pythonIPFIX, "python3-ipfix is missing: run scripts/bootstrap"), .timeLimit(.minutes(10)),
        arguments: [false, true])
    func pythonReadsAConnection(uniflow: Bool) throws {
        let (seen, sent) = try Self.exchange("python3-ipfix", uniflow: uniflow)
        var expected = Self.expected(uniflow: uniflow)
        expected.flows = sent.records
        #expect(seen == expected)
    }

    @Test(
        .enabled(if: Program.exists("tshark"), "tshark is missing: run scripts/bootstrap"), .timeLimit(.minutes(10)),
        arguments: [false, true])
    func tsharkReadsAConnection(uniflow: Bool) throws {
        let (seen, sent) = try Self.exchange("tshark", uniflow: uniflow)
        var expected = Self.expected(uniflow: uniflow)
        expected.flows = sent.records
        #expect(seen == expected)
    }

    /// libfixbuf reads the file whole, and any prefix as far as it goes.
    @Test(
        .enabled(if: Program.exists("ipfixDump"), "libfixbuf-tools is missing: run scripts/bootstrap"),
        .timeLimit(.minutes(10)), arguments: ElementSet.allCases)
    func ipfixDumpReadsFilesWholeAndCut(elements: ElementSet) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("flowprobe-\(UUID().uuidString).ipfix")
        defer { try? FileManager.default.removeItem(at: path) }
        var options = IPFIXOptions()
        options.elements = elements
        options.messageOctets = 2048
        let sink = try IPFIXFileSink(path: path.path, options: options)
        let records = Array(Self.records.prefix(400))
        try sink.consume(records.span, packetClock: syntheticEpoch)
        try sink.finish(packetClock: syntheticEpoch)
        let octets = [UInt8](try Data(contentsOf: path))
        let (whole, errors) = try Self.dump(path.path)
        #expect(whole.records == Int(sink.statistics.records))
        #expect(whole.packets == records.reduce(0) { $0 + $1.packetsForward + $1.packetsReverse })
        #expect(errors == "")
        // Cut at 50 places: what is whole is read, and the reader ends in good order.
        let milestones = try Self.milestones(octets)
        var random = Seeded(state: 50)
        for _ in 0..<50 {
            let cut = Int.random(in: 0..<octets.count, using: &random)
            try Data(octets[..<cut]).write(to: path)
            let part = try Self.dump(path.path).0
            #expect(part.signal == false)
            let whole = milestones.last { $0.end <= cut }?.records ?? 0
            #expect(part.records == whole, "cut at \(cut)")
        }
    }

    struct Dump {
        var records = 0
        var packets: UInt64 = 0
        var signal = false
    }

    private static func dump(_ path: String) throws -> (Dump, String) {
        let result = try Program.run(Program.path("ipfixDump") ?? "", ["--in", path, "--data"])
        var dump = Dump()
        dump.signal = result.status > 1
        for line in result.output.split(separator: "\n") {
            if line.contains("packetDeltaCount"), !line.contains("everse") { dump.records += 1 }
            if line.contains("acketDeltaCount"), let value = line.split(separator: " ").last.flatMap({ UInt64($0) }) {
                dump.packets += value
            }
        }
        return (dump, result.errors)
    }

    /// Ends of messages, and the flow records up to there.
    private static func milestones(_ octets: [UInt8]) throws -> [(end: Int, records: Int)] {
        var reader = IPFIXReader()
        var (end, records) = (0, 0)
        return try reader.read(octets).map { message in
            end += message.length
            records += message.records.filter { !$0.isOptions }.count
            return (end, records)
        }
    }
}
