import FlowTable
import Glibc
import NetTypes

/// Writes messages one after another to a file: an IPFIX file (RFC 5655).
///
/// A file gets its name when it is whole: until then it is called PATH.part, and locked. What a run that was killed left there is
/// cut to whole messages and given a name by the next. Pipes and devices are written to as they are.
final class FileTransport: MessageTransport {
    let destination: String
    let isDatagram = false
    let messageLimit = 65535
    let blockLength: Int
    private let place: FileDestination
    private var descriptor: OwnedDescriptor
    /// PATH.part; nil for what is no regular file.
    private let temporary: String?
    /// Octets of whole messages in the file.
    private(set) var length = 0
    /// The packet clock at the beginning of what is being written: names a piece.
    var start: Nanoseconds = 0
    /// What was done with what an earlier run left, a sentence; nil when there was nothing.
    let note: String?

    /// Creates the file.
    init(_ place: FileDestination) throws(ExportError) {
        self.place = place
        destination = place.path
        // Writes of about a mebibyte: the system call's cost vanishes, and the block still fits the second-level cache. Where
        // size ends a file, smaller ones keep nearer to it.
        if case .octets = place.rotation { blockLength = 1 << 16 } else { blockLength = 1 << 20 }
        guard !WholeFile.isSpecial(place.path) else {
            temporary = nil
            note = nil
            descriptor = try WholeFile.open(place.path, O_WRONLY, of: place.path)
            return
        }
        let temporary = place.path + ".part"
        self.temporary = temporary
        var note: String?
        descriptor = try WholeFile.begin(temporary, place, note: &note)
        self.note = note
    }

    func send(_ messages: Span<UInt8>) throws(ExportError) -> SendResult {
        var written = 0
        while written < messages.count {
            // SAFETY: the pointer is used during the call, for the octets that are left.
            let count = unsafe messages.withUnsafeBufferPointer {
                unsafe write(descriptor.number, $0.baseAddress! + written, $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let error = failed("written")
                // Half a message would make what comes later unreadable.
                if temporary != nil, ftruncate(descriptor.number, length) == 0 {
                    lseek(descriptor.number, length, SEEK_SET)
                }
                throw error
            }
            written += count
        }
        length += messages.count
        return SendResult()
    }

    func reconnect() -> Bool { false }

    /// Gives what has been written its name, and begins the next piece.
    func endPiece() throws(ExportError) {
        guard let temporary, length > 0 else { return }
        try name(temporary)
        descriptor = try WholeFile.open(temporary, O_WRONLY | O_CREAT | O_EXCL, of: destination)
        _ = flock(descriptor.number, LOCK_EX | LOCK_NB)
        length = 0
    }

    func close() throws(ExportError) {
        if let temporary { return try name(temporary) }
        // A quota or a network file system may tell of a failed write only here.
        let copy = dup(descriptor.number)
        guard copy >= 0, Glibc.close(copy) == 0 else { throw failed("closed") }
    }

    private func name(_ temporary: String) throws(ExportError) {
        guard fsync(descriptor.number) == 0 else { throw failed("written") }
        let name = place.rotation == .never ? place.path : WholeFile.free(place, start)
        guard WholeFile.rename(temporary, name) else { throw failed("named") }
    }

    private func failed(_ what: String) -> ExportError {
        let reason = errorText(errno)
        return ExportError(
            "The IPFIX file \(destination) cannot be \(what): \(reason). Its messages up to here are whole"
                + (temporary.map { " and in \($0)" } ?? "")
                + "; free some space, or choose another place, and run again.")
    }
}
