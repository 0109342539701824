/// Builds packets octet by octet. Checksums are zero: the decoder does not look at them.
enum Build {
    static func be16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }
    static func be32(_ value: Int) -> [UInt8] { be16(value >> 16) + be16(value) }
    static func be48(_ value: UInt64) -> [UInt8] { be16(Int(value >> 32)) + be32(Int(value & 0xFFFF_FFFF)) }
    static func be64(_ value: UInt64) -> [UInt8] { be32(Int(value >> 32)) + be32(Int(value & 0xFFFF_FFFF)) }
    static func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

    // Link layers.

    static let sourceMAC: UInt64 = 0x0053_FF00_0001
    static let destinationMAC: UInt64 = 0x0053_FF00_00FE

    /// `type` may be a length.
    static func ethernet(_ type: Int, _ payload: [UInt8]) -> [UInt8] {
        be48(destinationMAC) + be48(sourceMAC) + be16(type) + payload
    }
    /// What follows a tag's own EtherType.
    static func tag(_ identifier: Int, priority: Int = 0, _ type: Int, _ payload: [UInt8]) -> [UInt8] {
        be16(priority << 13 | identifier) + be16(type) + payload
    }
    static func llc(_ destination: UInt8, _ source: UInt8, control: UInt8 = 3, _ payload: [UInt8]) -> [UInt8] {
        [destination, source, control] + payload
    }
    static func snap(_ type: Int, oui: [UInt8] = [0, 0, 0], _ payload: [UInt8]) -> [UInt8] {
        llc(0xAA, 0xAA, oui + be16(type) + payload)
    }
    static func sll(_ type: Int, _ payload: [UInt8]) -> [UInt8] {
        be16(0) + be16(1) + be16(6) + be48(sourceMAC) + be16(0) + be16(type) + payload
    }
    static func sll2(_ type: Int, _ payload: [UInt8]) -> [UInt8] {
        be16(type) + be16(0) + be32(2) + be16(1) + [0, 6] + be48(sourceMAC) + be16(0) + payload
    }
    static func null(_ family: Int, bigEndian: Bool, _ payload: [UInt8]) -> [UInt8] {
        (bigEndian ? be32(family) : be32(family).reversed()) + payload
    }

    // Network layers.

    static let lowHost = 0xC000_0201
    static let highHost = 0xC633_6407

    static func ipv4(
        _ number: Int, _ payload: [UInt8], source: Int = lowHost, destination: Int = highHost, options: [UInt8] = [],
        totalLength: Int? = nil, identification: Int = 0, moreFragments: Bool = false, offset: Int = 0,
        timeToLive: Int = 64, typeOfService: Int = 0, headerWords: Int? = nil, version: Int = 4
    ) -> [UInt8] {
        let words = headerWords ?? 5 + options.count / 4
        var header = [UInt8(version << 4 | words), UInt8(typeOfService)]
        header += be16(totalLength ?? 20 + options.count + payload.count) + be16(identification)
        header += be16((moreFragments ? 0x2000 : 0) | offset / 8)
        header += [UInt8(timeToLive), UInt8(number)] + be16(0) + be32(source) + be32(destination)
        return header + options + payload
    }

    static let lowHost6: (UInt64, UInt64) = (0x2001_0db8_0000_0001, 0x11)
    static let highHost6: (UInt64, UInt64) = (0x2001_0db8_0000_0002, 0x02)

    static func ipv6(
        _ next: Int, _ payload: [UInt8], source: (UInt64, UInt64) = lowHost6, destination: (UInt64, UInt64) = highHost6,
        payloadLength: Int? = nil, hopLimit: Int = 61, trafficClass: Int = 0, version: Int = 6
    ) -> [UInt8] {
        var header = be32(version << 28 | trafficClass << 20 | 0x12345)
        header += be16(payloadLength ?? payload.count) + [UInt8(next), UInt8(hopLimit)]
        header += be64(source.0) + be64(source.1) + be64(destination.0) + be64(destination.1)
        return header + payload
    }
    /// Hop-by-hop, routing or destination options, `units` times eight octets long; PadN inside.
    static func extensionHeader(_ next: Int, units: Int = 1, _ payload: [UInt8] = []) -> [UInt8] {
        [UInt8(next), UInt8(units - 1), 1, UInt8(units * 8 - 4)] + zeros(units * 8 - 4) + payload
    }
    static func jumboHeader(_ next: Int, length: Int, _ payload: [UInt8]) -> [UInt8] {
        [UInt8(next), 0, 0xC2, 4] + be32(length) + payload
    }
    static func fragmentHeader(_ next: Int, offset: Int, more: Bool, identification: Int, _ payload: [UInt8]) -> [UInt8]
    {
        [UInt8(next), 0] + be16(offset | (more ? 1 : 0)) + be32(identification) + payload
    }
    static func authenticationHeader(_ next: Int, words: Int = 6, _ payload: [UInt8]) -> [UInt8] {
        [UInt8(next), UInt8(words - 2)] + zeros(words * 4 - 2) + payload
    }

    // Transport layers.

    static func tcp(
        _ source: Int, _ destination: Int, sequence: Int = 1000, acknowledgement: Int = 2000, flags: UInt8 = 0x18,
        words: Int = 5, _ payload: [UInt8] = []
    ) -> [UInt8] {
        be16(source) + be16(destination) + be32(sequence) + be32(acknowledgement) + [UInt8(words << 4), flags]
            + be16(512) + be32(0) + zeros(max(0, words * 4 - 20)) + payload
    }
    static func udp(_ source: Int, _ destination: Int, length: Int? = nil, _ payload: [UInt8] = []) -> [UInt8] {
        be16(source) + be16(destination) + be16(length ?? 8 + payload.count) + be16(0) + payload
    }
    static func sctp(_ source: Int, _ destination: Int, _ payload: [UInt8] = []) -> [UInt8] {
        be16(source) + be16(destination) + be32(7) + be32(0) + payload
    }
    static func icmp(_ type: Int, code: Int = 0, identifier: Int = 0, _ payload: [UInt8] = []) -> [UInt8] {
        [UInt8(type), UInt8(code)] + be16(0) + be16(identifier) + be16(1) + payload
    }
}
