import Exporter
import FlowTable
import Foundation
import Glibc
import NetTypes
import Testing

/// IPFIX files: their names, that they are whole, and what a killed run leaves.
@Suite struct FileTests {
    private let folder: URL
    private let clock = syntheticEpoch

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "files-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted() }
    }

    /// Flows in a file, by the tests' own reader, to which it is a session of its own.
    private func records(_ name: String) throws -> Int {
        let octets = [UInt8](try Data(contentsOf: folder.appending(path: name)))
        var reader = IPFIXReader()
        let records = try reader.read(octets).flatMap(\.records).filter { !$0.isOptions }
        return Set(records.compactMap { $0.number(148) }).count
    }

    @Test(arguments: [
        ("a.ipfix", "a.ipfix", FileDestination.Rotation.never), ("file:a", "a", .never),
        ("file:///var/a.ipfix?rotate=300", "/var/a.ipfix", .seconds(300)),
        ("file:a?rotate=604800", "a", .seconds(604_800)),
        ("a?rotate=1", "a?rotate=1", .never), ("file:/a b?rotate=1MiB", "/a b", .octets(1 << 20)),
        ("file:a?rotate=2GB", "a", .octets(2_000_000_000)), ("file:a?rotate=1TiB", "a", .octets(1 << 40)),
    ])
    func parses(text: String, path: String, rotation: FileDestination.Rotation) throws {
        #expect(try FileDestination(parsing: text) == FileDestination(path: path, rotation: rotation))
    }

    @Test(arguments: [
        "file:", "file:-", "file:?rotate=1", "file:a?", "file:a?rotate=", "file:a?rotate=0", "file:a?rotate=604801",
        "file:a?rotate=-1", "file:a?rotate=1kB", "file:a?rotate=1023KiB", "file:a?rotate=2TiB", "file:a?rotate=1 MiB",
        "file:a?rotate=99999999999999999999", "file:a?rotate=9999999999999TiB", "file:a?keep=1",
        "file:a?rotate=1&rotate=2",
        "file:a?rotate=١",
    ])
    func refusesWithASentence(text: String) {
        let error = #expect(throws: ExportError.self) { try FileDestination(parsing: text) }
        #expect(error?.description.contains("\"\(text)\"") == true)
        #expect(error?.description.hasSuffix(".") == true)
    }

    @Test(arguments: [
        ("/a.b/flows.ipfix", 1, "/a.b/flows-19700101T000100Z.ipfix"), ("flows", 2, "flows-19700101T000100Z-2"),
        ("/a.b/flows", 1, "/a.b/flows-19700101T000100Z"), (".flows", 3, ".flows-19700101T000100Z-3"),
        ("a.tar.gz", 1, "a.tar-19700101T000100Z.gz"),
    ])
    func pieces(path: String, number: Int, expected: String) {
        #expect(FileDestination(path: path).piece(60_000_000_000, number: number) == expected)
    }

    /// The name stands for the whole file, and for the one before until then.
    @Test func aFileAppearsWhole() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("old".utf8).write(to: folder.appending(path: "a.ipfix"))
        let sink = try IPFIXFileSink(path: path("a.ipfix"))
        try sink.consume(syntheticRecords(100).span, packetClock: clock)
        try sink.flush()
        #expect(try names == ["a.ipfix", "a.ipfix.part"])
        #expect(try Data(contentsOf: folder.appending(path: "a.ipfix")) == Data("old".utf8))
        // Nobody else writes there meanwhile.
        let error = #expect(throws: ExportError.self) { try IPFIXFileSink(path: path("a.ipfix")) }
        #expect(error?.description.contains("another process") == true)
        try sink.finish(packetClock: clock)
        #expect(try names == ["a.ipfix"])
        #expect(try records("a.ipfix") == 100)
        #expect(sink.openingNote == nil)
    }

    /// Each period has a file of its own that can be read by itself; a period without records has none.
    @Test func rotatesByTime() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let sink = try IPFIXFileSink(
            FileDestination(parsing: "file:\(path("f.ipfix"))?rotate=60"))
        let start = clock - clock % (60 * nanosecondsPerSecond)
        for (second, count) in [(0, 10), (59, 20), (60, 30), (61, 40), (185, 50)] {
            try sink.consume(syntheticRecords(count).span, packetClock: start + Int64(second) * nanosecondsPerSecond)
        }
        try sink.finish(packetClock: start + 186 * nanosecondsPerSecond)
        let expected = [0, 60, 180].map {
            FileDestination(path: "f.ipfix").piece(start + $0 * nanosecondsPerSecond)
        }
        #expect(try names == expected)
        // Flows of one call have the same ids as those of the next.
        #expect(try expected.map { try records($0) } == [20, 40, 50])
        #expect(sink.statistics.records >= 150 && sink.statistics.sessions == 3)
    }

    @Test func rotatesBySize() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let destination = try FileDestination(parsing: "file:\(path("f.ipfix"))?rotate=1MiB")
        for _ in 0..<2 {
            let sink = try IPFIXFileSink(destination)
            try sink.consume(syntheticRecords(30_000).span, packetClock: clock)
            try sink.finish(packetClock: clock)
        }
        let names = try names
        #expect(names.count >= 4 && Set(names).count == names.count)
        #expect(try names.map { try records($0) }.reduce(0, +) == 60_000)
        #expect(names.filter { $0.contains("Z-2") }.count == 1)
        for name in names {
            #expect(try Data(contentsOf: folder.appending(path: name)).count < 2 << 20, "\(name)")
        }
    }

    /// A quiet network's file appears when its time is over.
    @Test func theHostsClockEndsALiveFile() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let sink = try IPFIXFileSink(
            FileDestination(parsing: "file:\(path("f.ipfix"))?rotate=1"), isLive: true)
        try sink.consume(syntheticRecords(5).span, packetClock: HostClock.timeOfDay)
        usleep(1_100_000)
        try sink.flush()
        let names = try names
        #expect(names.count == 2 && names[1] == "f.ipfix.part")
        #expect(try records(names[0]) == 5)
        try sink.finish(packetClock: HostClock.timeOfDay)
    }

    /// What a killed run left is cut to whole messages and keeps what it has, wherever it was cut off.
    @Test(arguments: ["", "?rotate=60"]) func aTornFileIsCompleted(rotation: String) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var options = IPFIXOptions()
        options.messageOctets = 1000
        let whole = try IPFIXFileSink(path: path("whole"), options: options)
        try whole.consume(syntheticRecords(40).span, packetClock: clock)
        try whole.finish(packetClock: clock)
        let octets = [UInt8](try Data(contentsOf: folder.appending(path: "whole")))
        try FileManager.default.removeItem(atPath: path("whole"))
        var seen: Set<Int> = []
        // Some sixty places, seldom at the end of a message.
        for length in stride(from: 0, to: octets.count, by: octets.count / 61) {
            try Data(octets[..<length]).write(to: folder.appending(path: "f.ipfix.part"))
            let sink = try IPFIXFileSink(FileDestination(parsing: "file:\(path("f.ipfix"))\(rotation)"))
            let left = try names.filter { $0 != "f.ipfix.part" }
            if sink.openingNote == nil {
                #expect(left.isEmpty && length < 1000)
            } else {
                #expect(sink.openingNote?.contains("octets of whole messages") == true)
                #expect(left.count == 1)
                #expect(rotation.isEmpty == (left.first == "f.ipfix.unfinished"))
                seen.insert(try records(left[0]))
            }
            for name in try names { try FileManager.default.removeItem(atPath: path(name)) }
        }
        #expect(seen.count > 3 && seen.max() ?? 0 > 30)
    }

    /// What is no IPFIX at all costs nothing but itself.
    @Test func rubbishIsNotKept() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for rubbish in [[0, 10, 0, 15], [0, 10, 0, 0], [0, 9, 0, 16]] as [[UInt8]] {
            try Data(rubbish + [UInt8](repeating: 0, count: 40)).write(to: folder.appending(path: "a.part"))
            let sink = try IPFIXFileSink(path: path("a"))
            #expect(sink.openingNote == nil)
            try sink.finish(packetClock: clock)
            #expect(try names == ["a"])
            #expect(try records("a") == 0)
        }
    }

    @Test func aPipeIsWrittenToAsItIs() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        // SAFETY: a string that the call only reads.
        let isMade = unsafe mkfifo(path("pipe"), 0o600) == 0
        #expect(isMade)
        // Open at this end first, so that the other does not wait; small enough for what a pipe holds.
        // SAFETY: as above.
        let end = unsafe open(path("pipe"), O_RDONLY | O_NONBLOCK)
        let sink = try IPFIXFileSink(path: path("pipe"))
        try sink.consume(syntheticRecords(7).span, packetClock: clock)
        try sink.finish(packetClock: clock)
        #expect(try names == ["pipe"])
        defer { close(end) }
        var octets = [UInt8](repeating: 0, count: 1 << 16)
        // SAFETY: room for as many octets as are asked for.
        let count = unsafe read(end, &octets, octets.count)
        var reader = IPFIXReader()
        let flows = try reader.read(Array(octets.prefix(max(0, count)))).flatMap(\.records).filter { !$0.isOptions }
        #expect(Set(flows.compactMap { $0.number(148) }).count == 7)
    }
}
