/// A request to netfilter over netlink, octet by octet.
package struct NetlinkRequest {
    /// NLM_F_REQUEST, NLM_F_ACK.
    private static let flags: UInt16 = 1
    private static let answered: UInt16 = 4

    /// The request as it is sent.
    package private(set) var octets: [UInt8]

    /// A request of `type` about one group or queue. With `sequence` the kernel answers it, with 0 or an error.
    init(_ subsystem: NetfilterSubsystem, type: UInt16, resource: UInt16, sequence: UInt32? = nil) {
        octets = []
        add(UInt32(0))
        add(subsystem.number << 8 | type)
        add(sequence == nil ? Self.flags : Self.flags | Self.answered)
        add(sequence ?? 0)
        add(UInt32(0))
        // The family that is not asked for, and version 0.
        octets += [0, 0]
        add(resource.bigEndian)
        finish()
    }

    private mutating func add<Value: FixedWidthInteger>(_ value: Value) {
        // The machine's byte order is little or big endian: its lowest octet first, or last.
        let count = Value.bitWidth / 8
        for index in 0..<count {
            octets.append(UInt8(truncatingIfNeeded: value.littleEndianIndex(index)))
        }
    }

    private mutating func finish() {
        let length = UInt32(octets.count)
        for index in 0..<4 { octets[index] = UInt8(truncatingIfNeeded: length.littleEndianIndex(index)) }
    }

    /// Adds an attribute whose value is made of these octets.
    mutating func add(_ type: UInt16, _ value: [UInt8]) {
        add(UInt16(4 + value.count))
        add(type)
        octets += value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
        finish()
    }

    /// Adds an attribute that is a number of 32 bits in network byte order.
    mutating func add(_ type: UInt16, _ number: UInt32) { add(type, Self.big(number)) }

    /// Puts another number of 32 bits, in network byte order, in the place of the last four octets.
    package mutating func replaceEnd(_ number: UInt32) {
        for index in 0..<4 {
            octets[octets.count - 1 - index] = UInt8(truncatingIfNeeded: number >> UInt32(index * 8))
        }
    }

    /// A number's octets in network byte order.
    static func big<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        (0..<Value.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: value >> Value($0 * 8)) }
    }
}

extension FixedWidthInteger {
    /// The octet that stands at `index` in this machine's memory.
    fileprivate func littleEndianIndex(_ index: Int) -> Self { littleEndian >> Self(index * 8) }
}

extension NetlinkRequest {
    /// What a copy of a packet cannot be longer than: an attribute's length has 16 bits.
    private static let mostCopied: UInt32 = 0xFFFF - 4

    /// Asks for the copies of a group (enum nfulnl_attr_config): whole messages of up to `bufferOctets`, `timeout`
    /// hundredths of a second apart at most, numbered.
    package static func listen(
        group: UInt16, copied: UInt32, bufferOctets: UInt32, timeout: UInt32, sequence: UInt32
    ) -> NetlinkRequest {
        var request = NetlinkRequest(.log, type: 1, resource: group, sequence: sequence)
        request.add(1, [1])  // NFULA_CFG_CMD: bind
        request.add(2, big(min(copied, mostCopied)) + [2, 0])  // NFULA_CFG_MODE: copy the packet
        request.add(3, bufferOctets)  // NFULA_CFG_NLBUFSIZ
        request.add(4, timeout)  // NFULA_CFG_TIMEOUT
        request.add(6, big(UInt16(1)))  // NFULA_CFG_FLAGS: number the packets
        return request
    }

    /// Asks for the packets of a queue (enum nfqnl_attr_config), of which at most `length` are held; those that find it
    /// full pass. Packets of several segments come as they are.
    package static func listen(
        queue: UInt16, copied: UInt32, length: UInt32, sequence: UInt32
    ) -> NetlinkRequest {
        var request = NetlinkRequest(.queue, type: 2, resource: queue, sequence: sequence)
        request.add(1, [1, 0, 0, 0])  // NFQA_CFG_CMD: bind
        request.add(2, big(min(copied, mostCopied)) + [2])  // NFQA_CFG_PARAMS: copy the packet
        request.add(3, length)  // NFQA_CFG_QUEUE_MAXLEN
        let flags: UInt32 = 1 | 4  // NFQA_CFG_F_FAIL_OPEN, NFQA_CFG_F_GSO
        request.add(4, flags)  // NFQA_CFG_MASK
        request.add(5, flags)  // NFQA_CFG_FLAGS
        return request
    }

    /// Holds no more packets of a queue: from now on all pass.
    package static func close(queue: UInt16) -> NetlinkRequest {
        var request = NetlinkRequest(.queue, type: 2, resource: queue)
        request.add(3, UInt32(0))  // NFQA_CFG_QUEUE_MAXLEN
        return request
    }

    /// Lets every packet of a queue up to the one with this number go on (NFQNL_MSG_VERDICT_BATCH, NF_ACCEPT).
    package static func accept(queue: UInt16, upTo number: UInt32) -> NetlinkRequest {
        var request = NetlinkRequest(.queue, type: 3, resource: queue)
        request.add(2, big(UInt32(1)) + big(number))  // NFQA_VERDICT_HDR
        return request
    }
}
