/// Text from anywhere, made fit to stand in one line of a log.
///
/// What ends a line, moves a terminal's cursor, reorders or hides text does not get through: control characters, line and
/// paragraph separators, format characters (which turn the writing direction or have no width), and what has no meaning.
package enum LogText {
    /// `text` with such characters as `\n` or `\u{1B}`, and backslashes doubled. At most `limit` octets of that; then an
    /// ellipsis.
    package static func escaped(_ text: String, limit: Int) -> String {
        cut(text, limit: limit) { scalar in
            switch scalar {
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default: isPlain(scalar) ? String(scalar) : "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
    }

    /// The same in double quotes, and quotes inside it as `\"`; without quotes when it is one word that cannot be
    /// mistaken for anything else.
    package static func quotedIfNeeded(_ text: String, limit: Int) -> String {
        let escaped = escaped(text, limit: limit)
        guard escaped.isEmpty || escaped.unicodeScalars.contains(where: { needsQuotes($0) }) else { return escaped }
        return quoted(escaped)
    }

    /// A whole message: in quotes only when it could be taken for one with metadata behind it.
    static func message(_ text: String, limit: Int) -> String {
        let escaped = escaped(text, limit: limit)
        let scalars = escaped.unicodeScalars
        let isAmbiguous =
            scalars.isEmpty || scalars.first == " " || scalars.last == " "
            || scalars.contains { $0 == "=" || $0 == "\"" }
        return isAmbiguous ? quoted(escaped) : escaped
    }

    /// `text` scalar by scalar as `escape` writes it, up to `limit` octets of that.
    static func cut(_ text: String, limit: Int, escape: (Unicode.Scalar) -> String) -> String {
        var out = ""
        var length = 0
        for scalar in text.unicodeScalars {
            let piece = escape(scalar)
            length += piece.utf8.count
            guard length <= limit else { return out + "\u{2026}" }
            out += piece
        }
        return out
    }

    private static func quoted(_ escaped: String) -> String {
        "\"" + cut(escaped, limit: .max) { $0 == "\"" ? "\\\"" : String($0) } + "\""
    }

    private static func needsQuotes(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "=" || scalar == "\"" || scalar == "\\" || scalar.properties.isWhitespace
    }

    /// Whether a scalar may stand in a line as it is.
    static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value >= 0x20 }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}
