import NetTypes
import PacketDecode

/// One open input: its octets, the reader of its format, and what is known about it.
final class CaptureInput {
    /// Where the octets come from.
    private enum Origin {
        case plain(PlainFile)
        case stream(StreamFile)
        case memory([UInt8])
    }

    /// Octets needed to tell what a file is: the classic pcap header.
    private static let sniffedOctets = 24
    private static let gzipMagic: [UInt8] = [0x1f, 0x8b]
    private static let zstdMagic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

    let path: String
    /// Size of what is stored; nil when that cannot be told.
    let size: UInt64?
    /// Whether the input can be closed and opened again.
    let isRegularFile: Bool
    let compression: Compression
    let damages: DamageLog
    let reader: any RecordReader
    private let origin: Origin
    private var memoryPosition = 0
    private var memoryEnded = false
    private var reportedOctets: UInt64 = 0

    /// Opens a file, or standard input for "-".
    init(path: String, observationPoint: UInt8, interrupt: ReadInterrupt? = nil) throws(CaptureError) {
        let file = try OpenFile(path: path)
        self.path = path
        size = file.size
        isRegularFile = file.size != nil
        damages = DamageLog(path: path)

        let stored = DescriptorStream(file, interrupt: interrupt)
        var head = try Self.head(of: stored, path: path)
        if head.isEmpty { throw .empty(path: path) }
        let again = PrefixedStream(head, stored)
        var stream: any ByteStream = again
        if head.starts(with: Self.gzipMagic) {
            compression = .gzip
            stream = GzipStream(again)
        } else if head.starts(with: Self.zstdMagic) || Self.isSkippableFrame(head) {
            compression = .zstd
            stream = ZstdStream(again)
        } else {
            compression = .none
        }
        if compression != .none {
            let inner = try Self.head(of: stream, path: path)
            if inner.isEmpty {
                if case .compression(let reason)? = stream.failure {
                    throw .unreadable(path: path, reason: reason)
                }
                throw .empty(path: path)
            }
            stream = PrefixedStream(inner, stream)
            head = inner
        }
        guard let reader = Self.reader(head, observationPoint, damages) else {
            throw .notACapture(path: path, found: Self.shown(head))
        }
        self.reader = reader
        if compression == .none, let size = file.size {
            origin = .plain(PlainFile(file, size: size, reader: reader, damages: damages))
        } else {
            origin = .stream(StreamFile(stream, reader: reader, damages: damages, interrupt: interrupt))
        }
    }

    /// An input in memory: for tests and fuzzing. With `piece`, it is read as a stream that gives so many octets at a
    /// time; else it is walked in place.
    init(octets: [UInt8], name: String, piece: Int?) throws(CaptureError) {
        path = name
        size = UInt64(octets.count)
        isRegularFile = false
        compression = .none
        damages = DamageLog(path: name)
        if octets.isEmpty { throw .empty(path: name) }
        let head = Array(octets.prefix(Self.sniffedOctets))
        guard let reader = Self.reader(head, 0, damages) else {
            throw .notACapture(path: name, found: Self.shown(head))
        }
        self.reader = reader
        origin =
            if let piece {
                .stream(StreamFile(MemoryStream(octets, piece: piece), reader: reader, damages: damages))
            } else {
                .memory(octets)
            }
    }

    /// Empties the batch and fills it with the next packets; false when there are none left.
    func fill(_ batch: PacketBatch) -> Bool {
        batch.count = 0
        var goesOn = true
        while batch.count == 0 && goesOn {
            switch origin {
            case .plain(let file): goesOn = file.step(batch)
            case .stream(let file): goesOn = file.step(batch)
            case .memory(let octets): goesOn = stepMemory(octets, batch)
            }
        }
        return batch.count > 0
    }

    /// Copies the packets' octets into the batch's storage, since an array does not keep its address.
    private func stepMemory(_ octets: [UInt8], _ batch: PacketBatch) -> Bool {
        guard !memoryEnded else { return false }
        // SAFETY: one storage for the whole array; it is filled before packets point into it.
        let storage = unsafe batch.storage(atLeast: max(1, octets.count - memoryPosition))
        guard let base = storage.baseAddress else { return false }
        unsafe storage.copyBytes(from: octets[memoryPosition...])
        // SAFETY: exactly these octets were just copied.
        var window = unsafe CaptureWindow(
            base: UnsafeRawPointer(base), count: octets.count - memoryPosition, offset: UInt64(memoryPosition),
            atEnd: true)
        let stop = reader.walk(&window, into: batch)
        memoryPosition += window.position
        memoryEnded = stop == .ended
        return !memoryEnded
    }

    /// Octets used since the last call, for the progress.
    func newlyConsumed() -> UInt64 {
        let octets: UInt64 =
            switch origin {
            case .plain(let file): file.octetsConsumed
            case .stream(let file): file.octetsConsumed
            case .memory: UInt64(memoryPosition)
            }
        defer { reportedOctets = octets }
        return octets - min(octets, reportedOctets)
    }

    /// What is known so far, with the packets counted by `tally`.
    func summary(_ tally: InputTally, filtered: UInt64) -> InputSummary {
        InputSummary(
            path: path, format: reader.format, compression: compression, packets: tally.packets,
            capturedOctets: tally.capturedOctets, packetsFiltered: filtered,
            firstTime: tally.packets > 0 ? tally.earliest : nil, lastTime: tally.packets > 0 ? tally.latest : nil,
            interfaces: reader.interfaces, damages: damages.entries, damageCount: damages.count,
            octetsSkipped: damages.octetsSkipped)
    }

    // MARK: What it is

    private static func head(of stream: any ByteStream, path: String) throws(CaptureError) -> [UInt8] {
        var head: [UInt8] = []
        while head.count < sniffedOctets {
            var buffer = [UInt8](repeating: 0, count: sniffedOctets - head.count)
            // SAFETY: the array's own octets, during the call only.
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe stream.read(into: $0) }
            if count == 0 { break }
            head += buffer[0..<count]
        }
        if case .unreadable(let reason)? = stream.failure { throw .unreadable(path: path, reason: reason) }
        return head
    }

    private static func isSkippableFrame(_ head: [UInt8]) -> Bool {
        head.count >= 4 && head[0] & 0xf0 == 0x50 && head[1...3].elementsEqual([0x2a, 0x4d, 0x18])
    }

    private static func reader(_ head: [UInt8], _ point: UInt8, _ damages: DamageLog) -> (any RecordReader)? {
        func field(_ offset: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(head[offset + $1]) << UInt32($1 * 8) }
        }
        guard head.count >= 12 else { return nil }
        if field(0) == PcapngBlock.section {
            let magic = field(8)
            guard magic == PcapngBlock.byteOrderMagic || magic.byteSwapped == PcapngBlock.byteOrderMagic else {
                return nil
            }
            return PcapngReader(observationPoint: point, damages: damages)
        }
        guard head.count >= PcapHeader.octets, let header = PcapHeader({ field($0) }) else { return nil }
        return PcapReader(header: header, observationPoint: point, damages: damages)
    }

    private static func shown(_ head: [UInt8]) -> String {
        let digits = head.prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        return digits.joined(separator: " ")
    }
}
