import FlowTable
import Glibc

/// Writes messages one after another to a file: an IPFIX file (RFC 5655).
final class FileTransport: MessageTransport {
    let destination: String
    let isDatagram = false
    let messageLimit = 65535
    // Writes of about a mebibyte: the system call's cost vanishes, and the block still fits the second-level cache.
    let blockLength = 1 << 20
    private let descriptor: OwnedDescriptor

    /// Creates the file, or empties it.
    init(path: String) throws(ExportError) {
        destination = path
        // SAFETY: the path is a string the call copies; flags and mode are plain numbers.
        let number = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard number >= 0 else {
            throw ExportError(
                "The IPFIX file \(path) cannot be opened for writing: \(errorText(errno)). "
                    + "Check the folder and its permissions.")
        }
        descriptor = OwnedDescriptor(number: number)
    }

    func send(_ messages: Span<UInt8>) throws(ExportError) -> SendResult {
        var written = 0
        while written < messages.count {
            // SAFETY: the pointer is used during the call, for the octets that are left.
            let count = unsafe messages.withUnsafeBufferPointer {
                unsafe write(descriptor.number, $0.baseAddress! + written, $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failed("written") }
            written += count
        }
        return SendResult()
    }

    func reconnect() -> Bool { false }

    func close() throws(ExportError) {
        // A quota or a network file system may tell of a failed write only here.
        let copy = dup(descriptor.number)
        guard copy >= 0, Glibc.close(copy) == 0 else { throw failed("closed") }
    }

    private func failed(_ what: String) -> ExportError {
        ExportError(
            "The IPFIX file \(destination) cannot be \(what): \(errorText(errno)). "
                + "Its messages up to here are whole; free some space, or choose another place, and run again.")
    }
}

/// Exports to an IPFIX file (RFC 5655).
package final class IPFIXFileSink: IPFIXSink {
    /// Creates the file at `path`, or empties it.
    package init(path: String, options: IPFIXOptions = IPFIXOptions()) throws(ExportError) {
        try super.init(transport: FileTransport(path: path), options: options)
    }
}
