/// Radiotap (LINKTYPE_IEEE802_11_RADIOTAP): a little-endian header about reception before an 802.11 frame.
///
///     +---------+-----+--------+----------------------+-----
///     | version | pad | length | present (4, or more) | fields, to `length`
///     +---------+-----+--------+----------------------+-----
///          1       1      2
///
/// Only the flags field is read, for the padding between an 802.11 header and its data (https://www.radiotap.org).
enum Radiotap {
    private static let fixedLength = 8
    private static let padded: UInt8 = 0x20
    private static let timestampBit: UInt32 = 1 << 0
    private static let flagsBit: UInt32 = 1 << 1
    private static let moreBit: UInt32 = 1 << 31

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= fixedLength else { return .undecodable(.linkHeaderCut) }
        let length = Int(cursor.u16(2).byteSwapped)
        guard length >= fixedLength, cursor.remaining >= length else { return .undecodable(.linkHeaderCut) }
        let isPadded = flags(cursor, length) & padded != 0
        cursor.skip(length)
        return IEEE80211.decode(&cursor, &packet, isPadded: isPadded, isSwapped: false)
    }

    /// The flags field, 0 when there is none. Fields are aligned to their size, from the header's start.
    private static func flags(_ cursor: borrowing Cursor, _ length: Int) -> UInt8 {
        let present = cursor.u32(4).byteSwapped
        guard present & flagsBit != 0 else { return 0 }
        var place = 8
        var word = present
        while word & moreBit != 0 {
            guard place &+ 4 <= length else { return 0 }
            word = cursor.u32(place).byteSwapped
            place &+= 4
        }
        if present & timestampBit != 0 { place = ((place &+ 7) & ~7) &+ 8 }
        return place < length ? cursor.u8(place) : 0
    }
}
