/// Generic routing encapsulation: version 0 (RFC 1701, RFC 2784, RFC 2890) and version 1, of PPTP (RFC 2637).
///
///     +-+-+-+-+-+-----+-+----+-----+----------------+
///     |C|R|K|S|s|recur|A|    | ver | protocol type  |
///     +-+-+-+-+-+-----+-+----+-----+----------------+
///     | checksum, offset    (C or R)                |   version 1: none of these,
///     | key                 (K)                     |   but octets of payload and call id,
///     | sequence number     (S)                     |
///     | acknowledgement     (A, version 1)          |
///     | source route        (R)                     |
enum GRE {
    private static let headerLength = 4
    private static let hasChecksum: UInt16 = 0x8000
    private static let hasRoute: UInt16 = 0x4000
    private static let hasKey: UInt16 = 0x2000
    private static let hasSequence: UInt16 = 0x1000
    private static let hasAcknowledgement: UInt16 = 0x0080
    private static let versionMask: UInt16 = 0x0007
    private static let routeLimit = 32
    // Protocol types that are no EtherTypes of link layers.
    private static let transparentBridging: UInt16 = 0x6558
    private static let ppp: UInt16 = 0x880B
    private static let cacheRedirect: UInt16 = 0x883E
    private static let erspan: UInt16 = 0x88BE
    private static let erspanIII: UInt16 = 0x22EB
    /// RFC 7637 section 3.2: smaller virtual subnet ids are reserved; such a key is an ordinary one.
    private static let smallestSubnet: UInt32 = 0x1000

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath) -> Layer {
        guard cursor.remaining >= headerLength else { return damaged(&packet) }
        let flags = cursor.u16(0)
        let type = cursor.u16(2)
        switch flags & versionMask {
        case 0: return decodeVersion0(flags, type, &cursor, &packet, &path)
        case 1 where type == ppp && flags & hasKey != 0: return decodePPTP(flags, &cursor, &packet, &path)
        default: return damaged(&packet)
        }
    }

    private static func decodeVersion0(
        _ flags: UInt16, _ type: UInt16, _ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath
    ) -> Layer {
        var length = headerLength
        if flags & (hasChecksum | hasRoute) != 0 { length &+= 4 }
        let keyPlace = length
        if flags & hasKey != 0 { length &+= 4 }
        if flags & hasSequence != 0 { length &+= 4 }
        guard cursor.remaining >= length else { return damaged(&packet) }
        let key = flags & hasKey != 0 ? cursor.u32(keyPlace) : 0
        cursor.skip(length)
        if flags & hasRoute != 0, !passRoute(&cursor) { return damaged(&packet) }
        switch type {
        case erspan:
            return ERSPAN.decode(isNumbered: flags & hasSequence != 0, &cursor, &packet, &path)
        case erspanIII:
            return ERSPAN.decodeIII(&cursor, &packet, &path)
        case transparentBridging:
            let isPlain = flags & (hasChecksum | hasRoute | hasSequence) == 0
            if flags & hasKey != 0, isPlain, key >> 8 >= smallestSubnet {
                return path.enter(.nvgre, identifier: key >> 8, network: key >> 8, carriesFrames: true, &packet)
                    ? .link(1) : .flow
            }
            return path.enter(.gre, identifier: key, carriesFrames: true, &packet) ? .link(1) : .flow
        // Wireless controllers of Aruba: 802.11 frames.
        case 0x8200...0x83FF, 0x9000...0x91FF:
            return path.enter(.gre, identifier: key, carriesFrames: true, &packet) ? .link(105) : .flow
        case cacheRedirect:
            guard path.enter(.gre, identifier: key, &packet) else { return .flow }
            // Version 2 of the redirection protocol has four octets of its own before the IP header.
            if cursor.remaining >= 4, cursor.u8(0) >> 4 != 4 { cursor.skip(4) }
            return .etherType(0x0800)
        default:
            return path.enter(.gre, identifier: key, &packet) ? .etherType(type) : .flow
        }
    }

    /// Passes the source route entries: address family, offset, length, the address; a family and length of 0 end them.
    @_lifetime(cursor: copy cursor)
    private static func passRoute(_ cursor: inout Cursor) -> Bool {
        for _ in 0..<routeLimit {
            guard cursor.remaining >= 4 else { return false }
            let (family, length) = (cursor.u16(0), Int(cursor.u8(3)))
            cursor.skip(4)
            if family == 0, length == 0 { return true }
            guard cursor.remaining >= length else { return false }
            cursor.skip(length)
        }
        return false
    }

    private static func decodePPTP(
        _ flags: UInt16, _ cursor: inout Cursor, _ packet: inout PacketFacts, _ path: inout TunnelPath
    ) -> Layer {
        var length = headerLength &+ 4
        if flags & hasSequence != 0 { length &+= 4 }
        if flags & hasAcknowledgement != 0 { length &+= 4 }
        guard cursor.remaining >= length else { return damaged(&packet) }
        let payload = Int(cursor.u16(4))
        // Without a sequence number it only acknowledges.
        guard flags & hasSequence != 0, payload > 0 else { return .flow }
        guard path.enter(.pptp, identifier: UInt32(cursor.u16(6)), &packet) else { return .flow }
        cursor.skip(length)
        cursor.truncate(to: payload)
        return .etherType(ppp)
    }

    private static func damaged(_ packet: inout PacketFacts) -> Layer {
        packet.note(.innerHeaderDamaged)
        return .flow
    }
}
