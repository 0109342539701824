/// Linux cooked capture, version 1 (LINKTYPE_LINUX_SLL, 113).
///
///     +-------------+----------+--------+-----------+----------+
///     | packet type | ARPHRD   | length | address   | protocol |
///     +-------------+----------+--------+-----------+----------+
///          2            2          2         8           2
enum LinuxSLL {
    private static let headerLength = 16
    private static let protocolType = 14

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= headerLength else { return .undecodable(.linkHeaderCut) }
        let type = cursor.u16(protocolType)
        cursor.skip(headerLength)
        return cookedProtocol(type)
    }

    /// The layer a cooked header's protocol field announces: an EtherType, or one of Linux's own small numbers.
    static func cookedProtocol(_ type: UInt16) -> Layer {
        switch type {
        case 0x0004: .llc  // LLC_P_802_2
        case 0x0001, 0x000C, 0x000D: .notAFlow(etherType: type)  // Novell 802.3, CAN, CAN FD: no IP inside.
        default: .etherType(type)
        }
    }
}

/// Linux cooked capture, version 2 (LINKTYPE_LINUX_SLL2, 276).
///
///     +----------+----------+-----------------+--------+-------------+--------+---------+
///     | protocol | reserved | interface index | ARPHRD | packet type | length | address |
///     +----------+----------+-----------------+--------+-------------+--------+---------+
///         2          2              4             2          1           1         8
enum LinuxSLL2 {
    private static let headerLength = 20

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= headerLength else { return .undecodable(.linkHeaderCut) }
        let type = cursor.u16(0)
        cursor.skip(headerLength)
        return LinuxSLL.cookedProtocol(type)
    }
}
