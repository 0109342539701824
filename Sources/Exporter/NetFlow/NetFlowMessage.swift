/// A message of NetFlow while it is filled, and what of it has to be booked.
struct NetFlowMessage {
    /// Header and records, in network byte order.
    private(set) var octets: [UInt8] = []
    /// Records of flows.
    private(set) var records: UInt64 = 0
    /// Packets they count.
    private(set) var packets: UInt64 = 0
    /// Layer 3 octets they count.
    private(set) var flowOctets: UInt64 = 0
    /// Records of templates.
    private(set) var templates = 0
    /// Latest end of a flow, milliseconds since 1970.
    private(set) var latest: Int64 = 0

    /// The longest message over IPv4: 30 records of version 5, which is also what fits into an Ethernet frame.
    static let longest = 1464
    /// The longest over IPv6, whose header has 20 octets more: what fits into an Ethernet frame.
    static let longestOverIPv6 = 1452

    /// Octets of a message at most.
    let limit: Int

    init(limit: Int) {
        self.limit = limit
        octets.reserveCapacity(limit)
    }

    var isEmpty: Bool { octets.isEmpty }

    /// Empties it.
    mutating func clear() {
        octets.removeAll(keepingCapacity: true)
        (records, packets, flowOctets, templates, latest) = (0, 0, 0, 0, 0)
    }

    /// Appends the low `length` octets of `value`, highest first.
    mutating func append(_ value: UInt64, _ length: Int) {
        for index in (0..<length).reversed() { octets.append(UInt8(truncatingIfNeeded: value >> UInt64(index * 8))) }
    }

    /// Writes two octets over what is at `offset`.
    mutating func put16(_ value: UInt16, at offset: Int) {
        octets[offset] = UInt8(value >> 8)
        octets[offset + 1] = UInt8(truncatingIfNeeded: value)
    }

    /// Writes four octets over what is at `offset`.
    mutating func put32(_ value: UInt32, at offset: Int) {
        put16(UInt16(value >> 16), at: offset)
        put16(UInt16(truncatingIfNeeded: value), at: offset + 2)
    }

    /// Books the record of a flow that was appended.
    mutating func count(_ flow: borrowing OneWayFlow) {
        records += 1
        packets &+= flow.packets
        flowOctets &+= flow.octets
        latest = max(latest, min(flow.last, OneWayFlow.lastMilliseconds))
    }

    /// Books a template that was appended.
    mutating func countTemplate() { templates += 1 }
}
