import NetTypes

/// Walks the messages of one datagram.
///
///     message    | length (4) | type (2) | flags (2) | sequence (4) | port (4) | family | version | group or queue (2) |
///                | attribute | attribute | …
///     attribute  | length (2) | type (2) | value, padded to four octets
///
/// Every length is checked against what is left before it is believed: nothing a datagram says leads outside of it.
package struct NetfilterReader: ~Escapable {
    /// One message, or why there is none.
    package enum Step: Equatable, Sendable {
        /// A packet.
        case packet(NetfilterMessage)
        /// The kernel's answer to the request with this sequence number: 0, or an error number.
        case answer(sequence: UInt32, error: Int32)
        /// A message that contradicts itself; when it was its length, nothing behind it is read.
        case malformed
        /// Nothing is left.
        case end
    }

    private static let headerOctets = 16
    private static let familyOctets = 4
    private static let attributeOctets = 4
    /// Type of the kernel's answers (NLMSG_ERROR).
    private static let answerType: UInt16 = 2

    private let bytes: NetlinkBytes
    private let subsystem: NetfilterSubsystem
    /// Where the next message begins.
    package private(set) var offset: Int

    /// A reader of `datagram` that begins at `offset`, which is where an earlier reader stopped.
    @_lifetime(copy datagram)
    package init(_ datagram: RawSpan, _ subsystem: NetfilterSubsystem, from offset: Int = 0) {
        bytes = NetlinkBytes(datagram)
        self.subsystem = subsystem
        self.offset = min(max(0, offset), datagram.byteCount)
    }

    /// The next message that is a packet, an answer or wrong. Others, such as the one that ends a batch, are passed over.
    @_lifetime(self: copy self)
    package mutating func next() -> Step {
        while offset < bytes.count {
            let start = offset
            let left = bytes.count &- start
            guard left >= Self.headerOctets, let length = Int(exactly: bytes.u32(start)), length >= Self.headerOctets,
                length <= left
            else {
                offset = bytes.count
                return .malformed
            }
            offset = start &+ min(left, (length &+ 3) & ~3)
            let type = bytes.u16(start &+ 4)
            let body = start &+ Self.headerOctets
            let end = start &+ length
            if type == subsystem.packetType { return packet(body, end) }
            if type == Self.answerType {
                guard end &- body >= 4 else { return .malformed }
                let error = Int32(bitPattern: bytes.u32(body))
                return .answer(sequence: bytes.u32(start &+ 8), error: 0 &- error)
            }
        }
        return .end
    }

    private func packet(_ start: Int, _ end: Int) -> Step {
        guard end &- start >= Self.familyOctets else { return .malformed }
        var message = NetfilterMessage()
        message.family = bytes.u8(start)
        message.resource = bytes.big16(start &+ 2)
        var place = start &+ Self.familyOctets
        while end &- place >= Self.attributeOctets {
            let length = Int(bytes.u16(place))
            guard length >= Self.attributeOctets, length <= end &- place else { return .malformed }
            // The upper two bits say how a value is made up, which each attribute's own rule says too.
            let type = bytes.u16(place &+ 2) & 0x3FFF
            let value = place &+ Self.attributeOctets..<place &+ length
            let isSound =
                switch subsystem {
                case .log: takeLog(type, value, &message)
                case .queue: takeQueue(type, value, &message)
                }
            guard isSound else { return .malformed }
            place &+= min(end &- place, (length &+ 3) & ~3)
        }
        return .packet(message)
    }

    /// Takes over an attribute of nfnetlink_log's (enum nfulnl_attr_type); false when it is too short.
    private func takeLog(_ type: UInt16, _ value: Range<Int>, _ message: inout NetfilterMessage) -> Bool {
        switch type {
        case 1:  // NFULA_PACKET_HDR: EtherType, hook
            guard value.count >= 3 else { return false }
            message.protocolType = bytes.big16(value.lowerBound)
            message.hook = bytes.u8(value.lowerBound &+ 2)
        case 2: return take32(value, &message.mark)  // NFULA_MARK
        case 3: return takeTime(value, &message)  // NFULA_TIMESTAMP
        case 4: return take32(value, &message.inDevice)  // NFULA_IFINDEX_INDEV
        case 5: return take32(value, &message.outDevice)  // NFULA_IFINDEX_OUTDEV
        case 9: message.payload = value  // NFULA_PAYLOAD
        case 10:  // NFULA_PREFIX
            let isEnded = value.count > 0 && bytes.u8(value.upperBound &- 1) == 0
            message.prefix = value.lowerBound..<value.upperBound &- (isEnded ? 1 : 0)
        case 12:  // NFULA_SEQ
            guard value.count >= 4 else { return false }
            message.sequence = bytes.big32(value.lowerBound)
        case 15:  // NFULA_HWTYPE
            guard value.count >= 2 else { return false }
            message.linkKind = bytes.big16(value.lowerBound)
        case 16: message.linkHeader = value  // NFULA_HWHEADER
        default: break
        }
        return true
    }

    /// Takes over an attribute of nfnetlink_queue's (enum nfqnl_attr_type); false when it is too short.
    private func takeQueue(_ type: UInt16, _ value: Range<Int>, _ message: inout NetfilterMessage) -> Bool {
        switch type {
        case 1:  // NFQA_PACKET_HDR: number, EtherType, hook
            guard value.count >= 7 else { return false }
            message.sequence = bytes.big32(value.lowerBound)
            message.protocolType = bytes.big16(value.lowerBound &+ 4)
            message.hook = bytes.u8(value.lowerBound &+ 6)
        case 3: return take32(value, &message.mark)  // NFQA_MARK
        case 4: return takeTime(value, &message)  // NFQA_TIMESTAMP
        case 5: return take32(value, &message.inDevice)  // NFQA_IFINDEX_INDEV
        case 6: return take32(value, &message.outDevice)  // NFQA_IFINDEX_OUTDEV
        case 10: message.payload = value  // NFQA_PAYLOAD
        case 13:  // NFQA_CAP_LEN
            guard value.count >= 4 else { return false }
            message.originalLength = bytes.big32(value.lowerBound)
        case 14:  // NFQA_SKB_INFO
            guard value.count >= 4 else { return false }
            message.isMerged = bytes.big32(value.lowerBound) & 2 != 0
        default: break
        }
        return true
    }

    private func take32(_ value: Range<Int>, _ field: inout UInt32) -> Bool {
        guard value.count >= 4 else { return false }
        field = bytes.big32(value.lowerBound)
        return true
    }

    /// Seconds and microseconds, 64 bits each. A time that cannot be one is none.
    private func takeTime(_ value: Range<Int>, _ message: inout NetfilterMessage) -> Bool {
        guard value.count >= 16 else { return false }
        let (seconds, micro) = (bytes.big64(value.lowerBound), bytes.big64(value.lowerBound &+ 8))
        guard seconds < UInt64(maximumTimestamp / nanosecondsPerSecond), micro < 1_000_000 else { return true }
        message.time = Nanoseconds(seconds) &* nanosecondsPerSecond &+ Nanoseconds(micro) &* 1000
        return true
    }
}
