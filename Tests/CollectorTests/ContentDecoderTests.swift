import Collector
import Foundation
import Testing

/// Bodies packed by gzip(1) and zstd(1), and what is none.
@Suite struct ContentDecoderTests {
    private static let text = Array(String(repeating: "flow after flow, ", count: 20_000).utf8)

    private static func packed(_ octets: [UInt8], by tool: String) throws -> [UInt8] {
        let file = FileManager.default.temporaryDirectory.appending(path: "body-\(UUID())")
        try Data(octets).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/\(tool)")
        process.arguments = ["-c", file.path()]
        let pipe = Pipe()
        (process.standardOutput, process.standardInput) = (pipe, FileHandle.nullDevice)
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Array(data)
    }

    /// What comes out, in pieces of `length`; nil when it is not packed so.
    private static func unpack(
        _ octets: [UInt8], _ coding: ContentDecoder.Coding, length: Int
    ) throws -> (octets: [UInt8], isWhole: Bool)? {
        let decoder = try #require(ContentDecoder(coding))
        var found: [UInt8] = []
        for start in stride(from: 0, to: octets.count, by: length) {
            let isPacked = decoder.decode(Array(octets[start..<min(octets.count, start + length)])) { piece in
                #expect(piece.count <= max(65_536, coding == .identity ? length : 0))
                found += piece
                return true
            }
            guard isPacked else { return nil }
        }
        return (found, decoder.isWhole)
    }

    @Test(arguments: ContentDecoder.Coding.allCases) func unpacksHoweverItIsCut(coding: ContentDecoder.Coding) throws {
        let packed = coding == .identity ? Self.text : try Self.packed(Self.text, by: coding.rawValue)
        for length in [1, 7, 1000, packed.count] {
            let found = try #require(try Self.unpack(packed, coding, length: length))
            #expect(found.isWhole && found.octets == Self.text)
        }
        guard coding != .identity else { return }
        // One after another is one body.
        let twice = try #require(try Self.unpack(packed + packed, coding, length: 1000))
        #expect(twice.isWhole && twice.octets == Self.text + Self.text)
        let cut = try Self.unpack(packed.dropLast(1), coding, length: 1000)
        #expect(cut?.isWhole == false)
        for nonsense in [Array("nonsense".utf8) + packed, packed + Array("nonsense behind it".utf8)] {
            #expect(try Self.unpack(nonsense, coding, length: 1000) == nil)
        }
        #expect(try #require(ContentDecoder(coding)).isWhole == false, "nothing is no packed body")
    }

    /// Sizes that fill what is given out at once to the last octet.
    @Test(arguments: [ContentDecoder.Coding.gzip, .zstd]) func fullPieces(coding: ContentDecoder.Coding) throws {
        for size in [65_535, 65_536, 65_537, 131_072, 196_608] {
            let octets = Array(Self.text.prefix(size))
            let packed = try Self.packed(octets, by: coding.rawValue)
            for length in [1000, packed.count] {
                let found = try #require(try Self.unpack(packed, coding, length: length))
                #expect(found.isWhole && found.octets == octets, "\(size) octets, \(length) at once")
            }
        }
    }

    /// Whoever takes no more is not given more: a body of nothing but zeros cannot fill memory.
    @Test(arguments: [ContentDecoder.Coding.gzip, .zstd]) func stopsWhenToldTo(coding: ContentDecoder.Coding) throws {
        let packed = try Self.packed([UInt8](repeating: 0, count: 1 << 24), by: coding.rawValue)
        #expect(packed.count < 20_000)
        let decoder = try #require(ContentDecoder(coding))
        var octets = 0
        _ = decoder.decode(packed) { piece in
            octets += piece.count
            return octets < 100_000
        }
        #expect((100_000...165_536).contains(octets))
    }

    /// A window of 128 MiB, which zstd --long makes, is more than a body may ask for (RFC 9659).
    @Test func largeWindowsAreRefused() throws {
        // A frame's head with a window of 2^27 octets and no size (RFC 8878 section 3.1.1.1), and an empty block.
        let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 17 << 3, 0x01, 0x00, 0x00]
        #expect(try Self.unpack(frame, .zstd, length: 9) == nil)
        let small: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 13 << 3, 0x01, 0x00, 0x00]
        #expect(try #require(try Self.unpack(small, .zstd, length: 9)).isWhole)
    }
}
