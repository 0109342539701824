/// Darwin's PKTAP (LINKTYPE_PKTAP): a header about process and interface, then a packet of the link type it names.
///
///     +--------+-------------+------+-----
///     | length | record type | DLT  | …, to `length`; four octets each, in the capturing machine's byte order
///     +--------+-------------+------+-----
enum PKTAP {
    private static let neededLength = 12
    private static let dataLinkType = 8
    /// Record type: a packet.
    private static let packetRecord: UInt32 = 1

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= neededLength else { return .undecodable(.linkHeaderCut) }
        // A length is small, so that the order is plain from the value itself.
        let raw = cursor.u32(0)
        let isSwapped = raw > 0xFFFF
        let length = Int(isSwapped ? raw.byteSwapped : raw)
        guard length >= neededLength, cursor.remaining >= length else { return .undecodable(.linkHeaderCut) }
        guard field(cursor, 4, isSwapped) == packetRecord,
            let type = UInt16(exactly: field(cursor, dataLinkType, isSwapped))
        else {
            return .notAFlow(link: 258)
        }
        cursor.skip(length)
        return .link(type)
    }

    private static func field(_ cursor: borrowing Cursor, _ place: Int, _ isSwapped: Bool) -> UInt32 {
        let value = cursor.u32(place)
        return isSwapped ? value.byteSwapped : value
    }
}
