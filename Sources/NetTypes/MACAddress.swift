/// An EUI-48 address in the low 48 bits of an integer, first octet highest.
package struct MACAddress: Hashable, Sendable, CustomStringConvertible {
    /// The 48 bits; the upper 16 are zero.
    package let bits: UInt64

    /// An address from its 48 bits; higher bits are dropped.
    package init(bits: UInt64) {
        self.bits = bits & 0xFFFF_FFFF_FFFF
    }

    /// `00:53:ff:00:00:01`: lower case, colons.
    package var description: String {
        (0..<6).map { index in
            let octet = UInt8(truncatingIfNeeded: bits >> UInt64(40 - index * 8))
            return (octet < 16 ? "0" : "") + String(octet, radix: 16)
        }.joined(separator: ":")
    }
}
