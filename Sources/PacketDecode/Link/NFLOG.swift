/// Linux netfilter's log (LINKTYPE_NFLOG): attributes, one of which is the packet from its IP header on.
///
///     +--------+---------+-------+-----------------------------------------+-----
///     | family | version | group | length (2), type (2), value, padding    | …
///     +--------+---------+-------+-----------------------------------------+-----
///         1         1        2     in the capturing machine's byte order
enum NFLOG {
    private static let headerLength = 4
    private static let attributeHeaderLength = 4
    private static let payload: UInt16 = 9
    /// Attributes that nfnetlink_log has, and some more.
    private static let attributeLimit = 32

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= headerLength else { return .undecodable(.linkHeaderCut) }
        let family = cursor.u8(0)
        cursor.skip(headerLength)
        for _ in 0..<attributeLimit {
            guard cursor.remaining >= attributeHeaderLength else { return .undecodable(.linkHeaderCut) }
            // Types are below 256: the order is plain from the value itself.
            let rawType = cursor.u16(2)
            let isSwapped = rawType > 0xFF
            let type = isSwapped ? rawType.byteSwapped : rawType
            let length = Int(isSwapped ? cursor.u16(0).byteSwapped : cursor.u16(0))
            guard length >= attributeHeaderLength else { return .undecodable(.linkHeaderCut) }
            if type == payload {
                cursor.skip(attributeHeaderLength)
                cursor.truncate(to: length &- attributeHeaderLength)
                switch family {
                case 2: return .etherType(0x0800)
                case 10: return .etherType(0x86DD)
                default: return .notAFlow(link: 239)
                }
            }
            let padded = (length &+ 3) & ~3
            guard cursor.remaining >= padded else { return .undecodable(.linkHeaderCut) }
            cursor.skip(padded)
        }
        return .undecodable(.tooManyHeaders)
    }
}
