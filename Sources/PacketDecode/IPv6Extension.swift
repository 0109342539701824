/// IPv6 extension headers (RFC 8200 section 4): each names the next header and, but for the fragment header, its own
/// length in units of eight octets, the first not counted.
///
///     | Next header | Length |  …                                 |      hop-by-hop, routing, destination options
///     | Next header | Reserved | Fragment offset |Res|M| Identification (4 octets) |      fragment
enum IPv6Extension {
    private static let unit = 8
    /// The protocol number for "no next header".
    private static let nothingFollows: UInt8 = 59
    private static let jumboOption: UInt8 = 0xC2
    /// Options among which the jumbo payload option is looked for. Senders put it first; a header has room for 2,046 octets
    /// of padding, which nobody needs (RFC 8504 section 5.3) and which would be walked again in each tunnel of a packet.
    private static let optionLimit = 32

    /// Passes a hop-by-hop, routing or destination options header. On IPv4 their numbers are ordinary protocols.
    static func decodeOptions(_ number: UInt8, _ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard packet.ipVersion == 6 else { return .flow }
        guard cursor.remaining >= unit else { return cut(&packet) }
        return pass(octets: (Int(cursor.u8(1)) &+ 1) &* unit, next: cursor.u8(0), &cursor, &packet)
    }

    /// Passes a mobility (RFC 6275), HIP (RFC 7401) or Shim6 (RFC 5533) header that something follows. By itself, as it is
    /// nearly always, it is a flow's own protocol.
    static func decodeSignalling(_ number: UInt8, _ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= unit, cursor.u8(0) != nothingFollows else { return .flow }
        return decodeOptions(number, &cursor, &packet)
    }

    /// Reads a fragment header; a later fragment ends here, since its transport header is in the first one.
    static func decodeFragment(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard packet.ipVersion == 6 else { return .flow }
        guard cursor.remaining >= unit else { return cut(&packet) }
        let next = cursor.u8(0)
        let offsetAndMore = cursor.u16(2)
        // Offset 0 and no more to come: an atomic fragment (RFC 6946), which is a whole datagram.
        if offsetAndMore & 0xFFF9 != 0 {
            packet.noteFragment(
                identification: cursor.u32(4), offset: offsetAndMore >> 3,
                octets: packet.payloadOctets &- min(packet.payloadOctets, UInt32(unit)), number: next)
        }
        let layer = pass(octets: unit, next: next, &cursor, &packet)
        return packet.isLaterFragment ? .flow : layer
    }

    /// Consumes an extension header of `octets` and notes the protocol that follows.
    @inline(__always)
    static func pass(
        octets: Int, next: UInt8, _ cursor: inout Cursor, _ packet: inout PacketFacts
    ) -> Layer {
        guard cursor.remaining >= octets else { return cut(&packet) }
        cursor.skip(octets)
        packet.protocolIdentifier = next
        packet.payloadOctets = packet.payloadOctets &- min(packet.payloadOctets, UInt32(octets))
        return .ipProtocol(next)
    }

    /// Ends at a header that is cut: the addresses are sound, so that the packet is in a flow of the last known protocol.
    static func cut(_ packet: inout PacketFacts) -> Layer {
        packet.note(.transportHeaderCut)
        packet.payloadOctets = 0
        return .flow
    }

    /// The payload length of a jumbogram (RFC 2675), from the hop-by-hop header behind the IPv6 header at `cursor`.
    static func jumboPayload(_ cursor: Cursor) -> Int? {
        let start = IPv6.headerLength
        guard cursor.remaining >= start &+ unit else { return nil }
        let octets = (Int(cursor.u8(start &+ 1)) &+ 1) &* unit
        guard cursor.remaining &- start >= octets else { return nil }
        var position = 2
        for _ in 0..<optionLimit where position < octets {
            let kind = cursor.u8(start &+ position)
            if kind == 0 {  // Pad1
                position &+= 1
                continue
            }
            guard octets &- position >= 2 else { return nil }
            let length = Int(cursor.u8(start &+ position &+ 1))
            if kind == jumboOption, length == 4, octets &- position >= 6 {
                let payload = Int(cursor.u32(start &+ position &+ 2))
                return payload > 0xFFFF ? payload : nil
            }
            position &+= 2 &+ length
        }
        return nil
    }
}

/// IP authentication header (RFC 4302): next header, length in 32-bit words less 2. Passed on IPv4 and IPv6 alike.
enum AuthenticationHeader {
    private static let minimumLength = 12

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        let octets = cursor.remaining >= 2 ? (Int(cursor.u8(1)) &+ 2) &* 4 : minimumLength
        guard octets >= minimumLength, cursor.remaining >= octets else {
            return IPv6Extension.cut(&packet)
        }
        return IPv6Extension.pass(octets: octets, next: cursor.u8(0), &cursor, &packet)
    }
}
