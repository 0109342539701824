import NetTypes
import PacketDecode

/// Names what a host sends out of a port, from a source of its outgoing packets. One thread's own.
package final class OwnTrafficWatch {
    private static let batchSize = 64
    private static let icmpv6: UInt8 = 58

    private let source: any LivePacketSource
    private let packets = PacketBatch(capacity: batchSize)
    private let facts = FactsBatch(capacity: batchSize)
    private var decoder = PacketDecoder(segmentRule: .none)

    /// What was seen so far; `sent` counts the packets seen here, which may be fewer than the adapter counted.
    package private(set) var traffic = OwnTraffic()

    /// Watches packets of `source`, which gives those that the host sends only.
    package init(_ source: any LivePacketSource) {
        self.source = source
    }

    /// Takes what the host has sent, without waiting.
    package func turn() {
        while source.fill(packets) {
            decoder.decode(packets, into: facts)
            for type in Self.messageTypes(facts) { name(type) }
            source.release()
        }
        source.release()
        traffic.sent = decoder.tallies.packets
        traffic.arp = decoder.tallies.nonFlowProtocols.first { $0.protocol == .etherType(0x0806) }?.packets ?? 0
    }

    /// The types of the ICMPv6 messages in a batch.
    private static func messageTypes(_ batch: FactsBatch) -> [UInt8] {
        let facts = batch.facts
        var types: [UInt8] = []
        for index in facts.indices where facts[index].protocolIdentifier == icmpv6 && facts[index].ipVersion == 6 {
            types.append(UInt8(facts[index].icmpTypeCode >> 8))
        }
        return types
    }

    // Types: https://www.iana.org/assignments/icmpv6-parameters
    private func name(_ type: UInt8) {
        switch type {
        case 131, 132, 143: traffic.listenerReports += 1
        case 133: traffic.routerSolicitations += 1
        case 135, 136: traffic.neighbourDiscovery += 1
        default: break
        }
    }
}
