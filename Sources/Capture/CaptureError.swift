/// Why a replay cannot start. Damage inside a readable capture is no error: it is recorded as `Damage`.
package enum CaptureError: Error, Equatable, CustomStringConvertible {
    /// A file or folder cannot be opened or read; `reason` is the system's word for it.
    case unreadable(path: String, reason: String)
    /// The file has no octet in it.
    case empty(path: String)
    /// The file is neither pcap nor pcapng, nor gzip or zstd around one of them. `found` shows its first octets.
    case notACapture(path: String, found: String)
    /// A folder holds no capture file.
    case noCaptures(folder: String)
    /// No path was given.
    case noPaths
    /// The filter expression does not compile; `reason` is libpcap's word for it.
    case badFilter(expression: String, reason: String)

    /// Whether the person at the command line wrote something wrong (exit code 2), as against an input that cannot be
    /// read (exit code 3).
    package var isUsage: Bool {
        switch self {
        case .badFilter, .noPaths: true
        default: false
        }
    }

    /// A sentence for a person: what is wrong, where, and what to do.
    package var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "\(path): cannot be read (\(reason)). Check the path and its permissions."
        case .empty(let path):
            "\(path): is empty, so there is no capture to replay."
        case .notACapture(let path, let found):
            "\(path): is not a capture this program knows; it begins with \(found). Supported are pcap (microseconds, "
                + "nanoseconds, Kuznetzov-modified) and pcapng, also inside gzip or zstd."
        case .noCaptures(let folder):
            "\(folder): this folder holds no capture file (pcap or pcapng, also inside gzip or zstd)."
        case .noPaths:
            "No capture file was named. Give one or more files, a folder, or - for standard input."
        case .badFilter(let expression, let reason):
            "The filter '\(expression)' cannot be used: \(reason). See pcap-filter(7) for the syntax."
        }
    }
}
