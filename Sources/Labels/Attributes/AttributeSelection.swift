/// Which attributes leave the flow table; the others are forgotten with the payload that they were read from.
package struct AttributeSelection: OptionSet, Sendable, Hashable {
    /// Bit n for the attribute of number n.
    package let rawValue: UInt64
    /// Attributes from their bits.
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// None: labels alone.
    package static let none: AttributeSelection = []
    /// Every attribute.
    package static let all = AttributeSelection(LabelAttribute.allCases)
    /// Those that say how something is spoken and not who speaks, or with whom: the default. Personal data leave a probe
    /// when somebody has decided that they should, not because nobody has.
    package static let technical = AttributeSelection(LabelAttribute.allCases.filter { !$0.isPersonal })

    /// Those that transport headers say.
    package static let transport = AttributeSelection(LabelAttribute.allCases.filter { $0.origin != .payload })

    /// These attributes.
    package init(_ attributes: [LabelAttribute]) {
        rawValue = attributes.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
    }

    /// Whether `attribute` is among them.
    @inline(__always)
    package func contains(_ attribute: LabelAttribute) -> Bool { rawValue >> UInt64(attribute.rawValue) & 1 != 0 }

    /// The attributes, by number.
    package var attributes: [LabelAttribute] { LabelAttribute.allCases.filter { contains($0) } }

    private static let words: [(String, AttributeSelection)] = [
        ("none", none), ("technical", technical), ("transport", transport), ("all", all),
    ]

    /// Reads `all`, `none`, `technical`, `transport`, or names of attributes and such words separated by commas, in upper or
    /// lower case. A name stands for both directions where there are two. Nil when a word is neither.
    package init?(_ text: String) {
        var selection: AttributeSelection = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let word = part.lowercased().filter { $0 != " " }
            if let known = Self.words.first(where: { $0.0 == word }) {
                selection.formUnion(known.1)
            } else if let attribute = LabelAttribute.allCases.first(where: { $0.name.lowercased() == word }) {
                selection.formUnion(AttributeSelection([attribute, attribute.reversed ?? attribute]))
            } else {
                return nil
            }
        }
        self = selection
    }
}

extension AttributeSelection: CustomStringConvertible {
    /// As `init(_:)` reads it.
    package var description: String {
        Self.words.first { $0.1 == self }?.0 ?? attributes.map(\.name).joined(separator: ",")
    }
}
