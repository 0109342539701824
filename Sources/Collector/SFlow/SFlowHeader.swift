import NetTypes

/// The header of a datagram of sFlow version 5 (sflow.org, "sFlow Version 5"). Integers are XDR's: 32 bits, network byte
/// order.
struct SFlowHeader {
    /// The agent's own address, which stays the same whatever interface a datagram leaves by; nil when it does not say.
    var agent: IPAddress?
    /// Tells several sources of datagrams of one agent apart, each with numbers of its own.
    var subAgent: UInt32
    /// Number of the datagram.
    var number: UInt32
    /// Milliseconds since the agent's start.
    var upTime: UInt32
    /// Samples that follow.
    var samples: UInt32

    /// The first word of a datagram, which no message of IPFIX or NetFlow begins with.
    static let version: UInt64 = 5

    /// Consumes a header; nil when it is cut, or no header of version 5.
    init?(_ reader: inout WireReader) {
        guard reader.unsigned(4) == Self.version, let agent = reader.sflowAddress(), let subAgent = reader.u32(),
            let number = reader.u32(), let upTime = reader.u32(), let samples = reader.u32()
        else { return nil }
        (self.agent, self.subAgent, self.number) = (agent.address, subAgent, number)
        (self.upTime, self.samples) = (upTime, samples)
    }
}

/// An address as sFlow has it, which may be "unknown".
struct SFlowAddress {
    /// Nil for an unknown one.
    var address: IPAddress?
}

extension WireReader {
    /// An address: its type (0 unknown, 1 IPv4, 2 IPv6) and its octets; nil when it is cut or of another type.
    @_lifetime(self: copy self)
    mutating func sflowAddress() -> SFlowAddress? {
        switch u32() {
        case 0: return SFlowAddress()
        case 1: return u32().map { SFlowAddress(address: IPAddress(v4: $0)) }
        case 2:
            guard let high = unsigned(8), let low = unsigned(8) else { return nil }
            return SFlowAddress(address: IPAddress(high: high, low: low, version: 6))
        default: return nil
        }
    }

    /// A length and so many octets, with padding to four, as a part of the message; nil when it is cut. Padding that is
    /// not there in the end, as some agents leave it out, is not missed.
    @_lifetime(self: copy self)
    mutating func sflowOpaque() -> Range<Int>? {
        guard let length = u32() else { return nil }
        let start = offset
        guard skip(Int(length)) else { return nil }
        _ = skip(min(-Int(length) & 3, remaining))
        return start..<start + Int(length)
    }
}
