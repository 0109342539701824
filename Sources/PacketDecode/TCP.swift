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
    private static let flags = 13
    /// Up to the flags octet: enough for all that a flow needs.
    private static let neededLength = 14

    @inline(__always)
    static func decode(_ cursor: inout Cursor, _ packet: inout Dissection) -> Layer {
        guard PortPair.read(cursor, &packet) else { return .flow }
        guard cursor.remaining >= neededLength else {
            packet.note(.transportHeaderCut)
            packet.facts.payloadOctets = 0
            return .flow
        }
        packet.facts.tcpSequence = cursor.u32(sequence)
        packet.facts.tcpAcknowledgement = cursor.u32(acknowledgement)
        packet.facts.tcpFlags = cursor.u8(flags)
        packet.facts.flags.insert(.tcp)
        let headerLength = UInt32(cursor.u8(offset) >> 4) &* 4
        if headerLength < UInt32(minimumLength) || headerLength > packet.facts.payloadOctets {
            packet.note(.transportHeaderWrong)
            packet.facts.payloadOctets = 0
        } else {
            packet.facts.payloadOctets &-= headerLength
        }
        return .flow
    }
}
