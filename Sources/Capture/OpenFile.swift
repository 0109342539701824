import Glibc

/// An open file or pipe, closed when nobody needs it any more.
final class OpenFile {
    /// The result of one read.
    enum ReadResult {
        /// So many octets; 0 at the end.
        case octets(Int)
        /// Nothing, for this reason.
        case failed(String)
    }

    let path: String
    let descriptor: Int32
    /// The size at opening; nil for what is not a regular file.
    let size: UInt64?
    private let isStandardInput: Bool

    /// Opens `path`, or takes standard input for "-".
    init(path: String) throws(CaptureError) {
        self.path = path
        isStandardInput = path == "-"
        if isStandardInput {
            descriptor = STDIN_FILENO
            size = nil
            return
        }
        // SAFETY: open reads the path's bytes during the call only.
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: systemReason(errno)) }
        var status = stat()
        // SAFETY: fstat fills the structure during the call only.
        guard unsafe fstat(descriptor, &status) == 0 else {
            let reason = systemReason(errno)
            close(descriptor)
            throw .unreadable(path: path, reason: reason)
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            close(descriptor)
            throw .unreadable(path: path, reason: "it is a folder inside a folder or where a file was expected")
        }
        size = status.st_mode & S_IFMT == S_IFREG ? UInt64(max(0, status.st_size)) : nil
    }

    /// The size of a regular file without opening it; nil for everything else.
    static func regularSize(_ path: String) -> UInt64? {
        var status = stat()
        // SAFETY: stat reads the path and fills the structure during the call only.
        guard path != "-", unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return UInt64(max(0, status.st_size))
    }

    deinit {
        if !isStandardInput && descriptor >= 0 { close(descriptor) }
    }

    /// Reads what is there, at least one octet unless the end is reached.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadResult {
        while true {
            // SAFETY: the kernel writes at most buffer.count octets.
            let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return .octets(count) }
            if errno != EINTR { return .failed(systemReason(errno)) }
        }
    }

    /// Fills the buffer from `offset` on, or as far as the file goes.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> ReadResult {
        var filled = 0
        while filled < buffer.count {
            // SAFETY: the rest of the buffer, which is not empty.
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            // SAFETY: the kernel writes at most rest.count octets.
            let count = unsafe pread(descriptor, rest.baseAddress, rest.count, Int(offset) + filled)
            if count > 0 {
                filled += count
            } else if count == 0 {
                break
            } else if errno != EINTR {
                if filled > 0 { break }
                return .failed(systemReason(errno))
            }
        }
        return .octets(filled)
    }
}

/// The system's text for an error number.
func systemReason(_ number: Int32) -> String {
    // SAFETY: strerror returns a string of the C library's; it is copied at once.
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
}
