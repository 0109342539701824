import Glibc

/// The capture files of a folder.
enum CaptureFolder {
    /// Whether the path names a folder.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        // SAFETY: stat reads the path and fills the structure during the call only.
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The folder's regular files that are captures, sorted by their names' octets. Folders in it are not entered; files
    /// that are no captures are passed over.
    static func captures(in folder: String) throws(CaptureError) -> [String] {
        // SAFETY: opendir reads the path during the call only; the handle is closed below.
        guard let handle = unsafe opendir(folder) else {
            throw .unreadable(path: folder, reason: systemReason(errno))
        }
        // SAFETY: opened above.
        defer { unsafe closedir(handle) }
        var names: [String] = []
        // SAFETY: readdir returns an entry that is valid until the next call; its name is copied at once.
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var paths: [String] = []
        for name in names {
            let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
            if try isCapture(path) { paths.append(path) }
        }
        if paths.isEmpty { throw .noCaptures(folder: folder) }
        return paths
    }

    private static func isCapture(_ path: String) throws(CaptureError) -> Bool {
        var status = stat()
        // SAFETY: as in isFolder. A pipe is not opened: that could wait for ever.
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        do throws(CaptureError) {
            _ = try CaptureInput(path: path, observationPoint: 0)
            return true
        } catch {
            switch error {
            case .notACapture, .empty: return false
            default: throw error
            }
        }
    }
}
