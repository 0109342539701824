import FlowTable

/// One exported field: an element in one of its directions.
package struct ExportField: Sendable {
    /// The row of the table.
    package let element: InformationElement
    /// Whether this is the reverse direction's value (RFC 5103).
    package let isReverse: Bool

    /// Every field, each element's reverse right after its forward field.
    package static let all: [ExportField] = InformationElement.all.flatMap { element in
        [ExportField(element: element, isReverse: false)]
            + (element.isReversible ? [ExportField(element: element, isReverse: true)] : [])
    }

    /// The field with this name in `all`, or nil.
    package static func named(_ name: String) -> ExportField? { all.first { $0.name == name } }

    /// `octetDeltaCount`, or `reverseOctetDeltaCount` (RFC 5103 section 6.1).
    package var name: String {
        isReverse ? "reverse" + element.name.prefix(1).uppercased() + element.name.dropFirst() : element.name
    }

    /// Where the value is.
    package var source: InformationElement.Source { (isReverse ? element.reverseSource : nil) ?? element.source }

    /// The id in a template, without the enterprise bit; our own reverse elements have bit 0x4000 set.
    package var templateId: UInt16 { isReverse && element.registry == .project ? element.id | 0x4000 : element.id }

    /// The enterprise number in a template; nil for plain IANA elements, 29305 for their reverse (RFC 5103).
    package func enterpriseNumber(project: UInt32) -> UInt32? {
        switch (element.registry, isReverse) {
        case (.iana, false): nil
        case (.iana, true): reversePrivateEnterpriseNumber
        case (.project, _): project
        }
    }

    /// Whether `record` carries the field: what is absent must not be written as zero.
    ///
    /// Counters are always there, since 0 packets is a fact; other fields of a direction need a packet in it.
    package func isPresent(in record: FlowRecord) -> Bool {
        let presence = record.presence
        let seen =
            !element.isReversible || element.semantics == .deltaCounter
            || (isReverse ? record.packetsReverse : record.packetsForward) > 0
        return switch element.carriage {
        case .always: seen
        case .ipv4: record.ipVersion == 4
        case .ipv6: record.ipVersion == 6
        case .ports: presence.contains(.ports)
        case .tcp: record.protocolIdentifier == 6 && seen
        case .tcpBothWays: presence.contains(.handshakeRoundTrip)
        case .icmpv4: record.ipVersion == 4 && presence.contains(isReverse ? .icmpReverse : .icmpForward)
        case .icmpv6: record.ipVersion == 6 && presence.contains(isReverse ? .icmpReverse : .icmpForward)
        case .vlan: presence.contains(isReverse ? .vlanReverse : .vlanForward)
        case .segment: presence.contains(.segment)
        case .macs: presence.contains(.macs)
        case .tunnel: presence.contains(.tunnel) && seen
        case .biflow: true
        case .label: presence.contains(.label)
        case .icmpError: presence.contains(.icmpError)
        }
    }
}

/// Marks the reverse of an IANA element in a template (RFC 5103 section 6.1).
package let reversePrivateEnterpriseNumber: UInt32 = 29305
