/// Frame Relay (LINKTYPE_FRELAY) with RFC 2427 multiprotocol encapsulation, or Cisco's with an EtherType.
///
///     +-------------------+---------+-------+-------+-----
///     | Q.922 address     | control | (pad) | NLPID | …       RFC 2427: control 0x03
///     +-------------------+---------+-------+-------+-----
///     | Q.922 address     | EtherType       | …               Cisco
///     +-------------------+-----------------+-----
///           2 to 4
///
/// The address ends with the first octet whose lowest bit is set.
enum FrameRelay {
    private static let longestAddress = 4
    private static let unnumberedInformation: UInt8 = 0x03
    private static let snapLength = 5

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        var address = 1
        while true {
            guard cursor.remaining > address else { return .undecodable(.linkHeaderCut) }
            if cursor.u8(address) & 1 != 0 { break }
            address &+= 1
            guard address < longestAddress else { return .notAFlow(link: 107) }
        }
        cursor.skip(address &+ 1)
        guard cursor.remaining >= 2 else { return .undecodable(.linkHeaderCut) }
        guard cursor.u8(0) == unnumberedInformation else {
            let type = cursor.u16(0)
            cursor.skip(2)
            // LMI and Q.933 have other control octets, which are no EtherType.
            return type >= 0x0600 ? .etherType(type) : .notAFlow(link: 107)
        }
        cursor.skip(1)
        if cursor.u8(0) == 0 {
            cursor.skip(1)
            guard cursor.remaining >= 1 else { return .undecodable(.linkHeaderCut) }
        }
        let protocolIdentifier = cursor.u8(0)
        cursor.skip(1)
        return network(protocolIdentifier, &cursor)
    }

    /// LINKTYPE_FRELAY_WITH_DIR: an octet says who sent the frame.
    static func decodeWithDirection(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= 1 else { return .undecodable(.linkHeaderCut) }
        cursor.skip(1)
        return decode(&cursor, &packet)
    }

    /// Network layer protocol identifiers (ISO/IEC TR 9577).
    private static func network(_ number: UInt8, _ cursor: inout Cursor) -> Layer {
        switch number {
        case 0xCC: return .etherType(0x0800)
        case 0x8E: return .etherType(0x86DD)
        case 0xCF: return PPP.decodeProtocol(&cursor)
        case 0x80:
            guard cursor.remaining >= snapLength else { return .undecodable(.linkHeaderCut) }
            let oui = UInt32(cursor.u16(0)) << 8 | UInt32(cursor.u8(2))
            let type = cursor.u16(3)
            cursor.skip(snapLength)
            if oui == 0 { return .etherType(type) }
            // RFC 2427 section 4.2: bridged Ethernet, with (1) and without (7) its frame check sequence.
            return oui == 0x0080C2 && (type == 1 || type == 7) ? .link(1) : .notAFlow(link: 107)
        default: return .notAFlow(link: 107)
        }
    }
}
