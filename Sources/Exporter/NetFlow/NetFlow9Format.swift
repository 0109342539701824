/// NetFlow version 9 (RFC 3954): messages of FlowSets, of templates (id 0) and of records by them (256 and up).
///
/// Records of one template that follow each other share a FlowSet, whose end is filled up with zeros to a multiple of four
/// octets (section 5.3).
struct NetFlow9Format {
    /// Octets of the header.
    static let headerLength = 20
    /// Octets of a FlowSet's header.
    private static let setHeaderLength = 4

    private let templates: [NetFlow9Template?]
    private let mask: Int
    /// Where the open FlowSet begins, and its id; nil for none.
    private var open: (start: Int, id: UInt16)?

    init(elements: ElementSet) {
        templates = NetFlow9Template.all(elements: elements)
        mask = TemplateShape.distinguishingBits(elements)
    }

    /// Every template.
    var all: [NetFlow9Template] { templates.compactMap { $0 } }

    //   0                   1                   2                   3
    //   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    //  +-------------------------------+-------------------------------+
    //  |       Version Number (9)      |  Records, of templates and data |
    //  +-------------------------------+-------------------------------+
    //  |             Milliseconds since the exporter's start           |
    //  +---------------------------------------------------------------+
    //  |                        Seconds since 1970                     |
    //  +---------------------------------------------------------------+
    //  |                  Messages sent before this one                |
    //  +---------------------------------------------------------------+
    //  |                           Source ID                           |
    //  +---------------------------------------------------------------+

    /// Makes room for the header.
    mutating func begin(_ message: inout NetFlowMessage) {
        message.append(0, 8)
        message.append(0, 8)
        message.append(0, 4)
        open = nil
    }

    /// Ends the open FlowSet, and fills in the header.
    mutating func end(
        _ message: inout NetFlowMessage, upTime: UInt32, seconds: UInt32, sequence: UInt32, domain: UInt32
    ) {
        endSet(&message)
        message.put16(9, at: 0)
        message.put16(UInt16(truncatingIfNeeded: message.records) + UInt16(message.templates), at: 2)
        message.put32(upTime, at: 4)
        message.put32(seconds, at: 8)
        message.put32(sequence, at: 12)
        message.put32(domain, at: 16)
    }

    /// Whether a record of the flow has a place, with a FlowSet of its own and the filling.
    func hasRoom(for flow: borrowing OneWayFlow, in message: borrowing NetFlowMessage) -> Bool {
        let length = templates[flow.shape.index & mask]?.recordLength ?? 0
        return message.octets.count + Self.padding + Self.setHeaderLength + length + Self.padding
            <= message.limit
    }

    /// Whether a template has a place.
    func hasRoom(for template: borrowing NetFlow9Template, in message: borrowing NetFlowMessage) -> Bool {
        message.octets.count + Self.padding + Self.setHeaderLength + 4 + 4 * template.fields.count
            <= message.limit
    }

    private static let padding = 3

    /// Appends a template (section 5.2).
    mutating func append(_ template: borrowing NetFlow9Template, to message: inout NetFlowMessage) {
        openSet(0, &message)
        message.append(UInt64(template.id), 2)
        message.append(UInt64(template.fields.count), 2)
        for field in template.fields {
            message.append(UInt64(field.rawValue), 2)
            message.append(UInt64(field.length), 2)
        }
        message.countTemplate()
    }

    /// Appends a record of the flow, whose times are so many milliseconds after the exporter's start.
    mutating func append(
        _ flow: borrowing OneWayFlow, first: UInt32, last: UInt32, to message: inout NetFlowMessage
    ) {
        guard let template = templates[flow.shape.index & mask] else { return }
        openSet(template.id, &message)
        for field in template.fields {
            switch field {
            case .octets: message.append(flow.octets, 8)
            case .packets: message.append(flow.packets, 8)
            case .protocolIdentifier: message.append(UInt64(flow.protocolIdentifier), 1)
            case .classOfService: message.append(UInt64(flow.classOfService), 1)
            case .tcpControlBits: message.append(UInt64(flow.tcpControlBits), 1)
            case .sourcePort: message.append(UInt64(flow.sourcePort), 2)
            case .destinationPort, .icmpType: message.append(UInt64(flow.destinationPort), 2)
            case .sourceIPv4Address: message.append(flow.source.low, 4)
            case .destinationIPv4Address: message.append(flow.destination.low, 4)
            case .sourceIPv6Address:
                message.append(flow.source.high, 8)
                message.append(flow.source.low, 8)
            case .destinationIPv6Address:
                message.append(flow.destination.high, 8)
                message.append(flow.destination.low, 8)
            case .firstSwitched: message.append(UInt64(first), 4)
            case .lastSwitched: message.append(UInt64(last), 4)
            case .minimumPacketLength: message.append(UInt64(flow.packetLength.smallest), 2)
            case .maximumPacketLength: message.append(UInt64(flow.packetLength.largest), 2)
            case .minimumTTL: message.append(UInt64(flow.timeToLive.smallest), 1)
            case .maximumTTL: message.append(UInt64(flow.timeToLive.largest), 1)
            case .vlan: message.append(UInt64(flow.vlan), 2)
            case .sourceMAC: message.append(flow.sourceMAC, 6)
            case .destinationMAC: message.append(flow.destinationMAC, 6)
            case .ipVersion: message.append(flow.shape.isIPv6 ? 6 : 4, 1)
            }
        }
        message.count(flow)
    }

    private mutating func openSet(_ id: UInt16, _ message: inout NetFlowMessage) {
        guard open?.id != id else { return }
        endSet(&message)
        open = (message.octets.count, id)
        message.append(UInt64(id) << 16, Self.setHeaderLength)
    }

    private mutating func endSet(_ message: inout NetFlowMessage) {
        guard let open else { return }
        while message.octets.count % 4 != 0 { message.append(0, 1) }
        message.put16(UInt16(message.octets.count - open.start), at: open.start + 2)
        self.open = nil
    }
}
