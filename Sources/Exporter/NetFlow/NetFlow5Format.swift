/// NetFlow version 5: a header of 24 octets and up to 30 records of 48, of IPv4 flows alone.
enum NetFlow5Format {
    /// Octets of the header.
    static let headerLength = 24
    /// Octets of a record.
    static let recordLength = 48
    /// Records of one flow at most: what more would have to tell is cut off.
    static let partLimit: UInt64 = 65_536

    //   0                   1                   2                   3
    //   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    //  +-------------------------------+-------------------------------+
    //  |            Version (5)        |        Records in message     |
    //  +-------------------------------+-------------------------------+
    //  |             Milliseconds since the exporter's start           |
    //  +---------------------------------------------------------------+
    //  |                        Seconds since 1970                     |
    //  +---------------------------------------------------------------+
    //  |                  and nanoseconds of that second (0)           |
    //  +---------------------------------------------------------------+
    //  |                 Flows sent before this message                |
    //  +---------------+---------------+-------------------------------+
    //  |  Engine type  |   Engine id   |          Sampling (0)         |
    //  +---------------+---------------+-------------------------------+

    /// Makes room for the header.
    static func begin(_ message: inout NetFlowMessage) { for _ in 0..<3 { message.append(0, 8) } }

    /// Fills in the header.
    static func end(
        _ message: inout NetFlowMessage, upTime: UInt32, seconds: UInt32, sequence: UInt32, engine: UInt16
    ) {
        message.put16(5, at: 0)
        message.put16(UInt16(truncatingIfNeeded: message.records), at: 2)
        message.put32(upTime, at: 4)
        message.put32(seconds, at: 8)
        message.put32(0, at: 12)
        message.put32(sequence, at: 16)
        message.put16(engine, at: 20)
        message.put16(0, at: 22)
    }

    /// Whether another record has a place.
    static func hasRoom(_ message: borrowing NetFlowMessage) -> Bool {
        message.records < 30 && max(message.octets.count, headerLength) + recordLength <= message.limit
    }

    /// Appends a record whose counters fit 32 bits.
    static func append(
        _ flow: borrowing OneWayFlow, first: UInt32, last: UInt32, to message: inout NetFlowMessage
    ) {
        message.append(flow.source.low, 4)
        message.append(flow.destination.low, 4)
        // Next hop, and indices of interfaces: a mirror port has none.
        message.append(0, 8)
        message.append(flow.packets, 4)
        message.append(flow.octets, 4)
        message.append(UInt64(first), 4)
        message.append(UInt64(last), 4)
        message.append(UInt64(flow.sourcePort), 2)
        message.append(UInt64(flow.destinationPort), 2)
        message.append(0, 1)
        message.append(UInt64(flow.tcpControlBits), 1)
        message.append(UInt64(flow.protocolIdentifier), 1)
        message.append(UInt64(flow.classOfService), 1)
        // Autonomous systems, lengths of their prefixes, padding.
        message.append(0, 8)
        message.count(flow)
    }

    /// How many records a flow needs, since their counters have 32 bits.
    static func parts(_ flow: borrowing OneWayFlow) -> UInt64 {
        let largest = UInt64(UInt32.max)
        let octets = flow.octets / largest + (flow.octets % largest == 0 ? 0 : 1)
        let packets = flow.packets / largest + (flow.packets % largest == 0 ? 0 : 1)
        return min(max(octets, packets, 1), partLimit)
    }

    /// The share of record `index` of `count` in a counter's value: the shares add up to it.
    static func share(_ value: UInt64, _ index: UInt64, of count: UInt64) -> UInt64 {
        min(value / count + (index < value % count ? 1 : 0), UInt64(UInt32.max))
    }
}
