/// Where a value comes from.
enum SourcePlace: Sendable, Equatable {
    /// The file; both from 1.
    case file(line: Int, column: Int)
    /// An environment variable.
    case variable(String)
    /// An option of the command line.
    case option

    /// Whether lists are written with commas here, there being no YAML.
    var isOverride: Bool {
        if case .file = self { false } else { true }
    }
}

/// A value as it was written, before anything is known about its key.
struct SourceValue: Sendable, Equatable {
    /// Where it begins.
    var place: SourcePlace
    /// What it is.
    var content: Content

    enum Content: Sendable, Equatable {
        /// No value, `~` or `null`: as if the key were not there.
        case nothing
        /// Plain or quoted: what a text means is the key's to say.
        case text(String)
        case list([SourceValue])
        case mapping([Entry])
    }

    /// A key of a mapping, and its value.
    struct Entry: Sendable, Equatable {
        var key: String
        var place: SourcePlace
        var value: SourceValue
    }

    /// What it is, for messages.
    var kind: String {
        switch content {
        case .nothing: "nothing"
        case .text: "a single value"
        case .list: "a list"
        case .mapping: "a mapping of keys"
        }
    }
}
