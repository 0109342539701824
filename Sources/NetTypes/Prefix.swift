/// An address prefix: `10.0.0.0/8`, `2001:db8::/32`. Host bits are zero.
package struct Prefix: Hashable, Sendable, CustomStringConvertible {
    /// The network address, host bits cleared.
    package let address: IPAddress
    /// Number of leading bits that count: 0...32 for IPv4, 0...128 for IPv6.
    package let length: UInt8

    /// A prefix of `length` bits of `address`; nil when the length does not fit the address's version.
    package init?(address: IPAddress, length: UInt8) {
        guard length <= (address.version == 4 ? 32 : 128) else { return nil }
        self.address = Self.mask(address, length: length)
        self.length = length
    }

    /// Parses `ADDRESS/LENGTH`, or an address alone as a prefix of its full length. Host bits may be set.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        let full: UInt8 = address.version == 4 ? 32 : 128
        guard parts.count == 2 else {
            self.init(address: address, length: full)
            return
        }
        guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = UInt8(parts[1]) else { return nil }
        self.init(address: address, length: length)
    }

    /// Whether `candidate` is of the same version and lies in this prefix.
    package func contains(_ candidate: IPAddress) -> Bool {
        candidate.version == address.version && Self.mask(candidate, length: length) == address
    }

    /// `ADDRESS/LENGTH`.
    package var description: String { "\(address)/\(length)" }

    /// `address` with all but its first `length` bits cleared.
    package static func mask(_ address: IPAddress, length: UInt8) -> IPAddress {
        if address.version == 4 {
            let keep: UInt64 = length == 0 ? 0 : (0xFFFF_FFFF << UInt64(32 - length)) & 0xFFFF_FFFF
            return IPAddress(high: 0, low: address.low & keep, version: 4)
        }
        let high: UInt64 = length == 0 ? 0 : length >= 64 ? .max : .max << UInt64(64 - length)
        let low: UInt64 = length <= 64 ? 0 : .max << UInt64(128 - length)
        return IPAddress(high: address.high & high, low: address.low & low, version: 6)
    }
}
