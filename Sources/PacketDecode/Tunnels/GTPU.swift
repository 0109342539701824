/// GPRS tunnelling protocol, user plane, version 1 (3GPP TS 29.281 section 5), UDP port 2152.
///
///     | version (3), PT, *, E, S, PN | message type (8) | octets that follow (16) |
///     | tunnel endpoint identifier (32)                                           |
///     | sequence number (16) | N-PDU number (8) | next extension (8) |     if any of E, S, PN is set
///     | extension: words (8), content, next extension (8) | …
enum GTPU {
    private static let headerLength = 8
    private static let optionsLength = 4
    private static let hasOptions: UInt8 = 0x07
    private static let hasExtension: UInt8 = 0x04
    private static let userData: UInt8 = 255
    private static let extensionLimit = 16

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        // Version 1, GTP rather than GTP'.
        guard cursor.remaining >= headerLength, cursor.u8(0) >> 4 == 3, cursor.u8(1) == userData else { return .flow }
        let flags = cursor.u8(0)
        let octets = Int(cursor.u16(2))
        let identifier = cursor.u32(4)
        cursor.skip(headerLength)
        cursor.truncate(to: octets)
        if flags & hasOptions != 0 {
            guard cursor.remaining >= optionsLength else { return damaged(&packet) }
            let next = flags & hasExtension != 0 ? cursor.u8(3) : 0
            cursor.skip(optionsLength)
            guard passExtensions(next, &cursor) else { return damaged(&packet) }
        }
        guard cursor.remaining >= 1 else { return .flow }
        let version = cursor.u8(0) >> 4
        // A session of type Ethernet or unstructured says so in the control plane only.
        let isFrame = version != 4 && version != 6 && Ethernet.looksLikeFrame(cursor, at: 0)
        guard isFrame || version == 4 || version == 6 else { return .flow }
        guard path.enter(.gtpU, identifier: identifier, carriesFrames: isFrame, &packet) else { return .flow }
        return isFrame ? .link(1) : .ip
    }

    /// Passes the extension headers: the first octet of each counts its words, the last says what follows.
    @_lifetime(cursor: copy cursor)
    private static func passExtensions(_ first: UInt8, _ cursor: inout Cursor) -> Bool {
        var next = first
        for _ in 0..<extensionLimit {
            if next == 0 { return true }
            guard cursor.remaining >= 1 else { return false }
            let octets = Int(cursor.u8(0)) &* 4
            guard octets > 0, cursor.remaining >= octets else { return false }
            next = cursor.u8(octets &- 1)
            cursor.skip(octets)
        }
        return next == 0
    }

    private static func damaged(_ packet: inout PacketFacts) -> Layer {
        packet.note(.innerHeaderDamaged)
        return .flow
    }
}
