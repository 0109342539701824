/// Per-packet information (LINKTYPE_PPI): little-endian; the link type of what follows is in the header.
///
///     +---------+-------+--------+-----+-----
///     | version | flags | length | DLT | fields, to `length`
///     +---------+-------+--------+-----+-----
///          1        1       2       4
enum PPI {
    private static let fixedLength = 8

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= fixedLength else { return .undecodable(.linkHeaderCut) }
        let length = Int(cursor.u16(2).byteSwapped)
        let type = cursor.u32(4).byteSwapped
        guard length >= fixedLength, cursor.remaining >= length else { return .undecodable(.linkHeaderCut) }
        guard let type = UInt16(exactly: type) else { return .notAFlow(link: 192) }
        cursor.skip(length)
        return .link(type)
    }
}

/// The older headers of 802.11 captures: Prism (LINKTYPE_IEEE802_11_PRISM) and AVS (LINKTYPE_IEEE802_11_AVS). Each says
/// its length in octets 4 to 7, Prism in the capturing machine's byte order.
enum MonitorHeader {
    private static let fixedLength = 8

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= fixedLength else { return .undecodable(.linkHeaderCut) }
        // Lengths are small: the order is plain from the value itself.
        let raw = cursor.u32(4)
        let length = Int(raw > 0xFFFF ? raw.byteSwapped : raw)
        guard length >= fixedLength, cursor.remaining >= length else { return .undecodable(.linkHeaderCut) }
        cursor.skip(length)
        return .link(105)
    }
}
