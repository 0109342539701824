import Exporter
import NetTypes

/// Makes flow records of IANA's elements of samples, so that they go the way that all collected records go. A packet
/// that was one in n stands for n packets of its length.
struct SampleTemplates {
    /// What a record has beside the packet; each combination is a template.
    private struct Parts: Hashable {
        var isIPv6: Bool
        /// IP version of the next hop; 0 without one.
        var nextHop: UInt8
        var hasSystems: Bool
    }

    private var templates: [Parts: CollectedTemplate] = [:]

    /// The template of a record that `octets(_:_:at:)` makes of `sample`.
    mutating func template(of sample: FlowSample, _ packet: SampledPacket) -> CollectedTemplate {
        let parts = Parts(
            isIPv6: packet.source.version == 6, nextHop: sample.route?.nextHop.version ?? 0,
            hasSystems: sample.systems != nil)
        if let known = templates[parts] { return known }
        // Addresses, prefix lengths and next hop by IP version.
        var fields: [(id: UInt16, length: UInt16)] = parts.isIPv6 ? [(27, 16), (28, 16)] : [(8, 4), (12, 4)]
        fields += [
            (7, 2), (11, 2), (4, 1), (5, 1), (6, 2), (2, 8), (1, 8), (152, 8), (153, 8), (10, 4), (14, 4), (138, 8),
            (56, 6), (80, 6), (243, 2), (305, 4),
        ]
        if parts.nextHop > 0 {
            fields += parts.isIPv6 ? [(29, 1), (30, 1)] : [(9, 1), (13, 1)]
            fields.append(parts.nextHop == 6 ? (62, 16) : (15, 4))
        }
        if parts.hasSystems { fields += [(16, 4), (17, 4)] }
        let template = CollectedTemplate(
            id: 0, scopeCount: 0,
            fields: fields.map { CollectedField(id: $0.id, enterpriseNumber: 0, length: $0.length) })
        templates[parts] = template
        return template
    }

    /// The record, whose fields are those of `template(of:_:)` in their order.
    static func octets(_ sample: FlowSample, _ packet: SampledPacket, at time: Nanoseconds) -> [UInt8] {
        var record = OctetWriter()
        record.append(packet.source)
        record.append(packet.destination)
        record.append(UInt64(packet.sourcePort), length: 2)
        record.append(UInt64(packet.destinationPort), length: 2)
        record.append(UInt64(packet.protocolIdentifier), length: 1)
        record.append(UInt64(packet.classOfService), length: 1)
        record.append(UInt64(packet.tcpFlags), length: 2)
        let rate = UInt64(max(1, sample.rate))
        record.append(rate, length: 8)
        record.append(rate * UInt64(packet.octets), length: 8)
        let milliseconds = UInt64(max(0, time / 1_000_000))
        record.append(milliseconds, length: 8)
        record.append(milliseconds, length: 8)
        record.append(UInt64(sample.input), length: 4)
        record.append(UInt64(sample.output), length: 4)
        record.append(sample.source & 0xFFFF_FFFF, length: 8)
        record.append(packet.sourceMAC, length: 6)
        record.append(packet.destinationMAC, length: 6)
        // The tag of the packet, else what the switch took off.
        record.append(packet.vlan > 0 ? UInt64(packet.vlan) : UInt64(sample.vlan ?? 0) & 0xFFF, length: 2)
        record.append(rate, length: 4)
        if let route = sample.route {
            record.append(UInt64(route.sourceLength) & 0xFF, length: 1)
            record.append(UInt64(route.destinationLength) & 0xFF, length: 1)
            record.append(route.nextHop)
        }
        if let systems = sample.systems {
            record.append(UInt64(systems.source), length: 4)
            record.append(UInt64(systems.destination), length: 4)
        }
        return record.octets
    }
}

extension OctetWriter {
    /// Four octets, or sixteen.
    fileprivate mutating func append(_ address: IPAddress) {
        if address.version == 6 { append(address.high, length: 8) }
        append(address.low, length: address.version == 6 ? 8 : 4)
    }
}
