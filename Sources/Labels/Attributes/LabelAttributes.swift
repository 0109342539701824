/// The attributes of one flow: at most one value of each, texts of at most 255 octets, 1,024 octets in all.
///
/// Texts are printable ASCII: whatever else a packet has in them becomes `?`. Memory is kept when a flow's place is used
/// again.
package struct LabelAttributes: Sendable, Equatable {
    /// The longest text; what is longer is cut.
    package static let longestText = 255
    /// Octets of all texts; a text that does not fit is left out.
    package static let octetLimit = 1024

    /// One value.
    package struct Entry: Sendable, Equatable {
        /// Which attribute.
        package let attribute: LabelAttribute
        /// The value of a number; 0 for a text.
        package let number: UInt32
        fileprivate let range: Range<UInt16>
    }

    /// The values, in the order in which they were found.
    package private(set) var entries: [Entry] = []
    private var octets: [UInt8] = []

    /// No attributes.
    package init() {}

    /// The text of `entry`, printable ASCII; empty for a number.
    package func text(_ entry: Entry) -> String {
        String(decoding: octets[Int(entry.range.lowerBound)..<Int(entry.range.upperBound)], as: UTF8.self)
    }

    /// The octets of the text of `entry`.
    package func octets(_ entry: Entry) -> ArraySlice<UInt8> {
        octets[Int(entry.range.lowerBound)..<Int(entry.range.upperBound)]
    }

    /// The value of `attribute`, a number in decimal; nil when it was not found.
    package subscript(_ attribute: LabelAttribute) -> String? {
        guard let entry = entries.first(where: { $0.attribute == attribute }) else { return nil }
        return attribute.isNumber ? String(entry.number) : text(entry)
    }

    /// Whether `attribute` has a value.
    func has(_ attribute: LabelAttribute) -> Bool { entries.contains { $0.attribute == attribute } }

    /// Adds the text in `range` of `payload`, unless there is a value already or the text is empty.
    mutating func add(_ attribute: LabelAttribute, _ payload: Payload, _ range: Range<Int>) {
        var range = range.clamped(to: 0..<payload.count)
        if range.count > Self.longestText { range = range.lowerBound..<range.lowerBound + Self.longestText }
        guard !range.isEmpty, !has(attribute), octets.count + range.count <= Self.octetLimit else { return }
        let start = octets.count
        payload.append(range, to: &octets)
        var span = octets.mutableSpan
        for place in start..<span.count { span[place] = Self.printable(span[place]) }
        entries.append(Entry(attribute: attribute, number: 0, range: UInt16(start)..<UInt16(octets.count)))
    }

    /// Adds a text, unless there is a value already or the text is empty.
    mutating func add(_ attribute: LabelAttribute, text: [UInt8]) { add(attribute, Payload(text.span), 0..<text.count) }

    /// Adds a text, unless there is a value already or the text is empty.
    mutating func add(_ attribute: LabelAttribute, text: String) { add(attribute, text: Array(text.utf8)) }

    /// Adds a number of 32 bits, unless there is a value already.
    mutating func add(_ attribute: LabelAttribute, number: Int) {
        guard !has(attribute) else { return }
        entries.append(Entry(attribute: attribute, number: UInt32(clamping: number), range: 0..<0))
    }

    /// Replaces a number, or adds it.
    mutating func set(_ attribute: LabelAttribute, number: Int) {
        entries.removeAll { $0.attribute == attribute }
        add(attribute, number: number)
    }

    /// Forgets what was added when there were `count` entries.
    mutating func rewind(to count: Int) {
        guard count < entries.count else { return }
        entries.removeSubrange(count...)
        octets.removeSubrange(Int(entries.map(\.range.upperBound).max() ?? 0)...)
    }

    /// Forgets all, and keeps the memory.
    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        octets.removeAll(keepingCapacity: true)
    }

    /// The octet itself when it is printable ASCII, else `?`.
    static func printable(_ octet: UInt8) -> UInt8 { octet >= 0x20 && octet < 0x7F ? octet : 0x3F }
}
