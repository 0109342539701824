import Labels

/// The last fields of templates for records that have attributes: one for each attribute that the export carries, numbers
/// of their type's length, texts of variable length (RFC 7011 section 7). What a record lacks is an empty text, or the
/// number that says "not seen" (`LabelAttribute.absent`).
struct AttributeFields {
    /// In the order of the fields.
    let attributes: [LabelAttribute]
    /// Octets when there is no value at all.
    let shortest: Int

    /// Fields for the attributes selected, those of the lowest numbers if they are more than `limit`.
    init(_ selection: AttributeSelection, atMost limit: Int = .max) {
        attributes = Array(selection.attributes.prefix(limit))
        shortest = attributes.reduce(0) { $0 + ($1.octetCount ?? 1) }
    }

    /// Writes the values of the list `octets[range]` into `output`, which is emptied first, in at most `limit` octets: no fewer
    /// than `shortest`. False when a text did not fit and was left out.
    func encode(_ octets: Span<UInt8>, _ range: Range<Int>, limit: Int, into output: inout [UInt8]) -> Bool {
        output.removeAll(keepingCapacity: true)
        var isWhole = true
        // What may still be spent on texts.
        var room = limit - shortest
        var position = range.lowerBound
        var value = AttributeList.next(octets, &position, end: range.upperBound)
        for attribute in attributes {
            while let known = value, known.attribute.rawValue < attribute.rawValue {
                value = AttributeList.next(octets, &position, end: range.upperBound)
            }
            let own = value?.attribute == attribute ? value?.range : nil
            if let count = attribute.octetCount {
                for index in 0..<count {
                    let absent = UInt8(truncatingIfNeeded: attribute.absent >> UInt32(8 * (count - 1 - index)))
                    output.append(own.map { octets[$0.lowerBound + index] } ?? absent)
                }
                continue
            }
            guard let own, !own.isEmpty else {
                output.append(0)
                continue
            }
            // RFC 7011 section 7: one octet of length, or 255 and two.
            let cost = own.count + (own.count < 255 ? 0 : 2)
            guard cost <= room else {
                isWhole = false
                output.append(0)
                continue
            }
            room -= cost
            if own.count < 255 {
                output.append(UInt8(own.count))
            } else {
                output.append(contentsOf: [255, UInt8(own.count >> 8), UInt8(own.count & 255)])
            }
            for index in own { output.append(octets[index]) }
        }
        return isWhole
    }

    /// Whether no attribute has a value in `octets`, which are those of these fields, from field number `first` on.
    func isEmpty(_ octets: Span<UInt8>, from first: Int) -> Bool {
        guard var position = length(octets, 0..<octets.count, first: first) else { return true }
        for attribute in attributes[first...] {
            if let count = attribute.octetCount {
                var number: UInt32 = 0
                for index in position..<position + count { number = number << 8 | UInt32(octets[index]) }
                guard number == attribute.absent else { return false }
                position += count
            } else {
                guard octets[position] == 0 else { return false }
                position += 1
            }
        }
        return true
    }

    /// Octets of the fields, or of the `first` of them, at the start of `octets[range]`; nil when they do not fit into it.
    func length(_ octets: Span<UInt8>, _ range: Range<Int>, first: Int = .max) -> Int? {
        var position = range.lowerBound
        for attribute in attributes.prefix(first) {
            if let count = attribute.octetCount {
                position += count
                continue
            }
            guard position < range.upperBound else { return nil }
            var count = Int(octets[position])
            position += 1
            if count == 255 {
                guard range.upperBound - position >= 2 else { return nil }
                count = Int(octets[position]) << 8 | Int(octets[position + 1])
                position += 2
            }
            position += count
        }
        return position <= range.upperBound ? position - range.lowerBound : nil
    }
}
