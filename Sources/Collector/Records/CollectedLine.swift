import Exporter
import FlowTable
import NetTypes

/// Writes collected records as lines of JSON: members of ours as docs/json.md has them, in that order, then what the
/// exporter gave beside them, under the names of IANA's registry or its own (RFC 5610).
struct CollectedLine {
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
        let table = LineMembers.all
        let record = flow.assembly.record
        var conditions = JSONField.Conditions(record)
        // What another exporter gives of a direction is written, whether or not it counted its packets.
        if !flow.isOwn { conditions.formUnion([.forward, .reverse]) }
        var members = flow.members
        while members != 0 {
            let index = members.trailingZeroBitCount
            members &= members - 1
            let member = table.members[index]
            guard member.conditions & ~conditions.rawValue == 0 else { continue }
            append(member, index, table, flow, record, isFirst: line.count == start + 1, to: &line)
        }
        if !flow.attributes.isEmpty {
            JSONAttributes.append(flow.attributes.span, 0..<flow.attributes.count, to: &line)
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

    @inline(__always)
    private static func append(
        _ member: LineMembers.Member, _ index: Int, _ table: LineMembers, _ flow: CollectedFlow, _ record: FlowRecord,
        isFirst: Bool, to line: inout [UInt8]
    ) {
        // A name of a number that has none is left out, with its comma.
        var word = LineMembers.Run(start: 0, end: 0)
        if member.kind == .word || member.kind == .biflowDirection {
            // As this probe writes it: from the evidence, unless another exporter said something else.
            let value =
                member.kind == .word
                ? flow.assembly.value(index)
                : UInt64(flow.isOwn ? record.initiator.biflowDirection : flow.biflowDirection ?? 7)
            if value < 8 { word = table.words[member.firstWord + Int(value)] }
            if word.isEmpty { return }
        }
        line.append(contentsOf: table.octets[member.key.start + (isFirst ? 1 : 0)..<member.key.end])
        switch member.kind {
        case .number:
            line.appendDecimal(min(flow.assembly.value(index), member.maximum))
            return
        case .identifier: line.appendDecimal(flow.assembly.value(index))
        case .sourceAddress: line.append(record.sourceAddress)
        case .destinationAddress: line.append(record.destinationAddress)
        case .tunnelSource:
            line.append(IPAddress(high: record.tunnelSourceHigh, low: record.tunnelSourceLow, version: 6))
        case .tunnelDestination:
            line.append(IPAddress(high: record.tunnelDestinationHigh, low: record.tunnelDestinationLow, version: 6))
        case .application: line.append(contentsOf: JSONField.applicationName(flow.assembly.value(index)).utf8)
        case .macAddress: line.append(MACAddress(bits: flow.assembly.value(index)))
        case .time: line.append(time: Nanoseconds(clamping: flow.assembly.value(index)))
        case .word, .biflowDirection: line.append(contentsOf: table.octets[word.start..<word.end])
        }
        line.append(0x22)
    }

    private static func append(
        _ exporter: Exporter, _ context: RecordContext, _ start: Int, to line: inout [UInt8]
    ) {
        if let address = context.agent ?? exporter.address {
            appendComma(start, &line)
            line.append(contentsOf: "\"exporterIPv\(address.version)Address\":\"\(address)\"".utf8)
            line.append(contentsOf: ",\"exporterTransportPort\":\(exporter.port)".utf8)
        }
        appendComma(start, &line)
        line.append(contentsOf: "\"exportTime\":".utf8)
        line.appendQuoted { $0.append(time: context.exportTime) }
    }
}
