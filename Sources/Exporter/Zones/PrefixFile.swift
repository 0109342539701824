import NetTypes

/// What is known of the addresses in one prefix.
package struct ZoneTags: Hashable, Sendable {
    /// Whether the prefix is inside (the default) or an exception: a part of an internal prefix that is not ours.
    package var isInternal = true
    /// `network=` of the prefix file: the network's name.
    package var network: String?
    /// `tenant=` of the prefix file: who uses it.
    package var tenant: String?
    /// `system=` of the prefix file: what it is for.
    package var system: String?

    /// An internal prefix without names.
    package init() {}
}

/// Why zones could not be configured. `description` says which text or line is wrong and what is expected.
package struct ZoneError: Error, Equatable, CustomStringConvertible {
    /// Complete sentence for a person.
    package let description: String

    /// An error with its message.
    package init(_ description: String) { self.description = description }
}

/// Reads prefix files: one prefix a line with its tags (docs/zones.md).
///
///     # our networks
///     10.0.0.0/8       network=campus
///     10.9.0.0/16      zone=external        # rented out
///     2001:db8::/32    network=campus tenant=physics system=cluster
enum PrefixFile {
    /// One line's prefix.
    struct Entry: Equatable {
        var prefix: Prefix
        var tags: ZoneTags
        /// From 1.
        var line: Int
    }

    /// The entries of a file's text. `name` is the file's name for messages.
    static func parse(_ text: String, name: String) throws(ZoneError) -> [Entry] {
        var entries: [Entry] = []
        var lineOf: [Prefix: Int] = [:]
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let content = line.prefix { $0 != "#" }
            let words = content.split { $0 == " " || $0 == "\t" || $0 == "\u{FEFF}" }
            guard let first = words.first else { continue }
            guard let prefix = Prefix(first) else {
                throw ZoneError(
                    "\(name), line \(number): \u{201C}\(shown(first))\u{201D} is not an address prefix. "
                        + "Write ADDRESS/LENGTH, such as 10.0.0.0/8 or 2001:db8::/32.")
            }
            if let earlier = lineOf[prefix] {
                throw ZoneError(
                    "\(name), line \(number): \(prefix) was already given in line \(earlier). Remove one of them.")
            }
            lineOf[prefix] = number
            let tags = try tags(words.dropFirst(), place: "\(name), line \(number)")
            entries.append(Entry(prefix: prefix, tags: tags, line: number))
        }
        return entries
    }

    private static func tags(_ words: ArraySlice<Substring>, place: String) throws(ZoneError) -> ZoneTags {
        var tags = ZoneTags()
        var seen: Set<Substring> = []
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty else {
                throw ZoneError(
                    "\(place): \u{201C}\(shown(word))\u{201D} is not a tag. Write KEY=VALUE without spaces.")
            }
            guard seen.insert(parts[0]).inserted else {
                throw ZoneError("\(place): the tag \u{201C}\(shown(parts[0]))\u{201D} is given twice. Keep one.")
            }
            let value = String(parts[1])
            switch parts[0] {
            case "network": tags.network = value
            case "tenant": tags.tenant = value
            case "system": tags.system = value
            case "zone" where value == "internal": tags.isInternal = true
            case "zone" where value == "external": tags.isInternal = false
            case "zone":
                throw ZoneError(
                    "\(place): the zone \u{201C}\(shown(parts[1]))\u{201D} is unknown. Write zone=internal or zone=external."
                )
            default:
                throw ZoneError(
                    "\(place): the tag \u{201C}\(shown(parts[0]))\u{201D} is unknown. "
                        + "Tags are network=, tenant=, system= and zone=.")
            }
        }
        return tags
    }

    /// A word as it may stand in a message: short, and without control characters.
    private static func shown(_ word: some StringProtocol) -> String {
        let clean = word.unicodeScalars.prefix(60).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        return String(String.UnicodeScalarView(clean)) + (word.unicodeScalars.count > 60 ? "\u{2026}" : "")
    }
}
