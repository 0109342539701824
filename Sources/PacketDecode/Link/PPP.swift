/// PPP (RFC 1661), with or without HDLC-like framing (RFC 1662).
///
///     +---------+---------+----------+-----
///     | address | control | protocol | …       address and control (0xFF, 0x03) may be left out;
///     +---------+---------+----------+-----    a protocol of one octet is odd (RFC 1661 section 6.5)
///          1         1        1 or 2
enum PPP {
    private static let framing: UInt16 = 0xFF03
    private static let framingLength = 2

    /// LINKTYPE_PPP, and PPP in tunnels: framing or not.
    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= 2 else { return .undecodable(.linkHeaderCut) }
        if cursor.u16(0) == framing { cursor.skip(framingLength) }
        return decodeProtocol(&cursor)
    }

    /// LINKTYPE_PPP_HDLC: PPP, or Cisco HDLC, by the first octet.
    static func decodeSerial(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= 1 else { return .undecodable(.linkHeaderCut) }
        return CiscoHDLC.isAddress(cursor.u8(0)) ? .link(104) : decode(&cursor, &packet)
    }

    /// LINKTYPE_PPP_WITH_DIR: an octet says who sent the frame.
    static func decodeWithDirection(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= 1 else { return .undecodable(.linkHeaderCut) }
        cursor.skip(1)
        return decode(&cursor, &packet)
    }

    /// At the protocol field.
    static func decodeProtocol(_ cursor: inout Cursor) -> Layer {
        guard cursor.remaining >= 1 else { return .undecodable(.linkHeaderCut) }
        let first = cursor.u8(0)
        if first & 1 != 0 {
            cursor.skip(1)
            return layer(UInt16(first))
        }
        guard cursor.remaining >= 2 else { return .undecodable(.linkHeaderCut) }
        let number = cursor.u16(0)
        cursor.skip(2)
        return layer(number)
    }

    /// https://www.iana.org/assignments/ppp-numbers
    private static func layer(_ number: UInt16) -> Layer {
        switch number {
        case 0x0021: .etherType(0x0800)
        case 0x0057: .etherType(0x86DD)
        case 0x0281: .etherType(0x8847)
        case 0x0283: .etherType(0x8848)
        default: .notAFlow(ppp: number)
        }
    }
}
