import Foundation
import Glibc

/// Opens files in the ways that Foundation does not.
enum SystemFiles {
    /// A file that is only ever appended to, made when it is not there; never through a symbolic link.
    static func appending(_ path: String) throws(SteerError) -> FileHandle {
        try open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode: 0o640)
    }

    /// A file for a lock; made when it is not there.
    static func forLock(_ path: String) throws(SteerError) -> FileHandle {
        try open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode: 0o600)
    }

    /// A file without a name: it is gone when it is closed.
    static func unnamed() throws(SteerError) -> FileHandle {
        let path = FileManager.default.temporaryDirectory.appending(path: "flowprobe-\(UUID().uuidString)").path()
        let file = try open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode: 0o600)
        try? FileManager.default.removeItem(atPath: path)
        return file
    }

    private static func open(_ path: String, _ flags: Int32, mode: mode_t) throws(SteerError) -> FileHandle {
        // SAFETY: the call reads the path and keeps nothing of it.
        let descriptor = unsafe Glibc.open(path, flags, mode)
        guard descriptor >= 0 else {
            throw SteerError(.system, "\(path) cannot be opened: \(reason(errno)).")
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// The system's words for an error number.
    static func reason(_ number: Int32) -> String {
        NSError(domain: NSPOSIXErrorDomain, code: Int(number)).localizedFailureReason ?? "error \(number)"
    }
}
