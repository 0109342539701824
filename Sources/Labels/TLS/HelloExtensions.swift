/// The extensions of TLS hello messages that are read (IANA, TLS ExtensionType values).
enum HelloExtension {
    static let serverName = 0
    static let supportedGroups = 10
    static let pointFormats = 11
    static let signatureAlgorithms = 13
    static let applicationProtocols = 16
    static let supportedVersions = 43

    /// Whether `value` is one of the reserved values that clients strew in (RFC 8701).
    static func isReserved(_ value: Int) -> Bool { value & 0x0F0F == 0x0A0A && value >> 8 == value & 0xFF }

    /// Where the 16-bit numbers of a list are that `range` holds behind a length of `prefix` octets.
    static func list(_ payload: Payload, _ range: Range<Int>, prefix: Int) -> Range<Int> {
        guard range.count >= prefix,
            let length = prefix == 1 ? payload.u8(range.lowerBound) : payload.u16(range.lowerBound)
        else { return range.lowerBound..<range.lowerBound }
        let start = range.lowerBound + prefix
        let end = min(range.upperBound, payload.count, start + length)
        return start..<max(start, end - (end - start) % 2)
    }

    /// The first name of the list of application protocols (RFC 7301) in `range`.
    static func firstProtocol(_ payload: Payload, _ range: Range<Int>) -> Range<Int>? {
        guard let length = payload.u8(range.lowerBound + 2), length > 0,
            range.lowerBound + 3 + length <= range.upperBound
        else { return nil }
        return range.lowerBound + 3..<range.lowerBound + 3 + length
    }
}
