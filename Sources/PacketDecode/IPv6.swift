/// IPv6 (RFC 8200 section 3).
///
///      0                   1                   2                   3
///     |Version| Traffic class |           Flow label                  |
///     |         Payload length        |  Next header  |   Hop limit   |
///     |                   Source address (16 octets)                  |
///     |                 Destination address (16 octets)               |
enum IPv6 {
    static let headerLength = 40
    private static let source = 8
    private static let destination = 24
    private static let hopByHop: UInt8 = 0
    private static let noNextHeader: UInt8 = 59

    @inline(__always)
    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard cursor.remaining >= headerLength else { return .undecodable(.networkHeaderCut) }
        let first = cursor.u64(0)
        guard first >> 60 == 6 else { return .undecodable(.networkVersionWrong) }
        let wire = max(0, Int(packet.wireOctets) &- cursor.offset)
        guard wire >= headerLength else { return .undecodable(.networkHeaderLengthWrong) }

        let next = UInt8(truncatingIfNeeded: first >> 8)
        var length = headerLength &+ Int(first >> 16 & 0xFFFF)
        if length == headerLength, next != noNextHeader {
            // Payload length 0: a jumbogram (RFC 2675), or a packet whose length segmentation offload left open.
            if next == hopByHop, let jumbo = IPv6Extension.jumboPayload(cursor) {
                length = headerLength &+ jumbo
            } else {
                packet.note(.networkLengthZero)
                length = wire
            }
        }
        if length > wire {
            packet.note(.networkLengthBeyondWire)
            length = wire
        }

        packet.ipVersion = 6
        packet.networkOctets = UInt32(truncatingIfNeeded: length)
        packet.payloadOctets = UInt32(truncatingIfNeeded: length &- headerLength)
        packet.classOfService = UInt8(truncatingIfNeeded: first >> 52)
        packet.timeToLive = UInt8(truncatingIfNeeded: first)
        packet.addressAHigh = cursor.u64(source)
        packet.addressALow = cursor.u64(source &+ 8)
        packet.addressBHigh = cursor.u64(destination)
        packet.addressBLow = cursor.u64(destination &+ 8)
        packet.protocolIdentifier = next
        cursor.truncate(to: length)
        cursor.skip(headerLength)
        return .ipProtocol(next)
    }
}
