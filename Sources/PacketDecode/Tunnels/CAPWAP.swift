/// Control and provisioning of wireless access points, data channel (RFC 5415 section 4.3), UDP port 5247.
///
///     | version (4), type (4) | words (5), radio (5), binding (5), T, F, L, W, M, K, reserved (3) |
///     | fragment id (16)      | fragment offset (13), reserved (3)                                |
///     | radio address, wireless information …                                                     |
///
/// Type 1 is DTLS: opaque. What follows is an 802.11 frame (T) or an Ethernet frame. Access points of Cisco exchange the
/// octets of the 802.11 frame control and sequence control; a data frame's first octet tells that.
enum CAPWAP {
    private static let smallestLength = 8
    private static let isNative: UInt32 = 0x100
    private static let isFragment: UInt32 = 0x80
    private static let isKeepAlive: UInt32 = 0x08
    private static let wireless: UInt32 = 1

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        guard cursor.remaining >= smallestLength, cursor.u8(0) == 0 else { return .flow }
        let word = cursor.u32(0)
        let length = Int(word >> 19 & 0x1F) &* 4
        guard length >= smallestLength, word & isKeepAlive == 0 else { return .flow }
        guard cursor.remaining >= length else {
            packet.note(.innerHeaderDamaged)
            return .flow
        }
        // A later fragment has no headers.
        if word & isFragment != 0, cursor.u16(6) >> 3 != 0 { return .flow }
        if word & isNative != 0, word >> 9 & 0x1F != wireless { return .flow }
        guard path.enter(.capwap, carriesFrames: true, &packet) else { return .flow }
        cursor.skip(length)
        guard word & isNative != 0 else { return .link(1) }
        let isSwapped = cursor.remaining >= 2 && cursor.u8(0) & 0x0C != 0x08 && cursor.u8(1) & 0x0F == 0x08
        return IEEE80211.decode(&cursor, &packet, isPadded: false, isSwapped: isSwapped)
    }
}
