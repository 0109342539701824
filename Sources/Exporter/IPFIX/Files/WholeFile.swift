import Glibc
import NetTypes

/// What makes a file appear as a whole or not at all, and what becomes of one that a killed run left.
enum WholeFile {
    /// Whether there is something at `path` that is no regular file: a pipe, a device.
    static func isSpecial(_ path: String) -> Bool {
        var status = stat()
        // SAFETY: a string that the call reads, and a structure that it writes.
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    }

    /// open(2), with a message about the file `name`.
    static func open(_ path: String, _ flags: Int32, of name: String) throws(ExportError) -> OwnedDescriptor {
        // SAFETY: the path is a string the call copies; flags and mode are plain numbers.
        let number = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o644)
        guard number >= 0 else {
            throw ExportError(
                "The IPFIX file \(name) cannot be opened for writing: \(errorText(errno)). "
                    + "Check the folder and its permissions.")
        }
        return OwnedDescriptor(number: number)
    }

    /// Begins a file that will get its name later. What an earlier run left there is named first; `note` says how.
    static func begin(
        _ temporary: String, _ place: FileDestination, note: inout String?
    ) throws(ExportError) -> OwnedDescriptor {
        // Twice at most: the second finds what was left out of the way.
        for _ in 0..<2 {
            let descriptor = try open(temporary, O_RDWR | O_CREAT, of: place.path)
            guard flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 else {
                throw ExportError(
                    "The IPFIX file \(place.path) is being written by another process, as \(temporary). End that one, or "
                        + "choose another name.")
            }
            let (length, start) = wholeMessages(descriptor)
            guard ftruncate(descriptor.number, length) == 0 else {
                throw ExportError(
                    "The IPFIX file \(temporary) cannot be cut to its whole messages: \(errorText(errno)). Move it away."
                )
            }
            if length == 0 { return descriptor }
            let name = place.rotation == .never ? place.path + ".unfinished" : free(place, start)
            guard fsync(descriptor.number) == 0, rename(temporary, name) else {
                throw ExportError(
                    "The IPFIX file \(temporary) of a run that was killed cannot be called \(name): \(errorText(errno)). "
                        + "Move it away.")
            }
            note =
                "What a run that was killed had written to \(place.path) is now in \(name): \(length) octets of whole messages."
        }
        throw ExportError("The IPFIX file \(temporary) comes again and again: another process writes it. End that one.")
    }

    /// Octets of the whole messages at the beginning of a file, and the first one's Export Time.
    static func wholeMessages(_ descriptor: borrowing OwnedDescriptor) -> (length: Int, start: Nanoseconds) {
        let size = Int(lseek(descriptor.number, 0, SEEK_END))
        var length = 0
        var start: Nanoseconds = 0
        var header = [UInt8](repeating: 0, count: 16)
        while size - length >= header.count {
            // SAFETY: room for as many octets as are asked for.
            guard unsafe pread(descriptor.number, &header, header.count, length) == header.count,
                header[0] == 0, header[1] == 10
            else { break }
            let message = Int(header[2]) << 8 | Int(header[3])
            guard message >= header.count, message <= size - length else { break }
            if length == 0 {
                start = header[4..<8].reduce(0) { $0 << 8 | Nanoseconds($1) } * nanosecondsPerSecond
            }
            length += message
        }
        lseek(descriptor.number, length, SEEK_SET)
        return (length, start)
    }

    /// The first name for a piece that nothing has.
    static func free(_ place: FileDestination, _ start: Nanoseconds) -> String {
        var number = 1
        // SAFETY: a string that the call only reads.
        while unsafe access(place.piece(start, number: number), F_OK) == 0 { number += 1 }
        return place.piece(start, number: number)
    }

    /// Renames, and makes it durable. False, with `errno` set, when that fails.
    static func rename(_ old: String, _ new: String) -> Bool {
        // SAFETY: two strings that the call only reads.
        guard unsafe Glibc.rename(old, new) == 0 else { return false }
        let folder = new.lastIndex(of: "/").map { String(new[...$0]) } ?? "."
        // SAFETY: a string that the call only reads.
        let number = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if number >= 0 {
            // A file system that does not know it has nothing to make durable.
            _ = fsync(number)
            Glibc.close(number)
        }
        return true
    }
}
