import Logging

/// JSON (RFC 8259) of strings and metadata, on one line and within bounds.
enum JSONText {
    /// Deeper metadata is written as an ellipsis.
    static let deepest = 4
    /// Further elements of an array or object are left out.
    static let mostElements = 32

    /// A string with its quotes, at most `limit` octets between them. What `LogText` would not let through is written as
    /// `\u` and four digits, so that a reader gets the text as it was and a terminal does not.
    static func string(_ text: String, limit: Int) -> String {
        let content = LogText.cut(text, limit: limit) { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            default: LogText.isPlain(scalar) ? String(scalar) : String(scalar).utf16.map(Self.escape).joined()
            }
        }
        return "\"" + content + "\""
    }

    private static func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }

    /// A metadata value: text as a string, arrays and dictionaries as what they are.
    static func value(_ value: Logger.MetadataValue, depth: Int) -> String {
        guard depth < deepest else { return "\"\u{2026}\"" }
        switch value {
        case .string(let text): return string(text, limit: LogLine.longestValue)
        case .stringConvertible(let value): return string(value.description, limit: LogLine.longestValue)
        case .array(let values):
            return "[" + values.prefix(mostElements).map { Self.value($0, depth: depth + 1) }.joined(separator: ",")
                + "]"
        case .dictionary(let pairs):
            let sorted = pairs.sorted { $0.key < $1.key }.prefix(mostElements)
            return "{"
                + sorted.map {
                    "\(string($0.key, limit: LogLine.longestKey)):\(Self.value($0.value, depth: depth + 1))"
                }.joined(separator: ",") + "}"
        }
    }
}
