import Labels

/// The last fields of templates for records that have attributes: one for each attribute that the export carries, numbers
/// of their type's length, texts of variable length (RFC 7011 section 7). What a record lacks is an empty text, or the
/// number that says "not seen" (`LabelAttribute.absent`).
struct AttributeFields {
    /// In the order of the fields.
    let attributes: [LabelAttribute]
    /// Octets when there is no value at all.
    let shortest: Int

    /// Whether values are the other direction's: of a record that is written from its responder's side.
    private let isMirrored: Bool
    /// Attributes that the template has no room for.
    private let left: [LabelAttribute]

    /// Fields for `attributes`, in the order of their numbers: those of the lowest if they are more than `limit`.
    init(_ attributes: [LabelAttribute], atMost limit: Int = .max) {
        self.init(Array(attributes.prefix(limit)), left: Array(attributes.dropFirst(limit)), isMirrored: false)
    }

    private init(_ attributes: [LabelAttribute], left: [LabelAttribute], isMirrored: Bool) {
        self.attributes = attributes
        self.left = left
        self.isMirrored = isMirrored
        shortest = attributes.reduce(0) { $0 + ($1.octetCount ?? 1) }
    }

    /// The same fields for records written from their responder's side.
    var mirrored: AttributeFields { AttributeFields(attributes, left: left, isMirrored: true) }

    /// The attribute whose value stands in the field of `attribute`.
    private func source(_ attribute: LabelAttribute) -> LabelAttribute {
        isMirrored ? attribute.reversed ?? attribute : attribute
    }

    /// Writes the values of the list `octets[range]` into `output`, which is emptied first, in at most `limit` octets: no fewer
    /// than `shortest`; nothing when the fields have no value at all. False when a value was left out: a text that did not
    /// fit, or one that the template has no room for.
    func encode(_ octets: Span<UInt8>, _ range: Range<Int>, limit: Int, into output: inout [UInt8]) -> Bool {
        output.removeAll(keepingCapacity: true)
        var (isWhole, isEmpty) = (true, true)
        // What may still be spent on texts.
        var room = limit - shortest
        var position = range.lowerBound
        var value = AttributeList.next(octets, &position, end: range.upperBound)
        for attribute in attributes {
            let source = source(attribute)
            while let known = value, known.attribute.rawValue < source.rawValue {
                value = AttributeList.next(octets, &position, end: range.upperBound)
            }
            let own = value?.attribute == source ? value?.range : nil
            if let count = attribute.octetCount {
                if own != nil { isEmpty = false }
                for index in 0..<count {
                    let absent = UInt8(truncatingIfNeeded: attribute.absent >> UInt64(8 * (count - 1 - index)))
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
            isEmpty = false
            room -= cost
            if own.count < 255 {
                output.append(UInt8(own.count))
            } else {
                output.append(contentsOf: [255, UInt8(own.count >> 8), UInt8(own.count & 255)])
            }
            for index in own { output.append(octets[index]) }
        }
        if isEmpty { output.removeAll(keepingCapacity: true) }
        return isWhole && !hasLeft(octets, range)
    }

    /// Whether the list has a value of one of the attributes selected.
    static func hasAny(of selection: AttributeSelection, _ octets: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var position = range.lowerBound
        while let value = AttributeList.next(octets, &position, end: range.upperBound) {
            if selection.contains(value.attribute) { return true }
        }
        return false
    }

    /// Whether the list has a value for which the template has no room.
    private func hasLeft(_ octets: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !left.isEmpty else { return false }
        var position = range.lowerBound
        while let value = AttributeList.next(octets, &position, end: range.upperBound) {
            if left.contains(where: { source($0) == value.attribute }) { return true }
        }
        return false
    }

    /// Octets of the fields at the start of `octets[range]`; nil when they do not fit into it.
    func length(_ octets: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var position = range.lowerBound
        for attribute in attributes {
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
