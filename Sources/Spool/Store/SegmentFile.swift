import Glibc

/// An open segment. What was read stays readable when the file has been deleted meanwhile.
// SAFETY: (@unchecked) positional reads and writes only; the descriptor is closed once, when nobody has the file.
package final class SegmentFile: @unchecked Sendable {
    private let descriptor: Int32
    let path: String

    /// Takes over an open file.
    package init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// A file that is there, for reading.
    package static func open(_ path: String) throws(SpoolError) -> SegmentFile {
        // SAFETY: the path is a string that the call copies.
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SpoolError(errno: errno, "read", path) }
        return SegmentFile(descriptor: descriptor, path: path)
    }

    /// A new file, for writing and reading.
    package static func create(_ path: String) throws(SpoolError) -> SegmentFile {
        // SAFETY: the path is a string that the call copies.
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw SpoolError(errno: errno, "created", path) }
        return SegmentFile(descriptor: descriptor, path: path)
    }

    /// Octets of the file.
    var length: UInt64 {
        var status = stat()
        // SAFETY: the call writes the structure.
        return unsafe fstat(descriptor, &status) == 0 ? UInt64(max(0, status.st_size)) : 0
    }

    /// Reads into the whole of `buffer`; tells how many octets there were.
    // SAFETY: callers pass memory that they may write.
    @unsafe func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(SpoolError) -> Int {
        var done = 0
        while done < buffer.count {
            // SAFETY: as many octets as are left of the buffer.
            let count = unsafe pread(
                descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(clamping: offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                throw SpoolError(errno: errno, "read", path)
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// At most `count` octets from `offset` on.
    func octets(at offset: UInt64, count: Int) throws(SpoolError) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: count)
        var failure: SpoolError?
        // SAFETY: the buffer is the array's own.
        let got = unsafe octets.withUnsafeMutableBytes { buffer -> Int in
            // SAFETY: the buffer is the array's own.
            do throws(SpoolError) { return unsafe try read(into: buffer, at: offset) } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        octets.removeLast(count - got)
        return octets
    }

    /// Writes all of `octets` at `offset`.
    // SAFETY: callers pass memory that is initialised.
    @unsafe func write(_ octets: UnsafeRawBufferPointer, at offset: UInt64) throws(SpoolError) {
        var done = 0
        while done < octets.count {
            // SAFETY: as many octets as are left of the buffer.
            let count = unsafe pwrite(
                descriptor, octets.baseAddress! + done, octets.count - done, off_t(clamping: offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SpoolError(errno: count < 0 ? errno : EIO, "written", path) }
            done += count
        }
    }

    /// Writes all of `octets` at `offset`.
    package func write(_ octets: [UInt8], at offset: UInt64) throws(SpoolError) {
        var failure: SpoolError?
        // SAFETY: the buffer is the array's own.
        unsafe octets.withUnsafeBytes { buffer in
            // SAFETY: the buffer is the array's own.
            do throws(SpoolError) { unsafe try write(buffer, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Waits until the disk has what was written.
    func synchronize() throws(SpoolError) {
        guard fdatasync(descriptor) == 0 else { throw SpoolError(errno: errno, "synchronised", path) }
    }

    /// Cuts the file after `length` octets; false when that fails.
    func truncate(to length: UInt64) -> Bool { ftruncate(descriptor, off_t(clamping: length)) == 0 }
}
