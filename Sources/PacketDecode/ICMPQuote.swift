/// The packet that an ICMP or ICMPv6 error quotes: which flow the error is about.
///
///     |      Type     |      Code     |           Checksum            |
///     |    Unused, pointer, MTU, gateway (by type, 4 octets)          |
///     |    Headers of the packet that the error is about, and at least eight octets behind an IPv4 header ...
///
/// ICMP (RFC 792, RFC 1122 section 3.2.2): destination unreachable, source quench, redirect, time exceeded, parameter
/// problem. ICMPv6 (RFC 4443 section 3): destination unreachable, packet too big, time exceeded, parameter problem.
enum ICMPQuote {
    static let headerLength = 8
    static let sequence = 4
    static let tcp: UInt8 = 6

    /// Whether an ICMP or ICMPv6 message with these facts quotes a packet.
    static func isError(_ packet: PacketFacts) -> Bool {
        switch (packet.ipVersion, packet.icmpTypeCode >> 8) {
        case (4, 3), (4, 4), (4, 5), (4, 11), (4, 12), (6, 1...4): true
        default: false
        }
    }
}

extension PacketDecoder {
    /// Decodes the packet quoted by the ICMP error whose header is at `start`, into `notice`: facts that are no packet's but
    /// news for the flow that the quoted packet was counted in. False when that flow cannot be told.
    ///
    /// The quote is read by the same decoders as packets are, through tunnels where those are followed; an error that it
    /// quotes in turn is not looked into. It is mostly cut, and its lengths are about what is not there.
    @inline(never)
    mutating func decodeQuote(_ start: Cursor, network: UInt32?, of error: PacketFacts) -> Bool {
        var cursor = start
        guard cursor.remaining > ICMPQuote.headerLength else {
            tallies.add(.quoteDamaged)
            return false
        }
        cursor.skip(ICMPQuote.headerLength)
        notice = PacketFacts()
        notice.domain = error.domain
        notice.wireOctets = .max
        // As the packet that is quoted had it, if it came the same way.
        notice.segment = error.segment
        notice.flags.rawValue = error.flags.rawValue & PacketFacts.Flags.segment.rawValue
        quotePath.begin()
        let type: UInt16 = error.ipVersion == 6 ? 0x86DD : 0x0800
        let layer = Self.decodeHeaders(.etherType(type), &cursor, &notice, &quotePath)
        let isCut = notice.anomalies & 1 << UInt16(Anomaly.transportHeaderCut.rawValue) != 0
        guard layer.space == .flow, notice.flags.contains(.ports) || !isCut else {
            tallies.add(.quoteDamaged)
            return false
        }
        var kept =
            PacketFacts.Flags.ports.rawValue | PacketFacts.Flags.segment.rawValue
            | PacketFacts.Flags.laterFragment.rawValue
        if notice.flags.contains(.tcp) {
            kept |= PacketFacts.Flags.tcp.rawValue
        } else if notice.protocolIdentifier == ICMPQuote.tcp, notice.flags.contains(.ports), cursor.remaining >= 8 {
            // Eight octets of TCP are ports and sequence number.
            notice.tcpSequence = cursor.u32(ICMPQuote.sequence)
            notice.flags.insert(.tcp)
            kept |= PacketFacts.Flags.tcp.rawValue
        }
        Self.setSegment(segmentRule, quotePath.network ?? network, &notice)
        notice.flags.rawValue &= kept
        notice.canonicalise()
        notice.flags.insert(.notice)
        notice.timestamp = error.timestamp
        notice.frameNumber = error.frameNumber
        notice.observationPoint = error.observationPoint
        notice.icmpTypeCode = error.icmpTypeCode
        (notice.networkOctets, notice.wireOctets, notice.payloadOctets, notice.anomalies) = (0, 0, 0, 0)
        return true
    }
}

extension PacketFacts {
    /// Of a notice: whether the error says that there is no such host, protocol or port, or that it may not be reached. A
    /// network that is unreachable, a loop, or a packet too big says nothing of the service.
    package var isRefusal: Bool {
        switch (ipVersion, icmpTypeCode) {
        // ICMP: host, protocol, port unreachable, host unknown, administratively prohibited (RFC 792, RFC 1122, RFC 1812).
        case (4, 0x0301...0x0303), (4, 0x0307), (4, 0x0309), (4, 0x030A), (4, 0x030D): true
        // ICMPv6: prohibited, address and port unreachable, policy, rejected route; next header not recognised (RFC 4443).
        case (6, 0x0101), (6, 0x0103...0x0106), (6, 0x0401): true
        default: false
        }
    }
}
