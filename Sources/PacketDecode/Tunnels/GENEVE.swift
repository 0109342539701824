/// Generic network virtualization encapsulation (RFC 8926), UDP port 6081.
///
///     |ver| option words (6) |O|C| reserved (6) | protocol type (16) |
///     | virtual network identifier (24)         | reserved (8)       |
///     | options: class (16), type (8), reserved (3), words of data (5), data; … |
enum GENEVE {
    private static let headerLength = 8
    private static let optionHeaderLength = 4
    private static let isControl: UInt8 = 0x80
    private static let transparentBridging: UInt16 = 0x6558

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        guard cursor.remaining >= headerLength else { return .flow }
        let first = cursor.u8(0)
        guard first >> 6 == 0, cursor.u8(1) & isControl == 0 else { return .flow }
        let length = headerLength &+ Int(first & 0x3F) &* 4
        guard cursor.remaining >= length, optionsNest(cursor, length) else {
            packet.note(.innerHeaderDamaged)
            return .flow
        }
        let type = cursor.u16(2)
        let network = cursor.u32(4) >> 8
        guard
            path.enter(
                .geneve, identifier: network, network: network == 0 ? nil : network,
                carriesFrames: type == transparentBridging, &packet)
        else { return .flow }
        cursor.skip(length)
        return .etherType(type)
    }

    /// Whether the options end where the header does: 63 of them at most.
    private static func optionsNest(_ cursor: borrowing Cursor, _ length: Int) -> Bool {
        var place = headerLength
        while place < length {
            place &+= optionHeaderLength &+ Int(cursor.u8(place &+ 3) & 0x1F) &* 4
        }
        return place == length
    }
}
