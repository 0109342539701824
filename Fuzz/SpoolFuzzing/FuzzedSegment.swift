import Foundation
import Spool

/// An input of FuzzSpool: an octet of choices, and a segment file.
struct FuzzedSegment {
    /// The segment file.
    private(set) var octets: [UInt8]
    /// Whether a spool is opened on the file too, and what was recovered is written to another.
    let opensSpool: Bool

    /// Choices of the first octet; the rest of it means nothing.
    private enum Choice {
        /// All checksums are made right, so that what they guard is reached. Otherwise the octets stay as they are.
        static let sealed: UInt8 = 1
        /// What was recovered is written again, and a spool is opened on the file, delivered and opened again.
        static let spool: UInt8 = 2
        /// The header is not in the input, it is this program's own: batches are read as records are in memory.
        static let ownHeader: UInt8 = 4
    }

    /// nil when there is no octet, or too many.
    init?(_ input: [UInt8]) {
        guard let choices = input.first, input.count <= 1 << 16 else { return nil }
        opensSpool = choices & Choice.spool != 0
        octets = (choices & Choice.ownHeader != 0 ? OwnSegment.header : []) + input.dropFirst()
        if choices & Choice.sealed != 0 { seal() }
    }

    /// Makes the checksums of the header and of the batches right, wherever lengths still make them out.
    private mutating func seal() {
        var layout: UInt32?
        var position = 0
        if octets.starts(with: Array("FPSPOOL\0".utf8)), octets.count >= 76 {
            let length = Int(number(12))
            if length >= 76, length <= octets.count {
                let guarded = Array(octets[16..<20] + octets[72..<(length - 4)])
                let checksum = Checksum.of(guarded.span)
                set(20, checksum)
                set(length - 4, Checksum.of(Array(octets[..<(length - 4)]).span))
                (layout, position) = (checksum, length)
            }
        }
        while octets.count - position >= BatchHeader.length {
            guard octets[position...].starts(with: Array("FPBT".utf8)) else {
                position += 1
                continue
            }
            let start = position + BatchHeader.length
            let length = Int(number(position + 24))
            let fits = length <= octets.count - start
            if let layout { set(position + 72, layout) }
            if fits { set(position + 76, Checksum.of(Array(octets[start..<(start + length)]).span)) }
            set(position + 84, Checksum.of(Array(octets[position..<(position + 84)]).span))
            position = fits ? start + length : position + 1
        }
    }

    /// The four octets at `offset`, lowest first.
    private func number(_ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(octets[offset + $1]) << UInt32(8 * $1) }
    }

    private mutating func set(_ offset: Int, _ value: UInt32) {
        for index in 0..<4 { octets[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
    }
}

/// A folder of its own, in memory where that can be, removed with this.
final class MemoryFolder {
    let path: String

    init() {
        let shared = "/dev/shm"
        let root = FileManager.default.isWritableFile(atPath: shared) ? shared : NSTemporaryDirectory()
        path = root + "/fuzz-spool-\(UUID())"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of the first segment.
    var segment: String { path + "/segment-0000000000000001.spool" }
}
