/// What an element is called and how its values look.
package struct ElementDescription: Sendable, Equatable {
    /// Name in the registry, or as its exporter describes it (RFC 5610). Letters and digits.
    package var name: String
    /// Abstract data type.
    package var type: ElementType
    /// Whether values identify something: 64-bit ones are then written as text (docs/json.md).
    package var isIdentifier: Bool
    /// Whether an exporter described the element, or the registry does.
    package var isPrivate: Bool
}

/// The elements of IANA's registry.
package enum KnownElements {
    private static let descriptions: [ElementDescription?] = {
        var list: [ElementDescription?] = Array(repeating: nil, count: 434)
        for line in registry.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 3, let id = Int(words[0]), list.indices.contains(id),
                let type = ElementType(name: words[2])
            else { continue }
            list[id] = ElementDescription(
                name: String(words[1]), type: type, isIdentifier: words.count > 3, isPrivate: false)
        }
        return list
    }()

    /// The element with this id, or nil when the registry as we know it has none.
    package static func element(_ id: UInt16) -> ElementDescription? {
        Int(id) < descriptions.count ? descriptions[Int(id)] : nil
    }

    /// `reverseOctetDeltaCount` for `octetDeltaCount` (RFC 5103 section 6.1).
    static func reverseName(_ name: String) -> String {
        "reverse" + name.prefix(1).uppercased() + name.dropFirst()
    }
}
