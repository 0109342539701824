import Exporter
import FlowTable
import Labels

/// Records and the attributes beside them, as a batch has them.
struct AttributedRecords {
    private(set) var records: [FlowRecord] = []
    private(set) var attributes: [UInt8] = []

    /// Adds a record with an `AttributeList`.
    mutating func add(_ record: FlowRecord, _ list: [UInt8]) {
        var record = record
        record.attributeOctets = UInt16(list.count)
        records.append(record)
        attributes += list
    }

    /// Hands all to `sink`, `size` records at a time, and ends it.
    func feed(to sink: some RecordSink, size: Int = 7) throws {
        var (start, octet) = (0, 0)
        while start < records.count {
            let part = Array(records[start..<min(start + size, records.count)])
            let length = part.reduce(0) { $0 + Int($1.attributeOctets) }
            let octets = Array(attributes[octet..<octet + length])
            try sink.consume(part.span, attributes: octets.span, packetClock: syntheticEpoch)
            start += part.count
            octet += length
        }
        try sink.finish(packetClock: syntheticEpoch)
    }

    /// A list with these texts and numbers.
    static func list(_ values: [(LabelAttribute, String)]) -> [UInt8] {
        var list: [UInt8] = []
        for (attribute, value) in values.sorted(by: { $0.0.rawValue < $1.0.rawValue }) {
            let text = Array(value.utf8)
            if attribute.isNumber {
                AttributeList.append(attribute, number: UInt64(value) ?? 0, to: &list)
            } else {
                AttributeList.append(attribute, text: text.span, 0..<text.count, to: &list)
            }
        }
        return list
    }

    /// A value of each attribute that a flow over protocol `number` may have.
    static func everything(_ number: UInt8) -> [(LabelAttribute, String)] {
        LabelAttribute.allCases.filter {
            $0.origin == .payload || number == 6 && $0.origin == .tcp || number == 132 && $0.origin == .sctp
        }.map { ($0, "\($0.rawValue)") }
    }

    /// A labelled TCP flow with packets in the directions given.
    static func flow(_ number: UInt64, forward: Bool = true, reverse: Bool = true) -> FlowRecord {
        var record = FlowRecord()
        record.flowId = number
        record.protocolIdentifier = 6
        (record.sourceLow, record.destinationLow) = (0xC000_0201, 0xC633_6402)
        (record.sourcePort, record.destinationPort) = (40_000, 9999)
        record.presence = [.ports, .label, .lastSlice]
        record.applicationId = 20 << 56 | 32473 << 24 | 20
        (record.labelSource, record.labelConfidence) = (2, 3)
        if forward { (record.packetsForward, record.octetsForward, record.firstForward) = (2, 100, 5) }
        if reverse { (record.packetsReverse, record.octetsReverse, record.firstReverse) = (3, 1000, 6) }
        record.endReason = .endOfFlow
        return record
    }
}
