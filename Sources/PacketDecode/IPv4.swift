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
    private static let minimumLength = 20
    private static let typeOfService = 1
    private static let totalLength = 2
    private static let identification = 4
    private static let flagsAndOffset = 6
    private static let timeToLive = 8
    private static let protocolNumber = 9
    private static let source = 12
    private static let destination = 16
    private static let moreFragments: UInt16 = 0x2000
    private static let offsetMask: UInt16 = 0x1FFF

    @inline(__always)
    static func decode(_ cursor: inout Cursor, _ packet: inout Dissection) -> Layer {
        guard cursor.remaining >= minimumLength else { return .undecodable(.networkHeaderCut) }
        let first = cursor.u8(0)
        guard first >> 4 == 4 else { return .undecodable(.networkVersionWrong) }
        let headerLength = Int(first & 0x0F) &* 4
        guard headerLength >= minimumLength else { return .undecodable(.networkHeaderLengthWrong) }

        let wire = max(0, Int(packet.facts.wireOctets) &- cursor.offset)
        var length = Int(cursor.u16(totalLength))
        if length == 0 {
            // Segmentation offload: the kernel leaves the length to the adapter.
            packet.note(.networkLengthZero)
            length = wire
        } else if length > wire {
            packet.note(.networkLengthBeyondWire)
            length = wire
        }
        guard length >= headerLength else { return .undecodable(.networkHeaderLengthWrong) }

        packet.facts.ipVersion = 4
        packet.facts.networkOctets = UInt32(truncatingIfNeeded: length)
        packet.facts.classOfService = cursor.u8(typeOfService)
        packet.facts.timeToLive = cursor.u8(timeToLive)
        packet.facts.addressALow = UInt64(cursor.u32(source))
        packet.facts.addressBLow = UInt64(cursor.u32(destination))
        let number = cursor.u8(protocolNumber)
        packet.facts.protocolIdentifier = number
        packet.facts.payloadOctets = UInt32(truncatingIfNeeded: length &- headerLength)
        let fragment = cursor.u16(flagsAndOffset)
        if fragment & (moreFragments | offsetMask) != 0 {
            packet.note(.fragment)
            packet.facts.fragmentIdentification = UInt32(cursor.u16(identification))
            packet.facts.flags.insert(fragment & offsetMask == 0 ? .firstFragment : .laterFragment)
        }

        // The options may be cut; the flow is known all the same.
        guard cursor.remaining >= headerLength else {
            packet.note(.transportHeaderCut)
            return .flow
        }
        cursor.truncate(to: length)
        cursor.skip(headerLength)
        return packet.isLaterFragment ? .flow : .ipProtocol(number)
    }
}
