import Foundation
import Logging

/// One event as a line, in each of the formats.
struct LogLine {
    /// Octets of a message, of a metadata value, of a key; octets of a line beyond which no metadata is added.
    static let longestMessage = 1000
    static let longestValue = 500
    static let longestKey = 60
    static let fullLine = 3000

    let level: Logger.Level
    let message: String
    let metadata: Logger.Metadata

    /// The line with its line end.
    func octets(_ format: LogFormat, time: Date) -> [UInt8] {
        let line =
            switch format {
            case .text: "\(Self.text(time)) \(level.rawValue) \(readable)"
            case .journal: "<\(level.priority)>\(readable)"
            case .json: json(time)
            }
        return Array(line.utf8) + [UInt8(ascii: "\n")]
    }

    /// RFC 3339, UTC, milliseconds.
    static func text(_ time: Date) -> String {
        time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Message and metadata in order of their keys.
    private var readable: String {
        var line = LogText.message(message, limit: Self.longestMessage)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            let pair = " \(Self.word(key))=\(Self.readable(value))"
            guard line.utf8.count + pair.utf8.count <= Self.fullLine else {
                line += " truncated=true"
                break
            }
            line += pair
        }
        return line
    }

    /// A key as one word: anything but letters, digits, `_`, `-` and `.` becomes `_`.
    private static func word(_ key: String) -> String {
        let scalars = key.unicodeScalars.prefix(longestKey).map { scalar -> Unicode.Scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".": scalar
            default: "_"
            }
        }
        return scalars.isEmpty ? "_" : String(String.UnicodeScalarView(scalars))
    }

    private static func readable(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): LogText.quotedIfNeeded(text, limit: longestValue)
        case .stringConvertible(let value): LogText.quotedIfNeeded(value.description, limit: longestValue)
        case .array, .dictionary: LogText.quotedIfNeeded(JSONText.value(value, depth: 0), limit: longestValue)
        }
    }

    /// Metadata has an object of its own, so that no key of it can stand for the time or the level.
    private func json(_ time: Date) -> String {
        var line =
            "{\"time\":\"\(Self.text(time))\",\"level\":\"\(level.rawValue)\","
            + "\"message\":\(JSONText.string(message, limit: Self.longestMessage))"
        var pairs: [String] = []
        var length = line.utf8.count
        var isTruncated = false
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            let pair = "\(JSONText.string(key, limit: Self.longestKey)):\(JSONText.value(value, depth: 0))"
            guard length + pair.utf8.count <= Self.fullLine else {
                isTruncated = true
                continue
            }
            length += pair.utf8.count + 1
            pairs.append(pair)
        }
        if !pairs.isEmpty { line += ",\"metadata\":{\(pairs.joined(separator: ","))}" }
        if isTruncated { line += ",\"truncated\":true" }
        return line + "}"
    }
}

extension Logger.Level {
    /// The priority that syslog(3) and sd-daemon(3) give it.
    var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
