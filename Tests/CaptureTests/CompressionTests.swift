import CCompression
import Capture
import Testing

@Suite struct CompressionTests {
    /// One gzip member.
    private func gzip(_ octets: [UInt8]) throws -> [UInt8] {
        var output = [UInt8](repeating: 0, count: octets.count + octets.count / 100 + 200)
        var stream = unsafe z_stream()
        // SAFETY: zlib's state stays where it is during the closure; the buffers are the arrays' own.
        let count = try unsafe withUnsafeMutablePointer(to: &stream) { state in
            try #require(
                unsafe deflateInit2_(
                    state, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                    Int32(MemoryLayout<z_stream>.size)) == Z_OK)
            var input = octets
            // SAFETY: as above.
            return try unsafe input.withUnsafeMutableBufferPointer { source in
                try unsafe output.withUnsafeMutableBufferPointer { target in
                    // SAFETY: as above.
                    unsafe state.pointee.next_in = source.baseAddress
                    unsafe state.pointee.avail_in = UInt32(source.count)
                    unsafe state.pointee.next_out = target.baseAddress
                    // SAFETY: as above.
                    unsafe state.pointee.avail_out = UInt32(target.count)
                    try #require(unsafe deflate(state, Z_FINISH) == Z_STREAM_END)
                    let rest = unsafe Int(state.pointee.avail_out)
                    // SAFETY: as above.
                    unsafe deflateEnd(state)
                    return target.count - rest
                }
            }
        }
        return Array(output[..<count])
    }

    /// One zstd frame.
    private func zstd(_ octets: [UInt8]) throws -> [UInt8] {
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(octets.count))
        let capacity = output.count
        // SAFETY: the arrays' own buffers during the call.
        let count = unsafe output.withUnsafeMutableBytes { target in
            unsafe octets.withUnsafeBytes { source in
                unsafe ZSTD_compress(target.baseAddress, capacity, source.baseAddress, source.count, 3)
            }
        }
        try #require(ZSTD_isError(count) == 0)
        return Array(output[..<count])
    }

    private let skippable: [UInt8] = [0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]

    private func read(_ octets: [UInt8], capacity: Int = 100) throws -> (ReplaySource, [TestPacket]) {
        let file = try TemporaryFile(octets)
        let source = try ReplaySource(ReplayInput(paths: [file.path]))
        return (source, readAll(source, capacity: capacity))
    }

    @Test func gzipInOneAndManyMembers() throws {
        let packets = testPackets(30_000)
        let whole = PcapVariant().file(packets)
        let pieces = try [whole[..<10], whole[10..<70_000], whole[70_000...]].flatMap { try gzip(Array($0)) }
        for compressed in [try gzip(whole), pieces, pieces + [UInt8](repeating: 0, count: 1000)] {
            let (source, packetsRead) = try read(compressed)
            #expect(packetsRead == packets)
            #expect(source.summaries[0].damageCount == 0, "\(source.summaries[0].damages)")
            #expect(source.summaries[0].compression == .gzip)
            #expect(source.progress.octetsConsumed == UInt64(compressed.count))
        }
    }

    @Test func zstdInOneAndManyFrames() throws {
        let packets = testPackets(30_000)
        let whole = PcapVariant(bigEndian: true).file(packets)
        let pieces = try zstd(Array(whole[..<33])) + skippable + zstd(Array(whole[33...]))
        for compressed in [try zstd(whole), pieces, skippable + pieces + skippable] {
            let (source, packetsRead) = try read(compressed)
            #expect(packetsRead == packets)
            #expect(source.summaries[0].damageCount == 0, "\(source.summaries[0].damages)")
            #expect(source.summaries[0].compression == .zstd)
        }
    }

    @Test func pcapngInside() throws {
        let (octets, packets, _) = richPcapng(testPackets(400))
        #expect(try read(try gzip(octets)).1 == packets)
        #expect(try read(try zstd(octets)).1 == packets)
    }

    /// Of cut or damaged compressed data, what comes before is used.
    @Test func cutCompressedData() throws {
        let packets = testPackets(300)
        let whole = PcapVariant().file(packets)
        for compressed in [try gzip(whole), try zstd(whole)] {
            for length in stride(from: 1, to: compressed.count, by: 7) {
                let file = try TemporaryFile(Array(compressed[..<length]))
                guard let source = try? ReplaySource(ReplayInput(paths: [file.path])) else { continue }
                let packetsRead = readAll(source)
                #expect(packetsRead == Array(packets.prefix(packetsRead.count)))
                #expect(source.summaries[0].damageCount > 0, "cut at \(length)")
            }
        }
    }

    @Test func garbageAfterGzipIsDamage() throws {
        let packets = testPackets(30)
        let (source, packetsRead) = try read(try gzip(PcapVariant().file(packets)) + [1, 2, 3])
        #expect(packetsRead == packets)
        #expect(source.summaries[0].damageCount == 1)
    }

    @Test func whatIsInsideMustBeACapture() throws {
        #expect(throws: CaptureError.self) { try read(try gzip(Array("hello, this is not a capture".utf8))) }
        #expect(throws: CaptureError.self) { try read(try zstd([])) }
        #expect(throws: CaptureError.self) { try read([0x1f, 0x8b, 8, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]) }
    }
}
