/// ARCnet: BSD's header (LINKTYPE_ARCNET_BSD) and Linux's, which has an offset in it (LINKTYPE_ARCNET_LINUX).
///
///     +--------+-------------+----------------+------+------------+----------+-----
///     | source | destination | offset (Linux) | type | split flag | sequence | …
///     +--------+-------------+----------------+------+------------+----------+-----
///         1          1               2            1         1           2
///
/// Types of RFC 1051 have no split flag and sequence; those of RFC 1201 and 2497 have. Only a datagram that is whole, or
/// its first part, has an IP header.
enum ARCnet {
    private static let splitLength = 3
    private static let exception: UInt8 = 0xFF
    private static let exceptionLength = 4

    static func decode(typeAt place: Int, linkType: UInt16, _ cursor: inout Cursor) -> Layer {
        guard cursor.remaining > place else { return .undecodable(.linkHeaderCut) }
        let type = cursor.u8(place)
        cursor.skip(place &+ 1)
        switch type {
        case 240: return .etherType(0x0800)  // RFC 1051.
        case 241: return .etherType(0x0806)
        case 212, 213, 214, 196: break  // RFC 1201, RFC 2497.
        default: return .notAFlow(link: linkType)
        }
        guard cursor.remaining >= splitLength else { return .undecodable(.linkHeaderCut) }
        var split = cursor.u8(0)
        cursor.skip(splitLength)
        if split == exception {
            guard cursor.remaining >= exceptionLength else { return .undecodable(.linkHeaderCut) }
            split = cursor.u8(1)
            cursor.skip(exceptionLength)
        }
        // 0 whole; odd the first of several; even a later one.
        guard split == 0 || split & 1 != 0 else { return .notAFlow(link: linkType) }
        switch type {
        case 212: return .etherType(0x0800)
        case 196: return .etherType(0x86DD)
        case 213: return .etherType(0x0806)
        default: return .etherType(0x8035)
        }
    }
}
