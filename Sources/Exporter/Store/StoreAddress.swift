import NetTypes

/// An address as the store keeps it: 16 octets in network order, an IPv4 address as `::ffff:a.b.c.d` (RFC 4291 section
/// 2.5.5.2), so that a prefix is a range of blobs. The column `ipVersion` tells it from the IPv6 address of that form.
struct StoreAddress: Equatable {
    private static let mapped: UInt64 = 0xFFFF << 32

    var high: UInt64
    var low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    init(_ address: IPAddress) {
        high = address.version == 4 ? 0 : address.high
        low = address.version == 4 ? Self.mapped | address.low & 0xFFFF_FFFF : address.low
    }

    /// The address again, for a row of that IP version.
    func address(version: UInt8) -> IPAddress {
        version == 4
            ? IPAddress(v4: UInt32(truncatingIfNeeded: low)) : IPAddress(high: high, low: low, version: 6)
    }

    /// First and last address of a prefix.
    static func range(_ prefix: Prefix) -> (first: StoreAddress, last: StoreAddress) {
        let first = StoreAddress(prefix.address)
        var last = first
        if prefix.address.version == 4 {
            last.low |= prefix.length == 0 ? 0xFFFF_FFFF : (1 << UInt64(32 - prefix.length)) - 1
        } else {
            if prefix.length < 64 { last.high |= .max >> UInt64(prefix.length) }
            last.low |= prefix.length <= 64 ? .max : prefix.length == 128 ? 0 : .max >> UInt64(prefix.length - 64)
        }
        return (first, last)
    }
}
