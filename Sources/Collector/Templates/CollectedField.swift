/// A field of a template as it came (RFC 7011 section 3.2).
struct CollectedField: Equatable {
    /// Element id without the enterprise bit.
    var id: UInt16
    /// 0 for elements of IANA's registry, 29305 for their reverse (RFC 5103).
    var enterpriseNumber: UInt32
    /// Octets in a record; 65535 for variable length.
    var length: UInt16

    /// Whether each record says how long the value is.
    var isVariable: Bool { length == 65535 }

    /// What the element is called. `learned` knows what the exporter said about private ones.
    func description(_ learned: LearnedElements) -> ElementDescription {
        if enterpriseNumber == 0 || enterpriseNumber == Self.reverseEnterpriseNumber {
            let isReverse = enterpriseNumber != 0
            guard var known = KnownElements.element(id) else {
                return ElementDescription(
                    name: isReverse ? "reverseIe\(id)" : "ie\(id)", type: .octetArray, isIdentifier: false,
                    isPrivate: false)
            }
            if isReverse { known.name = KnownElements.reverseName(known.name) }
            return known
        }
        return learned.element(id, enterpriseNumber: enterpriseNumber)
            ?? ElementDescription(
                name: "enterprise\(enterpriseNumber)ie\(id)", type: .octetArray, isIdentifier: false, isPrivate: true)
    }

    /// Marks the reverse of an IANA element (RFC 5103 section 6.1).
    static let reverseEnterpriseNumber: UInt32 = 29305
}

/// Where a field is in a record.
struct FieldPlace {
    /// Octets from the start of the record.
    var offset: Int
    /// Octets of the value.
    var length: Int
}
