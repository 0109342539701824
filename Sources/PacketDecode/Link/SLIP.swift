/// SLIP (RFC 1055) as BSD captures it (LINKTYPE_SLIP): sixteen octets about direction and header compression, then IP.
enum SLIP {
    private static let headerLength = 16
    private static let typeMask: UInt8 = 0xF0
    /// An IP header as it was; 0x70 and 0x80 and above are compressed (RFC 1144) and not followed.
    private static let plain: UInt8 = 0x40

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= headerLength else { return .undecodable(.linkHeaderCut) }
        let type = cursor.u8(1) & typeMask
        guard type == plain || type == 0 || type == 0x60 else { return .notAFlow(link: 8) }
        cursor.skip(headerLength)
        return .ip
    }
}
