import Glibc

/// A file descriptor that is written to in large blocks.
struct OutputFile: ~Copyable {
    private let descriptor: Int32
    private let isOwned: Bool
    /// What messages call it.
    let name: String

    /// Standard output for `-`, else a new file (an old one is emptied) that others may read as the umask allows.
    init(path: String) throws(ExportError) {
        if path == "-" {
            descriptor = STDOUT_FILENO
            isOwned = false
            name = "standard output"
            return
        }
        // SAFETY: a call of open(2) with a string that lives for the call.
        let opened = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard opened >= 0 else {
            throw ExportError(
                "The file \(path) cannot be opened for writing: \(Self.reason(errno)). "
                    + "Check that its folder exists and that you may write there.")
        }
        descriptor = opened
        isOwned = true
        name = path
    }

    deinit { if isOwned { Glibc.close(descriptor) } }

    /// Writes all of `octets`, waiting for a slow reader.
    func write(_ octets: UnsafeRawBufferPointer) throws(ExportError) {
        var done = 0
        while done < octets.count {
            // SAFETY: `done` < count: the rest of the buffer is within it, and the caller keeps it alive.
            let count = unsafe Glibc.write(descriptor, octets.baseAddress! + done, octets.count - done)
            if count >= 0 {
                done += count
                continue
            }
            let failure = errno
            if failure == EINTR { continue }
            if failure == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                // SAFETY: one pollfd that lives for the call.
                _ = unsafe poll(&wait, 1, 1000)
                continue
            }
            throw ExportError(
                "Writing to \(name) failed: \(Self.reason(failure)). The last line there may be incomplete.")
        }
    }

    private static func reason(_ code: Int32) -> String {
        // SAFETY: strerror returns a C string; it is copied at once.
        unsafe String(cString: strerror(code))
    }
}
