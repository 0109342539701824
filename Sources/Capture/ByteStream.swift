import Glibc

/// Octets that come one after the other: a pipe, or what a decompressor makes of one. Called once per block.
protocol ByteStream: AnyObject {
    /// Puts at least one octet into `buffer` (which is not empty) and returns how many; 0 at the end. After the end,
    /// `failure` says whether it came too early.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int
    /// Why the stream ended before its time; nil while all is well.
    var failure: Damage.Kind? { get }
    /// Octets used of what is stored (compressed ones, where there is compression).
    var octetsConsumed: UInt64 { get }
}

/// A file descriptor read from its current position on.
final class DescriptorStream: ByteStream {
    private let file: OpenFile
    private let interrupt: ReadInterrupt?
    private(set) var failure: Damage.Kind?
    private(set) var octetsConsumed: UInt64 = 0

    /// Reads `file`; when an `interrupt` is given and asked for, the stream ends where it is.
    init(_ file: OpenFile, interrupt: ReadInterrupt? = nil) {
        self.file = file
        self.interrupt = file.size == nil ? interrupt : nil
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        if let interrupt, !interrupt.waitUntilReadable(file.descriptor) { return 0 }
        // SAFETY: the buffer is the caller's, for this call.
        switch unsafe file.read(into: buffer) {
        case .octets(let count):
            octetsConsumed += UInt64(count)
            return count
        case .failed(let reason):
            failure = .unreadable(reason)
            return 0
        }
    }
}

/// Octets that were read ahead to see what a stream is, followed by the stream itself.
final class PrefixedStream: ByteStream {
    private let prefix: [UInt8]
    private var used = 0
    private let rest: any ByteStream

    init(_ prefix: [UInt8], _ rest: any ByteStream) {
        self.prefix = prefix
        self.rest = rest
    }

    var failure: Damage.Kind? { rest.failure }
    var octetsConsumed: UInt64 { rest.octetsConsumed }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        // SAFETY: the buffer is the caller's, for this call.
        guard used < prefix.count else { return unsafe rest.read(into: buffer) }
        let count = min(buffer.count, prefix.count - used)
        // SAFETY: copyBytes checks that `count` octets fit.
        unsafe buffer.copyBytes(from: prefix[used..<(used + count)])
        used += count
        return count
    }
}

/// Octets in memory, handed out in pieces of at most `piece` octets: for tests and fuzzing.
final class MemoryStream: ByteStream {
    private let octets: [UInt8]
    private let piece: Int
    private var used = 0

    init(_ octets: [UInt8], piece: Int) {
        self.octets = octets
        self.piece = max(1, piece)
    }

    var failure: Damage.Kind? { nil }
    var octetsConsumed: UInt64 { UInt64(used) }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, piece, octets.count - used)
        // SAFETY: copyBytes checks that `count` octets fit.
        unsafe buffer.copyBytes(from: octets[used..<(used + count)])
        used += count
        return count
    }
}
