/// IPv4 (RFC 791).
///
///      0                   1                   2                   3
///     |Version|  IHL  |Type of service|          Total length         |
///     |         Identification        |Flags|      Fragment offset    |
///     | Time to live  |    Protocol   |         Header checksum       |
///     |                         Source address                        |
///     |                      Destination address                      |
///     |                    Options (up to 40 octets)                  |
enum IPv4 {
    /// https://www.iana.org/assignments/ieee-802-numbers
    static let etherType: UInt16 = 0x0800
    private static let minimumLength = 20
    private static let destination = 16
    private static let fragmentMask: UInt16 = 0x3FFF
    private static let offsetMask: UInt16 = 0x1FFF

    @inline(__always)
    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= minimumLength else { return .undecodable(.networkHeaderCut) }
        // The header in three loads; fields by their place in the diagram, from the left.
        let words01 = cursor.u64(0)
        let words23 = cursor.u64(8)
        guard words01 >> 60 == 4 else { return .undecodable(.networkVersionWrong) }
        let headerLength = Int(words01 >> 56 & 0x0F) &* 4
        guard headerLength >= minimumLength else { return .undecodable(.networkHeaderLengthWrong) }

        let wire = max(0, Int(packet.wireOctets) &- cursor.offset)
        var length = Int(words01 >> 32 & 0xFFFF)
        if length == 0 {
            // Segmentation offload: the kernel leaves the length to the adapter.
            packet.note(.networkLengthZero)
            length = wire
        } else if length > wire {
            packet.note(.networkLengthBeyondWire)
            length = wire
        }
        guard length >= headerLength else { return .undecodable(.networkHeaderLengthWrong) }

        packet.ipVersion = 4
        packet.networkOctets = UInt32(truncatingIfNeeded: length)
        packet.classOfService = UInt8(truncatingIfNeeded: words01 >> 48)
        packet.timeToLive = UInt8(truncatingIfNeeded: words23 >> 56)
        packet.addressALow = words23 & 0xFFFF_FFFF
        packet.addressBLow = UInt64(cursor.u32(destination))
        let number = UInt8(truncatingIfNeeded: words23 >> 48)
        packet.protocolIdentifier = number
        packet.payloadOctets = UInt32(truncatingIfNeeded: length &- headerLength)
        let fragment = UInt16(truncatingIfNeeded: words01)
        if fragment & fragmentMask != 0 {
            packet.noteFragment(
                identification: UInt32(truncatingIfNeeded: words01 >> 16 & 0xFFFF), offset: fragment & offsetMask,
                octets: packet.payloadOctets, number: number)
        }

        // The options may be cut; the flow is known all the same.
        guard cursor.remaining >= headerLength else {
            packet.note(.transportHeaderCut)
            packet.payloadOctets = 0
            return .flow
        }
        cursor.truncate(to: length)
        cursor.skip(headerLength)
        return packet.isLaterFragment ? .flow : .ipProtocol(number)
    }
}
