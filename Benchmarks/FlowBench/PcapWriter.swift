import Glibc
import NetTypes

/// Writes a classic pcap file (microseconds, little-endian, Ethernet) through one large buffer.
struct PcapWriter: ~Copyable {
    private static let bufferLength = 8 << 20
    private static let recordHeader = 16
    /// Writes are whole multiples of this, so that the page cache holds the file in large pieces: how a capture that was
    /// copied or read from disk lies there too. Small pieces make reading it several times dearer, for any reader.
    private static let blockLength = 2 << 20

    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8]
    private var used = 0

    /// Creates or replaces the file at `path`, or takes standard output for "-", and writes its header.
    init(path: String) throws(BenchError) {
        self.path = path
        // SAFETY: the path is passed as a terminated string for the call only.
        descriptor = path == "-" ? dup(STDOUT_FILENO) : unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw BenchError.system("open", path) }
        var header: [UInt8] = []
        // Magic for microseconds, version 2.4, no time zone, no accuracy, snapshot length, Ethernet.
        for word in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65_535, 1] as [UInt32] {
            for shift in stride(from: 0 as UInt32, to: 32, by: 8) {
                header.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        used = header.count
        buffer = header + Array(repeating: 0, count: Self.bufferLength - header.count)
    }

    deinit { close(descriptor) }

    /// Writes all packets of `workload`, and returns their number.
    mutating func write<W: Workload>(_ workload: inout W, _ builder: FrameBuilder) throws(BenchError) -> Int {
        let room = Self.recordHeader + max(FrameBuilder.shortestFrame, workload.longestFrame)
        var count = 0
        while try fill(from: &workload, builder, room: room, &count) {
            try flush(used / Self.blockLength * Self.blockLength)
        }
        try flush(used)
        return count
    }

    /// Fills the buffer. Returns false when there are no more packets.
    private mutating func fill<W: Workload>(
        from workload: inout W, _ builder: FrameBuilder, room: Int, _ count: inout Int
    ) throws(BenchError) -> Bool {
        var offset = used
        defer { used = offset }
        var span = buffer.mutableSpan
        // SAFETY: octets have no invalid values, so that storing integers over them keeps the array valid.
        var bytes = unsafe span.mutableBytes
        while Self.bufferLength - offset >= room {
            guard let next = workload.next() else { return false }
            let length = builder.write(next.packet, into: &bytes, at: offset + Self.recordHeader)
            let microseconds = next.time / 1000
            let octets = UInt32(truncatingIfNeeded: length).littleEndian
            bytes.storeBytes(of: UInt32(microseconds / 1_000_000).littleEndian, toByteOffset: offset, as: UInt32.self)
            bytes.storeBytes(
                of: UInt32(microseconds % 1_000_000).littleEndian, toByteOffset: offset + 4, as: UInt32.self)
            bytes.storeBytes(of: octets, toByteOffset: offset + 8, as: UInt32.self)
            bytes.storeBytes(of: octets, toByteOffset: offset + 12, as: UInt32.self)
            offset += Self.recordHeader + length
            count += 1
        }
        return true
    }

    /// Writes the first `length` octets and keeps the rest.
    private mutating func flush(_ length: Int) throws(BenchError) {
        var done = 0
        while done < length {
            // SAFETY: the pointer is used during the call only, for bytes inside the array.
            let written = unsafe buffer.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress! + done, length - done)
            }
            guard written > 0 else { throw BenchError.system("write", path) }
            done += written
        }
        for index in length..<used { buffer[index - length] = buffer[index] }
        used -= length
    }
}

/// Why the generator stopped.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    /// A system call that failed, with the system's words for it.
    static func system(_ call: String, _ path: String) -> BenchError {
        let number = errno
        // SAFETY: strerror returns a terminated string that is valid until the thread's next call, and is copied here.
        let reason = unsafe String(cString: strerror(number))
        return BenchError(description: "\(call) failed on \(path): \(reason).")
    }
}
