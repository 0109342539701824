/// QUIC as Google had it before RFC 9000, versions Q001 to Q050 and T048 to T051: told by the version alone, which four
/// printable characters make; nothing is decrypted.
///
///     up to Q043:  +0 flags (version 1, connection id 8)   +1 connection id 8   +9 version
///     from Q046:   +0 1 1 type                             +1 version           +5 lengths and connection ids
enum GoogleQUIC {
    /// The version in the header of `payload`, four octets in network order; nil when there is none of Google's.
    static func version(_ payload: Payload) -> Int? {
        guard let first = payload.u8(0) else { return nil }
        // Neither a reset nor one of the two highest bits, which were never used.
        let isPublicHeader = first & 0xCB == 0x09
        guard isPublicHeader || first & 0xC0 == 0xC0, let version = payload.u32(isPublicHeader ? 9 : 1),
            isGoogles(version)
        else { return nil }
        return version
    }

    /// `Q0` or `T0`, and two digits.
    private static func isGoogles(_ version: Int) -> Bool {
        let digits = 0x30...0x39
        return (version >> 16 == 0x5130 || version >> 16 == 0x5430) && digits.contains(version >> 8 & 0xFF)
            && digits.contains(version & 0xFF)
    }
}
