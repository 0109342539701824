import Glibc

/// Why a spool cannot be opened, written or read. `description` says what, where and what to do.
package struct SpoolError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is: records that are lost by one are counted by it.
    package let reason: Reason
    /// Complete sentences for a person.
    package let description: String

    /// Kinds of failure.
    package enum Reason: String, Sendable, CaseIterable {
        /// No space or quota is left.
        case diskFull = "disk full"
        /// The file system or the folder may not be written.
        case readOnly = "read only"
        /// Anything else that the system says of the disk.
        case inputOutput = "disk error"
        /// Another process has the spool.
        case inUse = "in use"
        /// A segment of a format that this program does not know.
        case unknownVersion = "unknown version"

        /// What to do about it.
        var advice: String {
            switch self {
            case .diskFull: "Make room, or give the spool a smaller size."
            case .readOnly:
                "Check that the probe may write there, and that the file system is not mounted read-only."
            default: "Check the disk."
            }
        }
    }

    init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }

    /// What the system said when `what` was done to `path`.
    init(errno number: Int32, _ what: String, _ path: String) {
        let reason: Reason =
            switch number {
            case ENOSPC, EDQUOT: .diskFull
            case EROFS, EACCES, EPERM: .readOnly
            default: .inputOutput
            }
        self.init(reason, "The spool \(path) cannot be \(what): \(Self.text(number)). \(reason.advice)")
    }

    /// The C library's sentence for an error number, without a full stop.
    private static func text(_ number: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        // SAFETY: the call writes within the buffer, whose size it is told.
        guard unsafe strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
