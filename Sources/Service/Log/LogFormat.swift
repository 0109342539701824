import Foundation
import Glibc

/// How a log line looks.
package enum LogFormat: String, CaseIterable, Sendable {
    /// For people: time, level, message, `key=value`.
    case text
    /// For systemd's journal, which keeps the time itself: `<N>` with the priority, message, `key=value`.
    case journal
    /// For programs: one JSON object a line.
    case json

    /// `journal` when standard error goes to systemd's journal, else `text`.
    package static func automatic(environment: [String: String] = ProcessInfo.processInfo.environment) -> LogFormat {
        guard let stream = environment["JOURNAL_STREAM"] else { return .text }
        return stream == fileIdentity(STDERR_FILENO) ? .journal : .text
    }

    /// Device and inode of an open file, as JOURNAL_STREAM gives them (systemd.exec(5)).
    ///
    /// The variable alone says nothing: whoever redirects standard error hands it on unchanged.
    package static func fileIdentity(_ descriptor: Int32) -> String? {
        var info = stat()
        // SAFETY: the kernel fills in the one structure it is given.
        guard unsafe fstat(descriptor, &info) == 0 else { return nil }
        return "\(info.st_dev):\(info.st_ino)"
    }
}
