/// Suites of China's commercial cryptography: those of RFC 8998 for TLS 1.3, and those of TLCP (GB/T 38636-2020), which some
/// also speak under a version of TLS.
enum CommercialCryptography {
    /// SM4 with SM3; TLCP's by key exchange, in CBC and GCM, two of them with SHA-256.
    private static let suites: Set = [
        0x00C6, 0x00C7, 0xE011, 0xE013, 0xE015, 0xE017, 0xE019, 0xE01C, 0xE051, 0xE053, 0xE055, 0xE057, 0xE059, 0xE05A,
    ]
    /// Values that choose no suite: renegotiation (RFC 5746) and fallback (RFC 7507).
    private static let signals: Set = [0x00FF, 0x5600]

    /// Whether a server has chosen one of them.
    static func has(_ suite: Int) -> Bool { suites.contains(suite) }

    /// Whether the list of suites in `range` of `payload` offers these and no others.
    static func isAll(_ payload: Payload, _ range: Range<Int>) -> Bool {
        var isOffered = false
        var place = range.lowerBound
        while place + 1 < range.upperBound, let suite = payload.u16(place) {
            place += 2
            if signals.contains(suite) || HelloExtension.isReserved(suite) { continue }
            guard has(suite) else { return false }
            isOffered = true
        }
        return isOffered
    }
}
