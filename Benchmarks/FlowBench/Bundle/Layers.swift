// The headers of the bundled captures' packets, one function per protocol, outermost last in the file.

/// A UDP datagram (RFC 768).
func udp(_ way: Way, from source: Int, to destination: Int, _ payload: [UInt8]) -> [UInt8] {
    var datagram = Octets()
    datagram.add16(source)
    datagram.add16(destination)
    datagram.add16(8 + payload.count)
    datagram.add16(0)
    datagram.add(payload)
    let sum = internetChecksum(way.pseudoHeader(ProtocolNumber.udp, length: 8 + payload.count), datagram.bytes)
    datagram.set16(sum == 0 ? 0xffff : sum, at: 6)
    return datagram.bytes
}

/// A TCP segment without options (RFC 9293).
func tcp(
    _ way: Way, from source: Int, to destination: Int, flags: UInt8, sequence: UInt32, acknowledgement: UInt32,
    _ payload: [UInt8] = []
) -> [UInt8] {
    var segment = Octets()
    segment.add16(source)
    segment.add16(destination)
    segment.add32(sequence)
    segment.add32(flags & TCPFlags.ack == 0 ? 0 : acknowledgement)
    segment.add16(0x5000 | Int(flags))
    segment.add16(0xffff)
    segment.add32(0)
    segment.add(payload)
    segment.set16(
        internetChecksum(way.pseudoHeader(ProtocolNumber.tcp, length: segment.bytes.count), segment.bytes), at: 16)
    return segment.bytes
}

/// An ICMP or ICMPv6 message (RFC 792, RFC 4443): type, code, four octets, body.
func icmp(_ way: Way, type: Int, code: Int = 0, rest: UInt32, _ body: [UInt8]) -> [UInt8] {
    var message = Octets()
    message.add8(type)
    message.add8(code)
    message.add16(0)
    message.add32(rest)
    message.add(body)
    let pseudo = way.version == 6 ? way.pseudoHeader(ProtocolNumber.icmpv6, length: message.bytes.count) : []
    message.set16(internetChecksum(pseudo, message.bytes), at: 2)
    return message.bytes
}

/// An SCTP packet of one chunk (RFC 9260).
func sctp(
    from source: Int, to destination: Int, tag: UInt32, chunk type: Int, flags: Int = 0, _ value: [UInt8] = []
) -> [UInt8] {
    var packet = Octets()
    packet.add16(source)
    packet.add16(destination)
    packet.add32(tag)
    packet.add32(0)
    packet.add8(type)
    packet.add8(flags)
    packet.add16(4 + value.count)
    packet.add(value)
    while packet.bytes.count % 4 != 0 { packet.add8(0) }
    // The one field that SCTP sends with its lowest octet first.
    let sum = crc32c(packet.bytes).byteSwapped
    packet.set16(UInt16(sum >> 16), at: 8)
    packet.set16(UInt16(sum & 0xffff), at: 10)
    return packet.bytes
}

/// An IPv4 packet (RFC 791). `fragment` is the flags and offset field, `options` a multiple of four octets.
func ipv4(
    _ way: Way, _ protocolNumber: Int, identification: Int, ttl: Int = 64, fragment: Int = 0x4000,
    options: [UInt8] = [], trafficClass: Int = 0, _ payload: [UInt8]
) -> [UInt8] {
    var header = Octets()
    header.add8(0x45 + options.count / 4)
    header.add8(trafficClass)
    header.add16(20 + options.count + payload.count)
    header.add16(identification)
    header.add16(fragment)
    header.add8(ttl)
    header.add8(protocolNumber)
    header.add16(0)
    header.add(way.from.address(4))
    header.add(way.to.address(4))
    header.add(options)
    header.set16(internetChecksum(header.bytes), at: 10)
    return header.bytes + payload
}

/// An IPv6 packet (RFC 8200); `payload` begins with the extension headers, if any.
func ipv6(_ way: Way, _ nextHeader: Int, hopLimit: Int = 64, trafficClass: Int = 0, _ payload: [UInt8]) -> [UInt8] {
    var header = Octets()
    header.add32(0x6000_0000 | UInt32(trafficClass) << 20)
    header.add16(payload.count)
    header.add8(nextHeader)
    header.add8(hopLimit)
    header.add(way.from.address(6))
    header.add(way.to.address(6))
    return header.bytes + payload
}

/// An Ethernet frame without FCS, padded to 60 octets; `tags` are 802.1Q tags from the outside in.
func ethernet(_ way: Way, _ etherType: Int, tags: [(type: Int, id: Int)] = [], _ payload: [UInt8]) -> [UInt8] {
    var frame = Octets()
    frame.add(way.to.mac)
    frame.add(way.from.mac)
    for tag in tags {
        frame.add16(tag.type)
        frame.add16(tag.id)
    }
    frame.add16(etherType)
    frame.add(payload)
    while frame.bytes.count < FrameBuilder.shortestFrame { frame.add8(0) }
    return frame.bytes
}
