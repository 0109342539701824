import FlowTable

extension InformationElement {
    /// Every element a flow record exports, in the order of documentation, JSON and stores (`FlowTemplate` has its own).
    ///
    /// To export one more field, add one row. Ids of the project's own list are frozen: never change or reuse one.
    package static let all: [InformationElement] =
        identity + key + counters + times + headers + link + tunnel + evidence + application + errors + outcome

    private static let identity = [
        row(
            148, "flowId", .unsigned64, .identifier, level: .minimal, from: at(\.flowId),
            about: "Identifies the flow: the same in all its slices, unique in a run."),
        row(
            own: 1, "sliceIndex", .unsigned32, .identifier, from: at(\.sliceIndex),
            about: "Number of this record among the records of its flow: 0 in the first, 1 in the next, and so on."),
        row(
            own: 2, "firstFrameNumber", .unsigned64, .identifier, length: 6, from: at(\.firstFrameNumber),
            about: "Number of the flow's first packet in the input, from 1; the same in all slices of the flow."),
        row(
            138, "observationPointId", .unsigned64, .identifier, length: 4, from: at(\.observationPointId),
            about: "The input that saw the flow's first packet, from 1."),
    ]

    private static let key = [
        row(
            60, "ipVersion", .unsigned8, .identifier, level: .minimal, from: at(\.ipVersion),
            about: "IP version, 4 or 6."),
        row(
            8, "sourceIPv4Address", .ipv4Address, .default, when: .ipv4, level: .minimal,
            from: at(\.sourceLow), mirror: at(\.destinationLow), about: "IPv4 address of the initiator."),
        row(
            12, "destinationIPv4Address", .ipv4Address, .default, when: .ipv4, level: .minimal,
            from: at(\.destinationLow), mirror: at(\.sourceLow), about: "IPv4 address of the responder."),
        row(
            27, "sourceIPv6Address", .ipv6Address, .default, when: .ipv6, level: .minimal,
            from: words(\.sourceHigh), mirror: words(\.destinationHigh), about: "IPv6 address of the initiator."),
        row(
            28, "destinationIPv6Address", .ipv6Address, .default, when: .ipv6, level: .minimal,
            from: words(\.destinationHigh), mirror: words(\.sourceHigh), about: "IPv6 address of the responder."),
        row(
            4, "protocolIdentifier", .unsigned8, .identifier, level: .minimal, from: at(\.protocolIdentifier),
            about: "Number of the protocol above IP."),
        row(
            7, "sourceTransportPort", .unsigned16, .identifier, when: .ports, level: .minimal,
            from: at(\.sourcePort), mirror: at(\.destinationPort), about: "Port of the initiator."),
        row(
            11, "destinationTransportPort", .unsigned16, .identifier, when: .ports, level: .minimal,
            from: at(\.destinationPort), mirror: at(\.sourcePort), about: "Port of the responder."),
        row(
            32, "icmpTypeCodeIPv4", .unsigned16, .identifier, when: .icmpv4, level: .minimal,
            from: at(\.icmpTypeCodeForward), reverse: at(\.icmpTypeCodeReverse),
            about: "ICMP type times 256 plus code, of the direction's first packet."),
        row(
            139, "icmpTypeCodeIPv6", .unsigned16, .identifier, when: .icmpv6, level: .minimal,
            from: at(\.icmpTypeCodeForward), reverse: at(\.icmpTypeCodeReverse),
            about: "ICMPv6 type times 256 plus code, of the direction's first packet."),
    ]

    private static let counters = [
        row(
            1, "octetDeltaCount", .unsigned64, .deltaCounter, .octets, level: .minimal,
            from: at(\.octetsForward), reverse: at(\.octetsReverse),
            about: "Layer 3 octets of this slice: IP header and all it carries, without Ethernet padding."),
        row(
            2, "packetDeltaCount", .unsigned64, .deltaCounter, .packets, level: .minimal,
            from: at(\.packetsForward), reverse: at(\.packetsReverse), about: "Packets of this slice."),
        row(
            352, "layer2OctetDeltaCount", .unsigned64, .deltaCounter, .octets,
            from: at(\.layer2OctetsForward), reverse: at(\.layer2OctetsReverse),
            about: "Octets of this slice on the wire, without the frame check sequence."),
        row(
            own: 8, "retransmittedOctetDeltaCount", .unsigned64, .deltaCounter, .octets, length: 6, when: .tcp,
            from: at(\.retransmittedOctetsForward), reverse: at(\.retransmittedOctetsReverse),
            about: "TCP payload octets of this slice whose sequence numbers had been seen before."),
    ]

    private static let times = [
        row(
            152, "flowStartMilliseconds", .dateTimeMilliseconds, .default, .milliseconds, level: .minimal,
            from: .derived(.startMilliseconds), reverse: .derived(.reverseStartMilliseconds),
            about: "Time of the direction's first packet in this slice, rounded down to the millisecond."),
        row(
            153, "flowEndMilliseconds", .dateTimeMilliseconds, .default, .milliseconds, level: .minimal,
            from: .derived(.endMilliseconds), reverse: .derived(.reverseEndMilliseconds),
            about: "Time of the direction's last packet in this slice, rounded down to the millisecond."),
        row(
            156, "flowStartNanoseconds", .dateTimeNanoseconds, .default, .nanoseconds, level: .precise,
            from: .derived(.startNTP), reverse: .derived(.reverseStartNTP),
            about: "Time of the direction's first packet in this slice, in NTP format; the fraction is rounded up, "
                + "so that cutting the conversion back to nanoseconds is exact."),
        row(
            157, "flowEndNanoseconds", .dateTimeNanoseconds, .default, .nanoseconds, level: .precise,
            from: .derived(.endNTP), reverse: .derived(.reverseEndNTP),
            about: "Time of the direction's last packet in this slice, in NTP format, rounded as flowStartNanoseconds."
        ),
    ]

    private static let headers = [
        row(
            6, "tcpControlBits", .unsigned16, .flags, when: .tcp,
            from: at(\.tcpControlBitsForward), reverse: at(\.tcpControlBitsReverse),
            about: "TCP flags seen in this slice: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128."),
        row(
            5, "ipClassOfService", .unsigned8, .identifier,
            from: at(\.classOfServiceForward), reverse: at(\.classOfServiceReverse),
            about: "Traffic class octet of the direction's first packet; the upper six bits are the DSCP."),
        row(
            52, "minimumTTL", .unsigned8, .default, .hops,
            from: at(\.minimumTTLForward), reverse: at(\.minimumTTLReverse),
            about: "Smallest TTL or hop limit of this slice."),
        row(
            53, "maximumTTL", .unsigned8, .default, .hops,
            from: at(\.maximumTTLForward), reverse: at(\.maximumTTLReverse),
            about: "Largest TTL or hop limit of this slice."),
        row(
            25, "minimumIpTotalLength", .unsigned64, .default, .octets, length: 2,
            from: at(\.minimumLengthForward), reverse: at(\.minimumLengthReverse),
            about: "Length of the smallest IP packet of this slice."),
        row(
            26, "maximumIpTotalLength", .unsigned64, .default, .octets, length: 2,
            from: at(\.maximumLengthForward), reverse: at(\.maximumLengthReverse),
            about: "Length of the largest IP packet of this slice; 65535 stands for that or more."),
    ]

    private static let link = [
        row(
            58, "vlanId", .unsigned16, .identifier, when: .vlan,
            from: at(\.vlanForward), mirror: at(\.vlanReverse),
            about: "Outermost VLAN of the direction's first packet: dot1qVlanId for older readers."),
        row(
            243, "dot1qVlanId", .unsigned16, .identifier, when: .vlan,
            from: at(\.vlanForward), reverse: at(\.vlanReverse),
            about: "Outermost VLAN of the direction's first packet."),
        row(
            own: 9, "segmentId", .unsigned32, .identifier, when: .segment, from: at(\.segment),
            about: "What keeps tenants with equal addresses apart in this probe; 0 when nothing does."),
        row(
            56, "sourceMacAddress", .macAddress, .default, when: .macs,
            from: at(\.sourceMAC), mirror: at(\.destinationMAC),
            about: "Ethernet address on the initiator's side, from the flow's first packet."),
        row(
            80, "destinationMacAddress", .macAddress, .default, when: .macs,
            from: at(\.destinationMAC), mirror: at(\.sourceMAC),
            about: "Ethernet address on the responder's side, from the flow's first packet."),
    ]

    private static let tunnel = [
        row(
            own: 12, "tunnelType", .unsigned8, .identifier, when: .tunnel, from: at(\.tunnelType),
            about: "Kind of the innermost tunnel that carried the flow, by its number in docs/json.md of flowprobe."),
        row(
            own: 13, "tunnelId", .unsigned32, .identifier, when: .tunnel,
            from: at(\.tunnelIdForward), reverse: at(\.tunnelIdReverse),
            about:
                "What the tunnel's header calls it in the direction's first packet: VNI, VSID, GRE key, TEID, session "
                + "or call, last MPLS label; L2TPv2 has the tunnel in the upper 16 bits. 0 when it has no such thing."),
        row(
            own: 14, "tunnelSourceAddress", .ipv6Address, .default, when: .tunnel,
            from: words(\.tunnelSourceHigh), mirror: words(\.tunnelDestinationHigh),
            about: "Address of the tunnel's end on the initiator's side; an IPv4 address as ::ffff:a.b.c.d."),
        row(
            own: 15, "tunnelDestinationAddress", .ipv6Address, .default, when: .tunnel,
            from: words(\.tunnelDestinationHigh), mirror: words(\.tunnelSourceHigh),
            about: "Address of the tunnel's end on the responder's side; an IPv4 address as ::ffff:a.b.c.d."),
        row(
            own: 16, "tunnelDepth", .unsigned8, .quantity, when: .tunnel, from: at(\.tunnelDepth),
            about:
                "How many tunnels the flow was inside, one in the other. 0: the flow is the tunnel's own, and each of "
                + "its packets is counted in another flow too."),
        row(
            own: 17, "tunnelDirection", .unsigned8, .identifier, when: .tunnel,
            from: at(\.tunnelDirectionForward), reverse: at(\.tunnelDirectionReverse),
            about: "Which way the direction's first packet went through the port that it was mirrored at (ERSPAN type "
                + "III): 0 unknown, 1 into the switch, 2 out of it."),
    ]

    private static let evidence = [
        row(
            own: 3, "tcpState", .unsigned8, .identifier, when: .tcp, from: at(\.tcpState),
            about: "How far the connection came: 1 SYN sent, 2 SYN answered, 3 established, 4 FIN from one side, "
                + "5 FIN from both sides, 6 reset, 7 seen from the middle."),
        row(
            own: 4, "serviceEvidence", .unsigned8, .identifier, from: at(\.service),
            about:
                "Whether the responder's service is there: 0 silent, 1 answered, 2 refused by RST or by an ICMP error."),
        row(
            own: 5, "initiatorEvidence", .unsigned8, .identifier, from: at(\.initiator),
            about: "What told the initiator: 0 first packet seen, 1 port role, 2 learned service, 3 SYN-ACK, 4 SYN, "
                + "5 configured perimeter."),
        row(
            own: 6, "zoneDirection", .unsigned8, .identifier, from: at(\.zoneDirection),
            about: "Where the flow goes, from its initiator's zone to its responder's: 0 unknown, 1 inbound, "
                + "2 outbound, 3 internal, 4 transit. Never exchanged, in whatever orientation a record is written."),
    ]

    private static let application = [
        row(
            95, "applicationId", .octetArray, .identifier, length: 8, when: .label, from: at(\.applicationId),
            about:
                "What the flow carries (RFC 6759): engine 20, this list's enterprise number, a selector of docs/labels.md; "
                + "options data give its name."),
        row(
            own: 20, "labelSource", .unsigned8, .identifier, when: .label, from: at(\.labelSource),
            about: "What told the label: 0 there is none, 1 the port, 2 the payload, 3 both."),
        row(
            own: 21, "labelConfidence", .unsigned8, .identifier, when: .label, from: at(\.labelConfidence),
            about: "How sure the label is: 0 there is none, 1 a guess, 2 likely, 3 certain."),
    ]

    private static let errors = [
        row(
            own: 48, "icmpErrorDeltaCount", .unsigned16, .deltaCounter, .messages,
            from: at(\.icmpErrorsForward), reverse: at(\.icmpErrorsReverse),
            about:
                "ICMP or ICMPv6 errors that came in this slice about packets of the direction; 65535 stands for that or "
                + "more. The errors are packets of flows of their own."),
        row(
            own: 49, "icmpErrorTypeCode", .unsigned16, .identifier, when: .icmpError, from: at(\.icmpErrorTypeCode),
            about: "Type times 256 plus code of the first ICMP or ICMPv6 error about the flow; 0 when there was none."),
    ]

    private static let outcome = [
        row(
            136, "flowEndReason", .unsigned8, .identifier, level: .minimal, from: .derived(.endReason),
            about: "1 idle timeout, 2 active timeout, 3 end of flow, 4 forced end, 5 lack of resources."),
        row(
            own: 7, "handshakeRoundTripNanoseconds", .unsigned32, .quantity, .nanoseconds, when: .tcpBothWays,
            from: .derived(.handshakeRoundTrip),
            about: "SYN to SYN-ACK plus SYN-ACK to ACK, seen from the observation point; 0 not measured, "
                + "4294967295 that or more."),
        row(
            239, "biflowDirection", .unsigned8, .identifier, when: .biflow, level: .minimal,
            from: .derived(.biflowDirection), mirror: .derived(.mirroredBiflowDirection),
            about: "1 the source is the initiator by SYN evidence, 0 by weaker evidence (see initiatorEvidence), "
                + "3 by configured perimeter, 2 the destination is: a slice without a forward packet is written from "
                + "the responder's side."),
        row(
            302, "selectorId", .unsigned64, .identifier, length: 1, from: .derived(.selectorId),
            about:
                "The selector in force when the slice began; options data describe it. 1 takes every flow, 2 one of 2, 3 one of "
                + "4, 4 one of 8, 5 one of 16, 6 one of 32, 7 one of 64: counts times that number stand for all."),
    ]
}

extension InformationElement {
    /// A row of IANA's registry.
    private static func row(
        _ id: UInt16, _ name: String, _ type: DataType, _ semantics: Semantics, _ units: Units = .none,
        length: UInt16? = nil, when carriage: Carriage = .always, level: ElementSet = .standard, from source: Source,
        reverse: Source? = nil, mirror: Source? = nil, about description: String
    ) -> InformationElement {
        InformationElement(
            id: id, registry: .iana, name: name, type: type, semantics: semantics, units: units,
            length: length ?? type.fullLength, description: description, carriage: carriage, level: level,
            source: source, reverseSource: reverse, mirrorSource: mirror ?? reverse ?? source)
    }

    /// A row of the project's own list.
    private static func row(
        own id: UInt16, _ name: String, _ type: DataType, _ semantics: Semantics, _ units: Units = .none,
        length: UInt16? = nil, when carriage: Carriage = .always, level: ElementSet = .standard, from source: Source,
        reverse: Source? = nil, mirror: Source? = nil, about description: String
    ) -> InformationElement {
        InformationElement(
            id: id, registry: .project, name: name, type: type, semantics: semantics, units: units,
            length: length ?? type.fullLength, description: description, carriage: carriage, level: level,
            source: source, reverseSource: reverse, mirrorSource: mirror ?? reverse ?? source)
    }

    /// Where `FlowRecord` stores a property.
    private static func at<Value: BitwiseCopyable>(_ path: KeyPath<FlowRecord, Value>) -> Source {
        // Every path above names a stored property, and those have offsets.
        .stored(offset: MemoryLayout<FlowRecord>.offset(of: path)!, width: MemoryLayout<Value>.size)
    }

    /// Where `FlowRecord` stores an IPv6 address, by the first of its two words.
    private static func words(_ high: KeyPath<FlowRecord, UInt64>) -> Source {
        .stored(offset: MemoryLayout<FlowRecord>.offset(of: high)!, width: 16)
    }
}
