extension PacketBatch {
    /// A number for the IP packet in packet `index`, which is less than `count`: the same for a copy of the packet, whoever
    /// forwarded it on the way. Link layer, VLAN tags, TTL or hop limit and IPv4's header checksum are left out; all else
    /// that was captured counts, IPv4's identification included.
    ///
    /// Nil when it is not IP, and when nothing tells it from another packet of the same sender: a TCP segment without data,
    /// SYN, FIN or RST in a packet without identification (IPv6, or 0), such as a repeated acknowledgement. `key` is random
    /// and odd, so that nobody can make packets that look alike. Costs a multiplication for eight octets; allocates nothing.
    package func fingerprint(_ index: Int, key: UInt64) -> UInt64? {
        precondition(index >= 0 && index < count)
        // SAFETY: index < count; the source promises capturedLength readable bytes until the batch is refilled.
        let bytes = unsafe RawSpan(
            _unsafeStart: references[index].bytes, byteCount: Int(references[index].capturedLength))
        // SAFETY: index < count.
        let linkType = unsafe references[index].linkType
        var cursor = Cursor(bytes)
        guard Fingerprint.reachNetworkLayer(linkType, &cursor), cursor.remaining >= 1 else { return nil }
        switch cursor.u8(0) >> 4 {
        case 4: return Fingerprint.ofIPv4(&cursor, key)
        case 6: return Fingerprint.ofIPv6(&cursor, key)
        default: return nil
        }
    }
}

/// How `PacketBatch.fingerprint` reads a packet. Offsets are those of the diagrams in `IPv4` and `IPv6`.
private enum Fingerprint {
    private static let linkHeaderLimit = 12
    private static let tcp: UInt8 = 6
    private static let tcpHeaderLength = 20

    /// Moves the cursor to the IP header; false when there is none.
    @_lifetime(cursor: copy cursor)
    static func reachNetworkLayer(_ linkType: UInt16, _ cursor: inout Cursor) -> Bool {
        // Raw IP: no link layer at all.
        if [12, 14, 101, 228, 229].contains(linkType) { return true }
        var layer = Layer.link(linkType)
        var facts = PacketFacts()
        var path = TunnelPath(rule: .outer, depthLimit: 0)
        for _ in 0..<linkHeaderLimit {
            switch layer.space {
            case .etherType where layer.value == 0x0800 || layer.value == 0x86DD: return true
            case .ip: return true
            case .link, .etherType, .llc: layer = Registry.decode(layer, &cursor, &facts, &path)
            default: return false
            }
        }
        return false
    }

    static func ofIPv4(_ cursor: inout Cursor, _ key: UInt64) -> UInt64? {
        guard cursor.remaining >= 20 else { return nil }
        let headerLength = Int(cursor.u8(0) & 0x0F) &* 4
        let length = Int(cursor.u16(2))
        let identification = cursor.u16(4)
        guard headerLength >= 20 else { return nil }
        // 0: the adapter was to fill it in. Otherwise what follows is Ethernet's padding.
        if length != 0 { cursor.truncate(to: length) }
        let number = cursor.u8(9)
        if identification == 0, number == tcp, isBareAcknowledgement(cursor, at: headerLength, end: length) {
            return nil
        }
        var hash = mix(key, cursor.u64(0), key)
        hash = mix(hash, UInt64(number), key)
        return rest(hash, cursor, from: 12, key)
    }

    static func ofIPv6(_ cursor: inout Cursor, _ key: UInt64) -> UInt64? {
        guard cursor.remaining >= 40 else { return nil }
        let payload = Int(cursor.u16(4))
        if payload != 0 { cursor.truncate(to: 40 &+ payload) }
        if cursor.u8(6) == tcp, isBareAcknowledgement(cursor, at: 40, end: 40 &+ payload) { return nil }
        let hash = mix(key, cursor.u64(0) & ~0xFF, key)
        return rest(hash, cursor, from: 8, key)
    }

    /// Whether the TCP segment at `start` of a packet that ends at `end` carries neither data nor SYN, FIN or RST.
    private static func isBareAcknowledgement(_ cursor: borrowing Cursor, at start: Int, end: Int) -> Bool {
        guard cursor.remaining >= start &+ tcpHeaderLength else { return true }
        let flags = cursor.u8(start &+ 13)
        let headerLength = Int(cursor.u8(start &+ 12) >> 4) &* 4
        return flags & (TCPFlag.syn | TCPFlag.fin | TCPFlag.rst) == 0 && start &+ headerLength >= end
    }

    private static func rest(_ start: UInt64, _ cursor: borrowing Cursor, from: Int, _ key: UInt64) -> UInt64 {
        var hash = start
        var place = from
        while cursor.remaining &- place >= 8 {
            hash = mix(hash, cursor.u64(place), key)
            place &+= 8
        }
        var last: UInt64 = 0
        while place < cursor.remaining {
            last = last << 8 | UInt64(cursor.u8(place))
            place &+= 1
        }
        return mix(hash ^ UInt64(cursor.remaining), last, key)
    }

    @inline(__always)
    private static func mix(_ hash: UInt64, _ word: UInt64, _ key: UInt64) -> UInt64 {
        let product = (hash ^ word).multipliedFullWidth(by: key | 1)
        // With the product alone, a word equal to the hash would make all that came before forgotten.
        return (product.high ^ product.low) &+ hash
    }
}
