/// TCP (RFC 9293 section 3.1).
///
///      0                   1                   2                   3
///     |          Source port          |       Destination port        |
///     |                        Sequence number                        |
///     |                    Acknowledgment number                      |
///     | Offset| Rsrvd |C|E|U|A|P|R|S|F|            Window             |
///     |           Checksum            |         Urgent pointer        |
enum TCP {
    private static let minimumLength = 20
    private static let sequence = 4
    private static let acknowledgement = 8
    private static let offset = 12
    /// Up to the flags octet: enough for all that a flow needs.
    private static let neededLength = 14

    @inline(__always)
    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard PortPair.read(cursor, &packet) else { return .flow }
        guard cursor.remaining >= neededLength else {
            packet.note(.transportHeaderCut)
            packet.payloadOctets = 0
            return .flow
        }
        packet.tcpSequence = cursor.u32(sequence)
        packet.tcpAcknowledgement = cursor.u32(acknowledgement)
        let offsetAndFlags = cursor.u16(offset)
        packet.tcpFlags = UInt8(truncatingIfNeeded: offsetAndFlags)
        packet.flags.insert(.tcp)
        let headerLength = UInt32(offsetAndFlags >> 12) &* 4
        if headerLength < UInt32(minimumLength) || headerLength > packet.payloadOctets {
            packet.note(.transportHeaderWrong)
            packet.payloadOctets = 0
        } else {
            packet.payloadOctets &-= headerLength
        }
        return .flow
    }
}
