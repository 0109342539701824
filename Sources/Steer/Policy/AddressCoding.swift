import NetTypes

// The state file holds addresses as people write them.

extension IPAddress: Codable {
    /// From the text of an address.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let address = IPAddress(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an IP address")
        }
        self = address
    }

    /// As the text of the address.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Prefix: Codable {
    /// From `ADDRESS/LENGTH`.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let prefix = Prefix(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an address prefix")
        }
        self = prefix
    }

    /// As `ADDRESS/LENGTH`.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Prefix {
    /// The same addresses without prefixes that lie in others: IPv4 first, then by address.
    static func disjoint(_ prefixes: [Prefix]) -> [Prefix] {
        let sorted = prefixes.sorted { ($0.length, $0.address) < ($1.length, $1.address) }
        var kept: [Prefix] = []
        for prefix in sorted where !kept.contains(where: { $0.length <= prefix.length && $0.contains(prefix.address) })
        {
            kept.append(prefix)
        }
        return kept.sorted { ($0.address, $0.length) < ($1.address, $1.length) }
    }

    /// Whether some address lies in both.
    func overlaps(_ other: Prefix) -> Bool {
        length <= other.length ? contains(other.address) : other.contains(address)
    }
}
