/// UDP (RFC 768): ports, length of header and data, checksum.
enum UDP {
    /// https://www.iana.org/assignments/protocol-numbers
    static let number: UInt8 = 17
    private static let headerLength = 8
    private static let length = 4

    @inline(__always)
    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        guard PortPair.read(cursor, &packet) else { return .flow }
        guard cursor.remaining >= headerLength else {
            packet.note(.transportHeaderCut)
            packet.payloadOctets = 0
            return .flow
        }
        // Length 0 is a jumbogram's (RFC 2675 section 4).
        let octets = cursor.u16(length)
        if octets != 0, octets < UInt16(headerLength) { packet.note(.transportHeaderWrong) }
        packet.payloadOctets &-= min(packet.payloadOctets, UInt32(headerLength))
        guard let port = TunnelPorts.known(packet.portA, packet.portB) else { return .flow }
        if octets >= UInt16(headerLength) { cursor.truncate(to: Int(octets)) }
        cursor.skip(headerLength)
        return .udpPort(port)
    }
}

/// Source and destination port, the first four octets of TCP, UDP, UDP-Lite (RFC 3828), SCTP and DCCP (RFC 4340).
enum PortPair {
    private static let length = 4

    /// A protocol of which only the ports are read.
    static func decode(_ cursor: inout Cursor, _ packet: inout PacketFacts) -> Layer {
        _ = read(cursor, &packet)
        return .flow
    }

    /// Reads the ports; false when they are cut, in which case the flow is one without ports.
    @inline(__always)
    static func read(_ cursor: borrowing Cursor, _ packet: inout PacketFacts) -> Bool {
        guard cursor.remaining >= length else {
            packet.note(.transportHeaderCut)
            packet.payloadOctets = 0
            return false
        }
        let ports = cursor.u32(0)
        packet.portA = UInt16(truncatingIfNeeded: ports >> 16)
        packet.portB = UInt16(truncatingIfNeeded: ports)
        packet.flags.insert(.ports)
        return true
    }
}
