import Capture

/// Words for the ways steered packets came.
enum SteeredText {
    /// Beginning of the prefix that `flowprobe steer` gives the copies of a rule.
    private static let ours = "flowprobe:"

    /// The rule that a copy is of: its name where `flowprobe steer` made it, else the prefix as it is.
    static func rule(_ path: SteeredPath) -> String {
        path.prefix.hasPrefix(ours) ? String(path.prefix.dropFirst(ours.count)) : path.prefix
    }

    /// An interface by its number: its name, or the number where there is none (any more); empty for none.
    static func device(_ number: UInt32) -> String {
        number == 0 ? "" : NetworkInterface.name(ofIndex: number) ?? "\(number)"
    }

    /// A line of the accounting.
    static func line(_ name: String, _ path: SteeredPath) -> String {
        let rule = rule(path)
        var parts = [path.isRest ? "all other ways" : path.hook]
        if !rule.isEmpty { parts.insert("rule \(rule)", at: 0) }
        if path.inDevice != 0 { parts.append("from \(device(path.inDevice))") }
        if path.outDevice != 0 { parts.append("to \(device(path.outDevice))") }
        var text =
            "steered    \(name): \(path.packets) packets, \(path.octets) octets, \(parts.joined(separator: ", "))"
        if path.marked > 0 {
            text +=
                "; \(path.marked) with a mark, the last \(String(path.lastMark, radix: 16, uppercase: false)) (hexadecimal)"
        }
        if path.merged > 0 { text += "; \(path.merged) were several segments in one" }
        return text
    }
}
