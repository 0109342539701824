/// A header block of HTTP/2 in the form of HPACK (RFC 7541), the first of its direction: the fields that labels are told by,
/// and that are attributes.
///
/// Bounded in fields and in octets of names in Huffman's code; nothing is copied. What follows the first octet that is not
/// sound, or a bound, is not read. The dynamic table needs no memory: at the beginning of a direction it is empty, and what
/// enters it is a field of this block, of which the first value has been taken by then. That an index has an entry at all is
/// checked.
///
///     1iiiiiii                 field of the tables          01iiiiii [name] value    field that enters the dynamic table
///     001sssss                 dynamic table's size         000xiiii [name] value    field that does not
///
/// An index 0 is followed by a name. Strings begin with their length of 7 bits or more, below a bit for Huffman's code.
package struct HeaderBlock {
    /// A field that is looked for.
    package enum Field: UInt8, CaseIterable, Sendable {
        /// None of them.
        case other
        /// `:authority`.
        case authority
        /// `:method`.
        case method
        /// `:path`.
        case path
        /// `:status`.
        case status
        /// `content-type`.
        case contentType
        /// `user-agent`.
        case userAgent

        /// The field whose name is in `range` of `payload`.
        init(name payload: Payload, _ range: Range<Int>) {
            switch range.count {
            case 5 where payload.has(":path", at: range.lowerBound): self = .path
            case 7 where payload.has(":method", at: range.lowerBound): self = .method
            case 7 where payload.has(":status", at: range.lowerBound): self = .status
            case 10 where payload.has(":authority", at: range.lowerBound): self = .authority
            case 10 where payload.has("user-agent", at: range.lowerBound): self = .userAgent
            case 12 where payload.has("content-type", at: range.lowerBound): self = .contentType
            default: self = .other
            }
        }
    }

    /// A string of the block.
    package struct Text: Sendable {
        /// Where its octets are in the payload.
        var start = 0
        var count = 0
        /// Whether they are in Huffman's code.
        var isCoded = false
        /// The entry of the static table whose value it is; 0 for none.
        var index = 0

        /// The string of `count` octets from `start` of the payload on.
        package init(start: Int, count: Int, isCoded: Bool) {
            (self.start, self.count, self.isCoded) = (start, count, isCoded)
        }

        /// The value of the static table's entry with `index`.
        init(index: Int) { self.index = index }
    }

    /// What a block costs is its fields' names in Huffman's code.
    private static let fieldLimit = 56
    private static let staticCount = 61
    /// Octets of the longest name that is looked for, and those that it has at most in Huffman's code, which has up to seven bits
    /// for its characters.
    private static let longestName = 12
    private static let longestCodedName = (7 * longestName + 7) / 8

    /// Whether every field was read, and was sound.
    package private(set) var isSound = false
    private var values = InlineArray<7, Text?>(repeating: nil)

    /// How many fields have entered the dynamic table.
    private var entered = 0
    private var position: Int
    private let end: Int
    private var fieldCount = 0

    /// Reads the block in `range` of `payload`.
    package init(_ payload: Payload, _ range: Range<Int>) {
        (position, end) = (range.lowerBound, min(range.upperBound, payload.count))
        while position < end {
            guard read(payload) else { return }
        }
        isSound = end == range.upperBound
    }

    /// The value of `field`; nil when it has none.
    package subscript(field: Field) -> Text? { values[Int(field.rawValue)] }

    /// Reads the field, or the size of the dynamic table, at `position`; false when there is none that is sound.
    private mutating func read(_ payload: Payload) -> Bool {
        guard fieldCount < Self.fieldLimit, let first = payload.u8(position) else { return false }
        if first & 0xE0 == 0x20 {
            // Only before the first field (section 4.2).
            return fieldCount == 0 && integer(payload, bits: 5) != nil
        }
        fieldCount += 1
        if first >= 0x80 {
            guard let index = integer(payload, bits: 7), let field = field(index) else { return false }
            keep(field, Text(index: index))
            return true
        }
        let enters = first >= 0x40
        guard let index = integer(payload, bits: enters ? 6 : 4),
            let field = index > 0 ? field(index) : text(payload).flatMap({ identify($0, payload) }),
            let value = text(payload)
        else { return false }
        keep(field, value)
        if enters { entered += 1 }
        return true
    }

    /// The first value of a field counts.
    private mutating func keep(_ field: Field, _ value: Text) {
        if field != .other, values[Int(field.rawValue)] == nil { values[Int(field.rawValue)] = value }
    }

    /// The field of the entry with `index` of the static table, or behind it of the dynamic one; nil when there is none.
    private func field(_ index: Int) -> Field? {
        if index <= Self.staticCount { return index > 0 ? Self.staticFields[index] : nil }
        return index - Self.staticCount <= entered ? .other : nil
    }

    /// The integer at `position` with `bits` bits in its first octet (section 5.1), below 2^22; moves `position` behind it.
    private mutating func integer(_ payload: Payload, bits: Int) -> Int? {
        guard position < end, let first = payload.u8(position) else { return nil }
        position += 1
        let mask = 1 << bits - 1
        var value = first & mask
        guard value == mask else { return value }
        for shift in [0, 7, 14] {
            guard position < end, let octet = payload.u8(position) else { return nil }
            position += 1
            value += (octet & 0x7F) << shift
            if octet < 0x80 { return value }
        }
        return nil
    }

    /// The string at `position` (section 5.2), which moves behind it.
    private mutating func text(_ payload: Payload) -> Text? {
        guard position < end, let first = payload.u8(position), let count = integer(payload, bits: 7),
            count <= end - position
        else { return nil }
        let found = Text(start: position, count: count, isCoded: first >= 0x80)
        position += count
        return found
    }

    /// The field whose name is `name`; nil when that is not sound. What is too long for those that are looked for is not read.
    private func identify(_ name: Text, _ payload: Payload) -> Field? {
        guard name.isCoded else { return Field(name: payload, name.start..<name.start + name.count) }
        guard name.count <= Self.longestCodedName else { return .other }
        var octets = TextOctets(repeating: 0)
        // Longer than the longest one by one, to be told from it.
        guard let count = HuffmanCode.usual.decode(name, payload, to: &octets, limit: Self.longestName + 1) else {
            return nil
        }
        return Field(name: Payload(octets.span), 0..<count)
    }

    /// A place for the octets of a string, as many as an attribute has.
    package typealias TextOctets = InlineArray<255, UInt8>

    /// Puts the first octets of `text`, at most `limit`, into `octets`. Returns how many; nil when the string is not sound as far
    /// as it was read.
    package static func copy(
        _ text: Text, _ payload: Payload, to octets: inout TextOctets, limit: Int = LabelAttributes.longestText
    ) -> Int? {
        if text.isCoded { return HuffmanCode.usual.decode(text, payload, to: &octets, limit: limit) }
        var count = 0
        if text.index > 0 {
            for octet in staticTable[text.index - 1].value.utf8 where count < limit {
                octets[count] = octet
                count += 1
            }
        } else {
            while count < min(limit, text.count), let octet = payload.u8(text.start + count) {
                octets[count] = UInt8(octet)
                count += 1
            }
        }
        return count
    }
}
