/// VXLAN (RFC 7348), UDP port 4789, and 8472 as Linux had it first.
///
///     |R|R|R|R|I|R|R|R| reserved, or a group policy (24) |
///     | VXLAN network identifier (24)          | reserved (8) |
enum VXLAN {
    /// https://www.iana.org/assignments/service-names-port-numbers
    static let port: UInt16 = 4789
    private static let headerLength = 8
    private static let isValid: UInt8 = 0x08

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        guard cursor.remaining >= headerLength &+ Ethernet.headerLength, cursor.u8(0) & isValid != 0 else {
            return .flow
        }
        let network = cursor.u32(4) >> 8
        guard
            path.enter(
                .vxlan, identifier: network, network: network == 0 ? nil : network, carriesFrames: true, &packet)
        else { return .flow }
        cursor.skip(headerLength)
        return .link(1)
    }
}
