/// IEEE 802.2 logical link control, and SNAP (RFC 1042).
///
///     +------+------+---------+--------------------+-----------+
///     | DSAP | SSAP | control | OUI (SNAP)         | EtherType |
///     +------+------+---------+--------------------+-----------+
///        1      1      1              3                  2
enum LLC {
    private static let headerLength = 3
    private static let snapLength = 8
    private static let snapSAPs: UInt16 = 0xAAAA
    private static let ipSAPs: UInt16 = 0x0606
    private static let unnumberedInformation: UInt8 = 0x03

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= headerLength else { return .undecodable(.linkHeaderCut) }
        let saps = cursor.u16(0)
        let control = cursor.u8(2)
        if saps == snapSAPs, control == unnumberedInformation {
            guard cursor.remaining >= snapLength else { return .undecodable(.linkHeaderCut) }
            let oui = UInt32(cursor.u16(3)) << 8 | UInt32(cursor.u8(5))
            let type = cursor.u16(6)
            cursor.skip(snapLength)
            // OUI 00-00-00: an EtherType follows (RFC 1042). OUI 00-00-F8 (802.1H) means the same.
            return oui == 0 || oui == 0x00F8 ? .etherType(type) : .notAFlow(saps: saps)
        }
        if saps == ipSAPs, control == unnumberedInformation {
            cursor.skip(headerLength)
            return .ip
        }
        return .notAFlow(saps: saps)
    }
}
