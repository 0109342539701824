import Exporter
import FlowTable
import NetTypes

/// Writes collected records as lines of JSON: members of ours as docs/json.md has them, in that order, then what the
/// exporter gave beside them, under the names of IANA's registry or its own (RFC 5610).
struct CollectedLine {
    private static let keys = JSONField.all.map { Array("\"\($0.name)\":".utf8) }
    private static let words = JSONField.all.map { field -> [String?] in
        if case .word(let words) = field.kind { words.words } else { [] }
    }
    private static let biflowWords = ["arbitrary", "initiator", "reverse-initiator", "perimeter"]
    private static let biflowMember = JSONField.all.firstIndex { $0.name == "biflowDirection" }

    /// Who sent a record, for lines that say so.
    struct Exporter {
        /// The peer's address; nil for files.
        var address: IPAddress?
        /// Its port.
        var port: UInt16 = 0
    }

    /// Appends the line of `flow`, whose record is at `range` in `octets`.
    static func append(
        _ flow: CollectedFlow, _ octets: Span<UInt8>, _ range: Range<Int>, _ places: [FieldPlace], _ plan: FlowPlan,
        _ context: RecordContext, exporter: Exporter?, to line: inout [UInt8]
    ) {
        let start = line.count
        line.append(0x7B)
        let record = flow.assembly.record
        var conditions = JSONField.Conditions(record)
        // What another exporter gives of a direction is written, whether or not it counted its packets.
        if !flow.isOwn { conditions.formUnion([.forward, .reverse]) }
        var members = flow.members
        while members != 0 {
            let index = members.trailingZeroBitCount
            members &= members - 1
            let field = JSONField.all[index]
            guard field.conditions.isSubset(of: conditions) else { continue }
            appendMember(index, field, flow, record, to: &line)
        }
        for other in plan.others where !other.isUpTime || context.initMilliseconds == nil {
            let place = places[other.field]
            let first = range.lowerBound + place.offset
            appendComma(start, &line)
            line.append(contentsOf: other.key)
            line.append(other.form, octets, first..<first + place.length, context)
        }
        if let exporter { append(exporter, context, start, to: &line) }
        line.append(0x7D)
        line.append(0x0A)
    }

    private static func appendComma(_ start: Int, _ line: inout [UInt8]) {
        if line.count > start + 1 { line.append(0x2C) }
    }

    private static func appendMember(
        _ index: Int, _ field: JSONField, _ flow: CollectedFlow, _ record: FlowRecord, to line: inout [UInt8]
    ) {
        // A name of a number that has none is left out, with its comma.
        var word: String?
        if case .word = field.kind {
            if index == biflowMember {
                // As this probe writes it: from the evidence, unless another exporter said something else.
                let value = flow.isOwn ? record.initiator.biflowDirection : flow.biflowDirection ?? 4
                word = value < 4 ? biflowWords[Int(value)] : nil
            } else {
                let value = flow.assembly.value(index)
                word = value < 8 ? words[index][Int(value)] : nil
            }
            if word == nil { return }
        }
        if line.last != 0x7B { line.append(0x2C) }
        line.append(contentsOf: keys[index])
        switch field.kind {
        case .number: line.appendDecimal(min(flow.assembly.value(index), field.maximum))
        case .identifier: line.appendQuoted { $0.appendDecimal(flow.assembly.value(index)) }
        case .ipv4Address, .ipv6Address:
            line.appendQuoted { $0.append(address(field.name, record)) }
        case .macAddress: line.appendQuoted { $0.append(MACAddress(bits: flow.assembly.value(index))) }
        case .time: line.appendQuoted { $0.append(time: Nanoseconds(clamping: flow.assembly.value(index))) }
        case .application:
            line.appendQuoted { $0.append(contentsOf: JSONField.applicationName(flow.assembly.value(index)).utf8) }
        case .word: line.appendQuoted { $0.append(contentsOf: (word ?? "").utf8) }
        }
    }

    private static func address(_ name: String, _ record: FlowRecord) -> IPAddress {
        switch name {
        case "tunnelSourceAddress":
            IPAddress(high: record.tunnelSourceHigh, low: record.tunnelSourceLow, version: 6)
        case "tunnelDestinationAddress":
            IPAddress(high: record.tunnelDestinationHigh, low: record.tunnelDestinationLow, version: 6)
        case "sourceIPv4Address", "sourceIPv6Address": record.sourceAddress
        default: record.destinationAddress
        }
    }

    private static func append(
        _ exporter: Exporter, _ context: RecordContext, _ start: Int, to line: inout [UInt8]
    ) {
        if let address = exporter.address {
            appendComma(start, &line)
            line.append(contentsOf: "\"exporterIPv\(address.version)Address\":\"\(address)\"".utf8)
            line.append(contentsOf: ",\"exporterTransportPort\":\(exporter.port)".utf8)
        }
        appendComma(start, &line)
        line.append(contentsOf: "\"exportTime\":".utf8)
        line.appendQuoted { $0.append(time: context.exportTime) }
    }
}
