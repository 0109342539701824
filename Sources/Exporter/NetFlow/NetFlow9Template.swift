/// A field of NetFlow version 9; raw values are its types (RFC 3954 section 8), which are IANA's elements of that number.
enum NetFlow9Field: UInt16 {
    case octets = 1
    case packets = 2
    case protocolIdentifier = 4
    case classOfService = 5
    case tcpControlBits = 6
    case sourcePort = 7
    case sourceIPv4Address = 8
    case destinationPort = 11
    case destinationIPv4Address = 12
    case lastSwitched = 21
    case firstSwitched = 22
    case minimumPacketLength = 25
    case maximumPacketLength = 26
    case sourceIPv6Address = 27
    case destinationIPv6Address = 28
    case icmpType = 32
    case minimumTTL = 52
    case maximumTTL = 53
    case sourceMAC = 56
    case vlan = 58
    case ipVersion = 60
    case destinationMAC = 80

    /// Octets on the wire. Counters have 8, which RFC 3954 leaves to the exporter.
    var length: Int {
        switch self {
        case .protocolIdentifier, .classOfService, .tcpControlBits, .minimumTTL, .maximumTTL, .ipVersion: 1
        case .sourcePort, .destinationPort, .minimumPacketLength, .maximumPacketLength, .icmpType, .vlan: 2
        case .sourceIPv4Address, .destinationIPv4Address, .lastSwitched, .firstSwitched: 4
        case .sourceMAC, .destinationMAC: 6
        case .octets, .packets: 8
        case .sourceIPv6Address, .destinationIPv6Address: 16
        }
    }
}

/// A template of version 9: one for each shape of one direction, with the id 256 + the shape's number in every run.
struct NetFlow9Template {
    let id: UInt16
    let fields: [NetFlow9Field]
    /// Octets of a record.
    let recordLength: Int

    /// The template of a shape, of whose bits those of `OneWayFlow.shapeBits` count.
    init(_ shape: TemplateShape, elements: ElementSet) {
        id = 256 + UInt16(shape.index)
        let isWhole = elements > .minimal
        var fields: [NetFlow9Field] = [
            .firstSwitched, .lastSwitched, .octets, .packets, .ipVersion, .protocolIdentifier,
        ]
        fields +=
            shape.isIPv6
            ? [.sourceIPv6Address, .destinationIPv6Address] : [.sourceIPv4Address, .destinationIPv4Address]
        if shape.kind != .other { fields += [.sourcePort, .destinationPort] }
        // ICMPv6 has its type and code as the destination port only: the element of its own is not one of version 9.
        if shape.kind == .icmp, !shape.isIPv6 { fields.append(.icmpType) }
        if isWhole {
            fields.append(.classOfService)
            if shape.kind == .tcp { fields.append(.tcpControlBits) }
            fields += [.minimumTTL, .maximumTTL, .minimumPacketLength, .maximumPacketLength]
            if shape.hasVLAN { fields.append(.vlan) }
            if shape.hasMACs { fields += [.sourceMAC, .destinationMAC] }
        }
        self.fields = fields
        recordLength = fields.reduce(0) { $0 + $1.length }
    }

    /// Every template of an export, by shape; nil where the shape is none of its own.
    static func all(elements: ElementSet) -> [NetFlow9Template?] {
        let bits = OneWayFlow.shapeBits & TemplateShape.distinguishingBits(elements)
        return (0...OneWayFlow.shapeBits).map { index in
            index & bits == index ? NetFlow9Template(TemplateShape(index: index), elements: elements) : nil
        }
    }
}
