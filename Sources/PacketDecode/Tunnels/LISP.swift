/// Locator/ID separation protocol, data (RFC 9300 section 5), UDP port 4341; the control port 4342 is not a tunnel.
///
///     |N|L|E|V|I|R|K|K| nonce or map versions (24) |
///     | instance id (24) | locator status bits (8) |     with I; else status bits only
enum LISP {
    private static let headerLength = 8
    private static let hasInstance: UInt8 = 0x08

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        let rest = Int(packet.payloadOctets) &- headerLength
        guard InnerPacket.stands(at: headerLength, within: rest, cursor) else { return .flow }
        let instance = cursor.u8(0) & hasInstance != 0 ? cursor.u32(4) >> 8 : 0
        guard path.enter(.lisp, identifier: instance, network: instance == 0 ? nil : instance, &packet) else {
            return .flow
        }
        cursor.skip(headerLength)
        return .ip
    }
}
