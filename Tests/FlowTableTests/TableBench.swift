import FlowTable
import NetTypes
import PacketDecode

/// A flow table with what it needs around it, and the records it has let out.
final class TableBench {
    let table: FlowTable
    private(set) var records: [FlowRecord] = []
    private(set) var applied: UInt64 = 0
    private let batch: FactsBatch
    private let output = RecordBuffer(capacity: 1)
    private var partition: Partition

    init(_ configuration: FlowTableConfiguration = FlowTableConfiguration(), batchSize: Int = 64) {
        table = FlowTable(configuration: configuration)
        batch = FactsBatch(capacity: batchSize)
        partition = Partition(capacity: batchSize)
    }

    /// Counts packets, numbering those that have no number of their own by their place.
    func apply(_ packets: some Sequence<Packet>) {
        for packet in packets {
            batch.append(packet.facts, tunnel: packet.tunnel ?? TunnelFacts())
            if batch.count == batch.capacity { applyBatch() }
        }
        if batch.count > 0 { applyBatch() }
    }

    private func applyBatch() {
        table.partition(batch, into: &partition)
        for stripe in 0..<FlowTable.stripeCount where !partition.isEmpty(stripe) {
            table.apply(batch, partition, stripe: stripe, output: output)
        }
        applied += UInt64(batch.count)
        batch.removeAll()
        drain()
    }

    /// The stripe that `packet` belongs to.
    func stripe(of packet: Packet) -> Int {
        batch.append(packet.facts)
        table.partition(batch, into: &partition)
        batch.removeAll()
        return (0..<FlowTable.stripeCount).first { !partition.isEmpty($0) } ?? -1
    }

    func sweep(now: Nanoseconds, all: Bool = true, atLeast: Int = 0) {
        for stripe in 0..<FlowTable.stripeCount {
            table.sweep(stripe: stripe, now: now, at: applied, all: all, atLeast: atLeast, output: output)
        }
        drain()
    }

    func flush(now: Nanoseconds) {
        table.flush(now: now, at: applied, batchSize: 100) { buffer in
            buffer.withMutableRecords { span in
                for index in 0..<span.count { records.append(span[index]) }
            }
        }
    }

    private func drain() {
        output.withMutableRecords { span in
            for index in 0..<span.count { records.append(span[index]) }
        }
        output.removeAll()
    }

    /// All records of these packets, numbered from 1, flushed at the last packet's time.
    static func records(_ packets: [Packet], _ configuration: FlowTableConfiguration = FlowTableConfiguration())
        -> [FlowRecord]
    {
        let bench = TableBench(configuration)
        bench.apply(numbered(packets))
        bench.flush(now: packets.map(\.time).max() ?? 0)
        return bench.records.sorted { ($0.flowId, $0.sliceIndex) < ($1.flowId, $1.sliceIndex) }
    }

    static func numbered(_ packets: [Packet]) -> [Packet] {
        packets.enumerated().map { index, packet in
            var packet = packet
            packet.frame = UInt64(index + 1)
            return packet
        }
    }
}

extension FlowRecord {
    /// Everything that a record says, but for its place in the output.
    var listed: [String] {
        [
            "flow \(flowId) \(firstFrameNumber) slice \(sliceIndex)", "at \(observationDomainId) \(observationPointId)",
            "\(sourceAddress):\(sourcePort) > \(destinationAddress):\(destinationPort) protocol \(protocolIdentifier)",
            "segment \(segment) presence \(presence.rawValue)", "octets \(octetsForward) \(octetsReverse)",
            "layer 2 \(layer2OctetsForward) \(layer2OctetsReverse)", "packets \(packetsForward) \(packetsReverse)",
            "retransmitted \(retransmittedOctetsForward) \(retransmittedOctetsReverse)",
            "forward \(firstForward)...\(lastForward)", "reverse \(firstReverse)...\(lastReverse)",
            "handshake \(handshakeRoundTrip)", "flags \(tcpControlBitsForward) \(tcpControlBitsReverse)",
            "\(tcpState) \(service) \(initiator) end \(endReason)",
            "icmp \(icmpTypeCodeForward) \(icmpTypeCodeReverse)",
            "vlan \(vlanForward) \(vlanReverse)", "mac \(sourceMAC) \(destinationMAC)",
            "ttl \(minimumTTLForward)-\(maximumTTLForward) \(minimumTTLReverse)-\(maximumTTLReverse)",
            "tos \(classOfServiceForward) \(classOfServiceReverse)",
            "tunnel \(tunnelType) \(tunnelDepth) \(tunnelIdForward) \(tunnelIdReverse) \(tunnelSourceLow)",
            "errors \(icmpErrorsForward) \(icmpErrorsReverse) \(icmpErrorTypeCode)",
            "length \(minimumLengthForward)-\(maximumLengthForward) \(minimumLengthReverse)-\(maximumLengthReverse)",
        ]
    }
}
