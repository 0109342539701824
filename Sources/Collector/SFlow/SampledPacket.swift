import NetTypes
import PacketDecode

/// What is known of a sampled packet of IP.
struct SampledPacket {
    var source: IPAddress
    var destination: IPAddress
    var sourcePort: UInt16 = 0
    /// For ICMP its type and code, as NetFlow has them.
    var destinationPort: UInt16 = 0
    var protocolIdentifier: UInt8
    var classOfService: UInt8
    var tcpFlags: UInt8 = 0
    /// IP header and payload.
    var octets: UInt32
    /// 0 for none.
    var vlan: UInt16 = 0
    /// Both 0 for none.
    var sourceMAC: UInt64 = 0
    var destinationMAC: UInt64 = 0

    /// Consumes `sampled_ipv4` or `sampled_ipv6`: an agent's own reading of the header. Nil when it is cut.
    init?(_ record: inout WireReader, version: Int) {
        func address(_ reader: inout WireReader) -> IPAddress? {
            if version == 4 { return reader.u32().map(IPAddress.init(v4:)) }
            guard let high = reader.unsigned(8), let low = reader.unsigned(8) else { return nil }
            return IPAddress(high: high, low: low, version: 6)
        }
        guard let length = record.u32(), let number = record.u32(), let source = address(&record),
            let destination = address(&record), let sourcePort = record.u32(), let destinationPort = record.u32(),
            let flags = record.u32(), let service = record.u32()
        else { return nil }
        (self.source, self.destination, octets) = (source, destination, length)
        protocolIdentifier = UInt8(truncatingIfNeeded: number)
        self.sourcePort = UInt16(truncatingIfNeeded: sourcePort)
        self.destinationPort = UInt16(truncatingIfNeeded: destinationPort)
        tcpFlags = UInt8(truncatingIfNeeded: flags)
        classOfService = UInt8(truncatingIfNeeded: service)
    }

    /// From what the packet decoder found.
    init(_ facts: PacketFacts) {
        let (a, b) = (
            IPAddress(high: facts.addressAHigh, low: facts.addressALow, version: facts.ipVersion),
            IPAddress(high: facts.addressBHigh, low: facts.addressBLow, version: facts.ipVersion)
        )
        (source, destination) = facts.sender == 0 ? (a, b) : (b, a)
        if facts.flags.contains(.ports) {
            let (a, b) = (facts.portA, facts.portB)
            (sourcePort, destinationPort) = facts.sender == 0 ? (a, b) : (b, a)
        } else if facts.flags.contains(.icmp) {
            destinationPort = facts.icmpTypeCode
        }
        (protocolIdentifier, classOfService) = (facts.protocolIdentifier, facts.classOfService)
        if facts.flags.contains(.tcp) { tcpFlags = facts.tcpFlags }
        octets = facts.networkOctets
        if facts.flags.contains(.vlan) { vlan = facts.vlan }
        if facts.flags.contains(.macs) { (sourceMAC, destinationMAC) = (facts.sourceMAC, facts.destinationMAC) }
    }
}

/// Decodes the beginnings of packets that samples carry, one at a time, as the probe decodes packets it sees itself. Of
/// tunnels it takes the outer flow: that is what the exporter has sampled.
final class SampledHeaderDecoder {
    private let batch = PacketBatch(capacity: 1)
    /// A packet's facts, and those of the flow that an ICMP error is about.
    private let facts = FactsBatch(capacity: 2)
    private var decoder = PacketDecoder(segmentRule: .none, tunnels: TunnelPolicy(rule: .outer))

    /// The packet whose beginning is `octets[range]`; nil when it is not IP, or cannot be decoded. `form` is sFlow's
    /// `header_protocol`, `wireLength` the octets of the whole packet without FCS.
    func packet(_ octets: Span<UInt8>, _ range: Range<Int>, form: UInt32, wireLength: UInt32) -> SampledPacket? {
        guard let linkType = Self.linkTypes[form] else { return nil }
        batch.hold(
            octets.extracting(range), wireLength: max(wireLength, UInt32(range.count)), linkType: linkType)
        decoder.decode(batch, into: facts)
        let own = facts
        let found = own.facts
        guard found.count > 0, !found[0].flags.contains(.notice) else { return nil }
        return SampledPacket(found[0])
    }

    /// Link types of `header_protocol`: Ethernet, Token Ring, FDDI, Frame Relay, PPP, IPv4, IPv6.
    private static let linkTypes: [UInt32: UInt16] = [1: 1, 3: 6, 4: 10, 5: 107, 7: 9, 11: 228, 12: 229]
}
