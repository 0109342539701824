/// The attributes of one flow as octets, on their way from the flow table to the outputs: one value after another, by
/// ascending number, each attribute once.
///
///      0  number of the attribute (1)      1  octets of the value, from 1 (1)      2  value
///
/// Numbers have the octets that `LabelAttribute.octetCount` says, highest first. Texts are printable ASCII. A list of no
/// octets has no attributes.
package enum AttributeList {
    /// One value: where it stands among the octets that were read.
    package struct Value: Sendable {
        /// Which attribute.
        package let attribute: LabelAttribute
        /// Its octets.
        package let range: Range<Int>
    }

    /// Appends those values of `attributes` that are selected.
    package static func append(
        _ attributes: LabelAttributes, _ selection: AttributeSelection, to list: inout [UInt8]
    ) {
        for attribute in LabelAttribute.allCases where selection.contains(attribute) {
            guard let entry = attributes.entries.first(where: { $0.attribute == attribute }) else { continue }
            if attribute.isNumber {
                append(attribute, number: UInt64(entry.number), to: &list)
            } else {
                let text = attributes.octets(entry)
                append(attribute, text: text.span, 0..<text.count, to: &list)
            }
        }
    }

    /// Appends a number, which must come after all of the list; one that says "nothing" (`LabelAttribute.absent`), or that
    /// the attribute has no room for, is left out.
    package static func append(_ attribute: LabelAttribute, number: UInt64, to list: inout [UInt8]) {
        guard let count = attribute.octetCount, number != attribute.absent, number < 1 << UInt64(8 * count)
        else { return }
        list.append(attribute.rawValue)
        list.append(UInt8(count))
        for index in (0..<count).reversed() { list.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index))) }
    }

    /// Appends the text in `range` of `octets`, which must come after all of the list: cut to the longest that there is, what
    /// is not printable as `?`. An empty one is left out.
    package static func append(
        _ attribute: LabelAttribute, text octets: Span<UInt8>, _ range: Range<Int>, to list: inout [UInt8]
    ) {
        let range = range.clamped(to: 0..<octets.count)
        let count = min(range.count, LabelAttributes.longestText)
        guard count > 0, !attribute.isNumber else { return }
        list.append(attribute.rawValue)
        list.append(UInt8(count))
        for index in range.lowerBound..<range.lowerBound + count {
            list.append(LabelAttributes.printable(octets[index]))
        }
    }

    /// The value that begins at `position` of `octets`, where the list ends before `end`; moves `position` behind it. Nil at
    /// the end, and where no value can be.
    package static func next(_ octets: Span<UInt8>, _ position: inout Int, end: Int) -> Value? {
        let end = min(end, octets.count)
        guard position >= 0, end - position > 2, let attribute = LabelAttribute(rawValue: octets[position]) else {
            return nil
        }
        let count = Int(octets[position + 1])
        guard count > 0, count <= end - position - 2, attribute.octetCount ?? count == count else { return nil }
        let start = position + 2
        position = start + count
        return Value(attribute: attribute, range: start..<start + count)
    }

    /// Whether the octets in `range` are a list that this program could have made.
    package static func isSound(_ octets: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var (position, last) = (range.lowerBound, UInt8(0))
        while let value = next(octets, &position, end: range.upperBound) {
            guard value.attribute.rawValue > last else { return false }
            last = value.attribute.rawValue
            if value.attribute.isNumber {
                guard number(octets, value) != value.attribute.absent else { return false }
            } else {
                for index in value.range where LabelAttributes.printable(octets[index]) != octets[index] {
                    return false
                }
            }
        }
        return position == range.upperBound
    }

    /// The number that `value` is.
    package static func number(_ octets: Span<UInt8>, _ value: Value) -> UInt64 {
        value.range.reduce(0) { $0 << 8 | UInt64(octets[$1]) }
    }

    /// The list of the same flow seen from its responder: what has a direction is the other direction's.
    package static func mirrored(_ list: [UInt8]) -> [UInt8] {
        let octets = list.span
        var (position, result) = (0, [UInt8]())
        // The initiator's value, which waits for the responder's to come before it.
        var waiting: [UInt8] = []
        while let value = next(octets, &position, end: list.count) {
            let entry = [(value.attribute.reversed ?? value.attribute).rawValue, UInt8(value.range.count)]
            let isPair = value.attribute.isReverse && waiting.first == value.attribute.rawValue
            if !isPair { take(&waiting, to: &result) }
            if value.attribute.reversed != nil, !value.attribute.isReverse {
                waiting = entry + list[value.range]
                continue
            }
            result += entry + list[value.range]
            take(&waiting, to: &result)
        }
        take(&waiting, to: &result)
        return result
    }

    /// The values of two lists of one flow; where both have one, that of `later`.
    package static func joined(_ earlier: [UInt8], _ later: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var (first, second) = (0, 0)
        var (one, other) = (next(earlier.span, &first, end: earlier.count), next(later.span, &second, end: later.count))
        while one != nil || other != nil {
            let isLater = (other?.attribute.rawValue ?? .max) <= (one?.attribute.rawValue ?? .max)
            guard let value = isLater ? other : one else { break }
            result += [value.attribute.rawValue, UInt8(value.range.count)] + (isLater ? later : earlier)[value.range]
            if one?.attribute == value.attribute { one = next(earlier.span, &first, end: earlier.count) }
            if other?.attribute == value.attribute { other = next(later.span, &second, end: later.count) }
        }
        return result
    }

    private static func take(_ waiting: inout [UInt8], to result: inout [UInt8]) {
        result += waiting
        waiting.removeAll(keepingCapacity: true)
    }
}
