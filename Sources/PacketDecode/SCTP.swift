/// SCTP (RFC 9260 section 3.1): ports, verification tag, checksum; chunks follow.
enum SCTP {
    private static let headerLength = 12

    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard PortPair.read(cursor, &packet) else { return .flow }
        if cursor.remaining < headerLength { packet.note(.transportHeaderCut) }
        packet.payloadOctets &-= min(packet.payloadOctets, UInt32(headerLength))
        return .flow
    }
}
