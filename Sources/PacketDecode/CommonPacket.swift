import NetTypes

/// The packet that nearly every packet of a switch is, decoded in one go: Ethernet II, at most one 802.1Q tag, IPv4
/// without options or IPv6 without extension headers, no fragment, a whole TCP or UDP header, lengths that agree.
///
/// A shortcut, not a decoder: whatever is not exactly so is left to the registry's decoders, which give the same facts
/// for the same octets (`CommonPacketTests` and the fuzz target compare the two). It exists because one function whose
/// facts stay in registers until they are complete takes a third of the instructions.
enum CommonPacket {
    /// LINKTYPE_ETHERNET, the only link type this is about.
    static let linkType: UInt16 = 1

    private static let ethernetLength = 14
    private static let tagLength = 4
    private static let ipv4Length = 20
    private static let ipv6Length = 40
    private static let tcpLength: UInt32 = 20
    private static let udpLength: UInt32 = 8
    /// Up to the flags octet of the TCP header: as much as `TCP` needs.
    private static let tcpNeeded = 14

    /// Decodes `bytes` into `packet`, canonical order and all. False when the packet is another one; what `packet` holds
    /// means nothing then.
    ///
    /// `removedTag` is the packet reference's; `rest` goes into the key word (the observation domain).
    ///
    /// Each fact is written where it is known, and every one of them on every way to the end: collected first, they would
    /// not fit into the registers.
    @inline(__always)
    static func decode(
        _ bytes: RawSpan, wireLength: UInt32, timestamp: Nanoseconds, frameNumber: UInt64, observationPoint: UInt8,
        removedTag: UInt32, noSegment: Bool, rest: UInt64, into packet: inout PacketFacts
    ) -> Bool {
        let captured = bytes.byteCount
        // A capture that lies about lengths is for the others.
        guard captured >= ethernetLength &+ tagLength &+ ipv4Length, captured <= Int(wireLength) else { return false }
        packet.hash = 0
        packet.timestamp = timestamp
        packet.frameNumber = frameNumber
        packet.wireOctets = removedTag == 0 ? wireLength : wireLength &+ UInt32(tagLength)
        packet.observationPoint = observationPoint
        packet.fragmentIdentification = 0
        packet.icmpTypeCode = 0
        packet.anomalies = captured == Int(wireLength) ? 0 : 1 << UInt16(Anomaly.truncated.rawValue)

        let ethernet = Cursor(bytes)
        let addresses = ethernet.u64(0)
        packet.destinationMAC = addresses >> 16
        packet.sourceMAC = (addresses & 0xFFFF) << 32 | UInt64(ethernet.u32(8))
        var type = ethernet.u16(12)
        var flags = PacketFacts.Flags.macs
        var identifier: UInt16 = 0
        var segment: UInt32 = 0
        var tags: UInt8 = 0
        var linkOctets = ethernetLength
        if type == 0x8100 || removedTag != 0 {
            if removedTag != 0 {
                // A tag inside another one is for the others.
                identifier = UInt16(truncatingIfNeeded: removedTag) & 0x0FFF
            } else {
                identifier = ethernet.u16(14) & 0x0FFF
                type = ethernet.u16(16)
                linkOctets = ethernetLength &+ tagLength
            }
            tags = 1
            if identifier != 0 {
                flags.insert(.vlan)
                if !noSegment {
                    segment = UInt32(identifier)
                    flags.insert(.segment)
                }
            }
        }
        packet.vlan = identifier
        packet.segment = segment
        packet.tags = tags

        let header = Cursor(bytes.extracting(droppingFirst: linkOctets))
        let wire = Int(wireLength) &- linkOctets
        switch type {
        case 0x0800: return decodeIPv4(header, wire: wire, rest, flags, &packet)
        case 0x86DD: return decodeIPv6(header, wire: wire, rest, flags, &packet)
        default: return false
        }
    }

    /// The header as in `IPv4`.
    @inline(__always)
    private static func decodeIPv4(
        _ header: borrowing Cursor, wire: Int, _ rest: UInt64, _ flags: PacketFacts.Flags, _ facts: inout PacketFacts
    ) -> Bool {
        guard header.remaining >= ipv4Length &+ Int(udpLength) else { return false }
        let words01 = header.u64(0)
        let words23 = header.u64(8)
        let destination = UInt64(header.u32(16))
        let length = Int(words01 >> 32 & 0xFFFF)
        // Version 4, five words, no fragment.
        guard words01 >> 56 == 0x45, words01 & 0x3FFF == 0, length >= ipv4Length, length <= wire else { return false }
        facts.networkOctets = UInt32(truncatingIfNeeded: length)
        facts.classOfService = UInt8(truncatingIfNeeded: words01 >> 48)
        facts.timeToLive = UInt8(truncatingIfNeeded: words23 >> 56)
        let source = words23 & 0xFFFF_FFFF
        let number = words23 >> 48 & 0xFF
        guard
            let ports = decodeTransport(
                header, at: ipv4Length, number, octets: UInt32(truncatingIfNeeded: length &- ipv4Length),
                readable: min(header.remaining, length) &- ipv4Length, &facts)
        else { return false }
        let isHigher = source == destination ? UInt16(truncatingIfNeeded: ports) > ports >> 16 : source > destination
        let mask: UInt64 = isHigher ? .max : 0
        let difference = (source ^ destination) & mask
        facts.addressAHigh = 0
        facts.addressBHigh = 0
        facts.addressALow = source ^ difference
        facts.addressBLow = destination ^ difference
        setKey(&facts, ports, number << 32 | rest, flags, isHigher)
        return true
    }

    /// The header as in `IPv6`.
    @inline(__always)
    private static func decodeIPv6(
        _ header: borrowing Cursor, wire: Int, _ rest: UInt64, _ flags: PacketFacts.Flags, _ facts: inout PacketFacts
    ) -> Bool {
        guard header.remaining >= ipv6Length &+ Int(udpLength) else { return false }
        let first = header.u64(0)
        let payload = Int(first >> 16 & 0xFFFF)
        let length = ipv6Length &+ payload
        guard first >> 60 == 6, payload != 0, length <= wire else { return false }
        facts.networkOctets = UInt32(truncatingIfNeeded: length)
        facts.classOfService = UInt8(truncatingIfNeeded: first >> 52)
        facts.timeToLive = UInt8(truncatingIfNeeded: first)
        let (sourceHigh, sourceLow) = (header.u64(8), header.u64(16))
        let (destinationHigh, destinationLow) = (header.u64(24), header.u64(32))
        let number = first >> 8 & 0xFF
        guard
            let ports = decodeTransport(
                header, at: ipv6Length, number, octets: UInt32(truncatingIfNeeded: payload),
                readable: min(header.remaining, length) &- ipv6Length, &facts)
        else { return false }
        let isHigher =
            sourceHigh != destinationHigh
            ? sourceHigh > destinationHigh
            : sourceLow != destinationLow
                ? sourceLow > destinationLow : UInt16(truncatingIfNeeded: ports) > ports >> 16
        let mask: UInt64 = isHigher ? .max : 0
        let high = (sourceHigh ^ destinationHigh) & mask
        facts.addressAHigh = sourceHigh ^ high
        facts.addressBHigh = destinationHigh ^ high
        let low = (sourceLow ^ destinationLow) & mask
        facts.addressALow = sourceLow ^ low
        facts.addressBLow = destinationLow ^ low
        setKey(&facts, ports, number << 32 | PacketFacts.ipv6Bit | rest, flags, isHigher)
        return true
    }

    /// TCP or UDP `number` at `offset`, of which `octets` belong to the datagram and `readable` were captured. The ports,
    /// the source's in the low 16 bits; nil when the header is cut, odd, or another protocol's.
    @inline(__always)
    private static func decodeTransport(
        _ header: borrowing Cursor, at offset: Int, _ number: UInt64, octets: UInt32, readable: Int,
        _ facts: inout PacketFacts
    ) -> UInt32? {
        guard readable >= Int(udpLength) else { return nil }
        let ports = header.u32(offset)
        if number == 6 {
            guard readable >= tcpNeeded else { return nil }
            let offsetAndFlags = header.u16(offset &+ 12)
            let headerLength = UInt32(offsetAndFlags >> 12) &* 4
            guard headerLength >= tcpLength, headerLength <= octets else { return nil }
            facts.tcpSequence = header.u32(offset &+ 4)
            facts.tcpAcknowledgement = header.u32(offset &+ 8)
            facts.tcpFlags = UInt8(truncatingIfNeeded: offsetAndFlags)
            facts.payloadOctets = octets &- headerLength
        } else {
            // What may be a tunnel is for the others.
            guard number == 17, TunnelPorts.excludes(ports) else { return nil }
            let length = header.u16(offset &+ 4)
            guard length == 0 || length >= UInt16(udpLength) else { return nil }
            facts.tcpSequence = 0
            facts.tcpAcknowledgement = 0
            facts.tcpFlags = 0
            facts.payloadOctets = octets &- udpLength
        }
        return ports >> 16 | ports << 16
    }

    /// Key word and flags; `ports` has the source's in its low 16 bits, and `isHigher` says that the source is B.
    @inline(__always)
    private static func setKey(
        _ facts: inout PacketFacts, _ ports: UInt32, _ rest: UInt64, _ flags: PacketFacts.Flags, _ isHigher: Bool
    ) {
        // Which endpoint is lower is a coin's toss: a shift rather than a branch.
        let turn: UInt32 = isHigher ? 16 : 0
        facts.keyWord = UInt64(ports &>> turn | ports &<< turn) | rest
        // As bits, since `rest` says what the protocol is: 6 is TCP, 17 is not.
        var bits = flags.rawValue | PacketFacts.Flags.ports.rawValue
        bits |= UInt16(truncatingIfNeeded: turn >> 4) & PacketFacts.Flags.fromB.rawValue
        if UInt8(truncatingIfNeeded: rest >> 32) == 6 { bits |= PacketFacts.Flags.tcp.rawValue }
        facts.flags = PacketFacts.Flags(rawValue: bits)
    }
}
