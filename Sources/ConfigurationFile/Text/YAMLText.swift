/// Writes values as YAML that every YAML reader reads alike.
enum YAMLText {
    /// `text` as a scalar on one line: plain where nobody could take it for anything else, else in double quotes.
    static func scalar(_ text: String) -> String {
        isPlain(text) ? text : quoted(text)
    }

    /// Letters, digits and a few signs, and not a number, a truth value, a time or nothing.
    private static func isPlain(_ text: String) -> Bool {
        let words: Set = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        guard let first = text.unicodeScalars.first, first == "/" || isLetter(first) else { return false }
        // "off" stands in the file as the word it is: in this project no key takes it for a truth value.
        guard text == "off" || !words.contains(text.lowercased()) else { return false }
        return text.unicodeScalars.allSatisfy {
            isLetter($0) || ("0"..."9").contains($0) || "/._-".unicodeScalars.contains($0)
        }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    /// YAML 1.1 section 5.1.5, double-quoted.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
