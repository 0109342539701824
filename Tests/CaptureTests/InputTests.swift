import Capture
import Foundation
import Glibc
import PacketDecode
import Testing

@Suite struct InputTests {
    @Test func errorsNameTheFileAndSayWhatToDo() throws {
        #expect(throws: CaptureError.noPaths) { try ReplaySource(ReplayInput(paths: [])) }
        let missing = ReplayInput(paths: ["/tmp/flowprobe-there-is-no-such-file"])
        #expect(throws: CaptureError.unreadable(path: missing.paths[0], reason: "No such file or directory")) {
            try ReplaySource(missing)
        }
        let empty = try TemporaryFile([])
        #expect(throws: CaptureError.empty(path: empty.path)) { try ReplaySource(ReplayInput(paths: [empty.path])) }
        let text = try TemporaryFile(Array("this is a text, and not a capture".utf8))
        let error = try #require(throws: CaptureError.self) { try ReplaySource(ReplayInput(paths: [text.path])) }
        #expect(error == .notACapture(path: text.path, found: "74 68 69 73 20 69 73 20"))
        #expect(error.description.contains("pcapng"))
        #expect(!error.isUsage)
        #expect(throws: CaptureError.self) { try ReplaySource(octets: [0xd4, 0xc3]) }
    }

    @Test func aHeaderAloneIsACaptureWithoutPackets() throws {
        for reach in Reach.allCases {
            let source = try reach.source(PcapVariant().header())
            #expect(readAll(source).isEmpty)
            #expect(source.summaries[0].damageCount == 0)
            #expect(source.summaries[0].firstTime == nil)
        }
    }

    @Test func aFolderIsItsCapturesByName() throws {
        let folder = "/tmp/flowprobe-folder-\(getpid())"
        // SAFETY: C calls on paths during the calls only.
        try #require(unsafe mkdir(folder, 0o700) == 0)
        defer { _ = unsafe rmdir(folder) }
        #expect(throws: CaptureError.noCaptures(folder: folder)) { try ReplaySource(ReplayInput(paths: [folder])) }
        let packets = testPackets(30)
        let files = try [
            TemporaryFile(PcapVariant().file(Array(packets[10..<20])), directory: folder, name: "b.pcap"),
            TemporaryFile(PcapVariant().file(Array(packets[..<10])), directory: folder, name: "c.dump"),
            TemporaryFile(PcapVariant().file(Array(packets[20...])), directory: folder, name: "a.pcap"),
            TemporaryFile(Array("notes, and no capture at all".utf8), directory: folder, name: "README"),
            TemporaryFile([], directory: folder, name: "empty.pcap"),
        ]
        let source = try ReplaySource(ReplayInput(paths: [folder + "/"]))
        #expect(readAll(source) == packets)
        #expect(source.summaries.map { $0.path } == ["a.pcap", "b.pcap", "c.dump"].map { folder + "/" + $0 })
        #expect(files.count == 5)
    }

    /// A pipe, named and as standard input.
    @Test(arguments: [false, true])
    func pipesAreRead(_ asStandardInput: Bool) throws {
        let packets = testPackets(5000)
        let octets = PcapVariant().file(packets)
        let path = "/tmp/flowprobe-pipe-\(getpid())-\(asStandardInput)"
        // SAFETY: C calls on the path during the calls only.
        try #require(unsafe mkfifo(path, 0o600) == 0)
        defer { _ = unsafe unlink(path) }
        // A thread and no task: it blocks, and the pool that tasks share has two threads here.
        Thread.detachNewThread {
            // SAFETY: as above. Opening waits for the reader.
            let descriptor = unsafe open(path, O_WRONLY)
            var written = 0
            while written < octets.count {
                // SAFETY: the array's octets from `written` on, in pieces of every size.
                let count = unsafe octets.withUnsafeBytes {
                    unsafe write(
                        descriptor, $0.baseAddress?.advanced(by: written),
                        min(octets.count - written, 1 + written % 5000))
                }
                if count <= 0 { break }
                written += count
            }
            close(descriptor)
        }
        var kept: Int32 = -1
        if asStandardInput {
            kept = dup(STDIN_FILENO)
            // SAFETY: as above.
            let descriptor = unsafe open(path, O_RDONLY)
            dup2(descriptor, STDIN_FILENO)
            close(descriptor)
        }
        let source = try ReplaySource(ReplayInput(paths: [asStandardInput ? "-" : path]))
        #expect(source.progress.totalOctets == nil)
        #expect(readAll(source, capacity: 64) == packets)
        #expect(source.progress.octetsConsumed == UInt64(octets.count))
        if asStandardInput {
            dup2(kept, STDIN_FILENO)
            close(kept)
        }
    }

    /// A file that loses its end while it is read costs what was there, and not the process.
    @Test func aShrinkingFile() throws {
        let packets = testPackets(3)
        var octets = PcapVariant().header()
        let some = packets.flatMap { PcapVariant().record($0) }
        while octets.count < 24 << 20 { octets += some }
        let file = try TemporaryFile(octets)
        let source = try ReplaySource(ReplayInput(paths: [file.path]))
        let batch = PacketBatch(capacity: 1000)
        #expect(source.fill(batch))
        // SAFETY: the path during the call only.
        #expect(unsafe truncate(file.path, 9 << 20) == 0)
        var packetsRead = batch.count
        var sum = 0
        while source.fill(batch) {
            packetsRead += batch.count
            for index in 0..<batch.count {
                // SAFETY: index < count; the octets are valid until the batch is refilled.
                let packet = unsafe batch.references[index]
                sum += unsafe Int(packet.bytes[Int(packet.capturedLength) - 1])
            }
        }
        let sound = ((9 << 20) - 24) / some.count * 3
        #expect(packetsRead >= sound)
        #expect(sum > 0)
        #expect(source.summaries[0].damages.contains { $0.kind == .shrank }, "\(source.summaries[0].damages)")
    }

    @Test func aLargeFileReadsTheSameInBatchesOfAnySize() throws {
        let packets = testPackets(2000)
        var octets = PcapVariant().header()
        let some = packets.flatMap { PcapVariant().record($0) }
        let rounds = (12 << 20) / some.count
        for _ in 0..<rounds { octets += some }
        let file = try TemporaryFile(octets)
        for capacity in [100, 1024, 100_000] {
            let source = try ReplaySource(ReplayInput(paths: [file.path]))
            let batch = PacketBatch(capacity: capacity)
            var count = 0
            var sum = 0
            var misnumbered = 0
            while source.fill(batch) {
                for index in 0..<batch.count {
                    // SAFETY: index < count; the octets are valid until the batch is refilled.
                    let packet = unsafe batch.references[index]
                    if packet.frameNumber != UInt64(count + index + 1) { misnumbered += 1 }
                    sum += unsafe Int(packet.bytes[0])
                }
                count += batch.count
            }
            #expect(count == rounds * 2000)
            #expect(misnumbered == 0)
            #expect(sum == rounds * packets.reduce(0) { $0 + Int($1.octets[0]) })
            #expect(source.summaries[0].damageCount == 0)
        }
    }

    @Test func linkTypesHaveNames() {
        #expect(linkTypeText(1) == "1 (Ethernet)")
        #expect(linkTypeText(276).contains("cooked"))
        #expect(linkTypeText(281) == "281 (DSA tag, Broadcom)" && linkTypeText(284) == "284 (DSA tag, Marvell)")
        #expect(linkTypeText(9999) == "9999")
    }
}
