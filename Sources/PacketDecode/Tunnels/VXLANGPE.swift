/// VXLAN with a protocol number (draft-ietf-nvo3-vxlan-gpe), UDP port 4790.
///
///     |R|R|ver|I|P|B|O| reserved (16)          | next protocol (8) |
///     | VXLAN network identifier (24)          | reserved (8)      |
enum VXLANGPE {
    private static let headerLength = 8
    private static let versionMask: UInt8 = 0x30
    private static let hasNetwork: UInt8 = 0x08
    private static let hasProtocol: UInt8 = 0x04
    private static let isMaintenance: UInt8 = 0x01

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        guard cursor.remaining >= headerLength else { return .flow }
        let flags = cursor.u8(0)
        guard flags & (versionMask | isMaintenance) == 0 else { return .flow }
        let inner: Layer
        switch flags & hasProtocol != 0 ? cursor.u8(3) : 3 {
        case 1: inner = .etherType(0x0800)
        case 2: inner = .etherType(0x86DD)
        case 3: inner = .link(1)
        case 4: inner = .etherType(0x894F)
        case 5: inner = .etherType(0x8847)
        default: return .flow
        }
        let network = flags & hasNetwork != 0 ? cursor.u32(4) >> 8 : 0
        guard
            path.enter(
                .vxlanGPE, identifier: network, network: network == 0 ? nil : network,
                carriesFrames: inner.space == .link, &packet)
        else { return .flow }
        cursor.skip(headerLength)
        return inner
    }
}
