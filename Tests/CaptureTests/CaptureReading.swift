import Capture
import Glibc
import NetTypes
import PacketDecode
import Testing

/// Every packet of a source, copied out of its batches.
func readAll(_ source: ReplaySource, capacity: Int = 7) -> [TestPacket] {
    let batch = PacketBatch(capacity: capacity)
    var packets: [TestPacket] = []
    // SAFETY: as many octets as the batch has places for; a source writes every field that it wants to be read.
    func poison() {
        unsafe UnsafeMutableRawPointer(batch.references).initializeMemory(
            as: UInt8.self, repeating: 0xA5, count: capacity * MemoryLayout<PacketReference>.stride)
    }
    poison()
    while source.fill(batch) {
        defer { poison() }
        #expect(batch.count > 0 && batch.count <= capacity)
        for index in 0..<batch.count {
            // SAFETY: index < count, and the octets are valid until the batch is refilled.
            let reference = unsafe batch.references[index]
            #expect(reference.removedTag == 0)
            let octets = unsafe Array(UnsafeBufferPointer(start: reference.bytes, count: Int(reference.capturedLength)))
            packets.append(
                TestPacket(
                    octets: octets, time: reference.timestamp, wireLength: reference.wireLength,
                    linkType: reference.linkType, frameNumber: reference.frameNumber))
        }
    }
    #expect(!source.fill(batch), "a source that has ended must stay ended")
    return packets
}

/// The ways in which the same octets can reach a reader.
enum Reach: CaseIterable {
    case memory, file, singleOctets, smallPieces

    func source(_ octets: [UInt8], filter: String? = nil) throws -> ReplaySource {
        switch self {
        case .memory: return try ReplaySource(octets: octets, filter: filter)
        case .singleOctets: return try ReplaySource(octets: octets, piece: 1, filter: filter)
        case .smallPieces: return try ReplaySource(octets: octets, piece: 37, filter: filter)
        case .file:
            let file = try TemporaryFile(octets)
            // The file may go: what is open stays readable.
            return try ReplaySource(ReplayInput(paths: [file.path], filter: filter))
        }
    }
}

/// A file that is removed with its last reference. An optimised build lets an array go right after its last use: a test
/// that keeps files in one says `defer { withExtendedLifetime(files) {} }`.
final class TemporaryFile {
    let path: String

    init(_ octets: [UInt8], directory: String = "/tmp", name: String? = nil) throws {
        path = "\(directory)/\(name ?? "flowprobe-test-\(getpid())-\(UInt64.random(in: 0 ... .max))")"
        try write(octets)
    }

    func write(_ octets: [UInt8]) throws {
        // SAFETY: C calls on the path and the array during the calls only.
        let descriptor = unsafe open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        var written = 0
        while written < octets.count {
            // SAFETY: the array's octets from `written` on.
            let count = unsafe octets.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), octets.count - written)
            }
            try #require(count > 0)
            written += count
        }
        close(descriptor)
    }

    deinit {
        // SAFETY: the path during the call only.
        _ = unsafe unlink(path)
    }
}
