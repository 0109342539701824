/// IEEE 802.11 data frames that are not encrypted (LINKTYPE_IEEE802_11). Little-endian, as all of 802.11.
///
///     +---------------+----------+-----------+-----------+-----------+----------+-----------+-----+------------+-----
///     | frame control | duration | address 1 | address 2 | address 3 | sequence | address 4 | QoS | HT control | LLC
///     +---------------+----------+-----------+-----------+-----------+----------+-----------+-----+------------+-----
///            2             2          6           6           6           2       6, WDS only   2        4
///
/// Which address is which follows from the bits "to DS" and "from DS" (IEEE 802.11-2020 section 9.3.2.1). Of an
/// aggregate (A-MSDU) the first part is read.
enum IEEE80211 {
    /// What a frame without flows was, for the count.
    enum Frame: UInt16 {
        case management = 0
        case control = 1
        /// Data frames that carry no data.
        case null = 2
        case encrypted = 3
        /// A later fragment of a frame.
        case fragment = 4
    }

    private static let headerLength = 24
    private static let addressLength = 6
    private static let qosLength = 2
    private static let htControlLength = 4
    private static let aggregateHeaderLength = 14
    private static let sequence = 22

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        decode(&cursor, &packet, isPadded: false, isSwapped: false)
    }

    /// `isPadded`: the header is followed by zeros up to a multiple of four octets. `isSwapped`: the octets of the frame
    /// control and sequence control fields are exchanged.
    static func decode(
        _ cursor: inout Cursor, _ packet: inout PacketFacts, isPadded: Bool, isSwapped: Bool
    ) -> Layer {
        guard cursor.remaining >= 2 else { return .undecodable(.linkHeaderCut) }
        let kind = cursor.u8(isSwapped ? 1 : 0)
        let flags = cursor.u8(isSwapped ? 0 : 1)
        switch kind >> 2 & 3 {
        case 0: return .notAFlow(wireless: .management)
        case 2: break
        default: return .notAFlow(wireless: .control)
        }
        if kind & 0x40 != 0 { return .notAFlow(wireless: .null) }
        if flags & 0x40 != 0 { return .notAFlow(wireless: .encrypted) }
        let (toDS, fromDS, hasQoS) = (flags & 1 != 0, flags & 2 != 0, kind & 0x80 != 0)
        var length = headerLength
        if toDS && fromDS { length &+= addressLength }
        let qos = length
        if hasQoS {
            length &+= qosLength
            if flags & 0x80 != 0 { length &+= htControlLength }
        }
        if isPadded { length = (length &+ 3) & ~3 }
        guard cursor.remaining >= length else { return .undecodable(.linkHeaderCut) }
        if cursor.u8(isSwapped ? sequence &+ 1 : sequence) & 0x0F != 0 { return .notAFlow(wireless: .fragment) }
        packet.destinationMAC = address(cursor, toDS ? 16 : 4)
        packet.sourceMAC = address(cursor, fromDS ? (toDS ? headerLength : 16) : 10)
        packet.flags.insert(.macs)
        let isAggregate = hasQoS && cursor.u8(qos) & 0x80 != 0
        cursor.skip(length)
        if isAggregate {
            guard cursor.remaining >= aggregateHeaderLength else { return .undecodable(.linkHeaderCut) }
            packet.destinationMAC = address(cursor, 0)
            packet.sourceMAC = address(cursor, addressLength)
            let octets = Int(cursor.u16(2 &* addressLength))
            cursor.skip(aggregateHeaderLength)
            cursor.truncate(to: octets)
        }
        return .llc
    }

    private static func address(_ cursor: borrowing Cursor, _ place: Int) -> UInt64 {
        UInt64(cursor.u16(place)) << 32 | UInt64(cursor.u32(place &+ 2))
    }
}
