import Exporter
import FlowTable
import NetTypes

/// Records with any value in any field, and what JSON must make of them, told without the sink's own code.
enum AnyRecord {
    static func make(_ random: inout SeededGenerator) -> FlowRecord {
        func any<Value: FixedWidthInteger & UnsignedInteger>(_: Value.Type) -> Value {
            let value = Value.random(in: .min ... .max, using: &random)
            // Short values as often as long ones.
            return value >> Value(truncatingIfNeeded: Int.random(in: 0..<Value.bitWidth, using: &random))
        }
        func time() -> Nanoseconds { .random(in: 0...maximumTimestamp, using: &random) }
        var record = FlowRecord()
        record.flowId = any(UInt64.self)
        record.firstFrameNumber = any(UInt64.self)
        record.sliceIndex = any(UInt32.self)
        record.observationDomainId = any(UInt32.self)
        record.observationPointId = any(UInt32.self)
        record.ipVersion = Bool.random(using: &random) ? 4 : 6
        record.sourceLow = any(UInt64.self)
        record.destinationLow = any(UInt64.self)
        if record.ipVersion == 6 {
            record.sourceHigh = any(UInt64.self) & any(UInt64.self)
            record.destinationHigh = Bool.random(using: &random) ? 0 : any(UInt64.self) & 0xFFFF_0000_0000_FFFF
            if Bool.random(using: &random) { record.destinationLow = 0xFFFF_0000_0000 | UInt64(any(UInt32.self)) }
        } else {
            record.sourceLow &= 0xFFFF_FFFF
            record.destinationLow &= 0xFFFF_FFFF
        }
        record.sourcePort = any(UInt16.self)
        record.destinationPort = any(UInt16.self)
        record.protocolIdentifier = Bool.random(using: &random) ? 6 : any(UInt8.self)
        record.presence = FlowRecord.Presence(rawValue: any(UInt16.self) & 0xFFF)
        if record.presence.contains(.label) {
            record.applicationId =
                20 << 56 | 32473 << 24 | UInt64([0, 1, 20, 137, 9, 0xFF_FFFF].randomElement(using: &random) ?? 0)
            record.labelSource = .random(in: 1...3, using: &random)
            record.labelConfidence = .random(in: 1...3, using: &random)
        }
        if record.presence.contains(.segment) { record.segment = any(UInt32.self) }
        record.octetsForward = any(UInt64.self)
        record.octetsReverse = any(UInt64.self)
        record.layer2OctetsForward = any(UInt64.self)
        record.layer2OctetsReverse = any(UInt64.self)
        record.packetsForward = Bool.random(using: &random) ? 0 : any(UInt64.self)
        record.packetsReverse = Bool.random(using: &random) ? 0 : any(UInt64.self)
        record.retransmittedOctetsForward = any(UInt64.self)
        record.retransmittedOctetsReverse = any(UInt64.self)
        if record.packetsForward > 0 {
            record.firstForward = time()
            record.lastForward = time()
            record.minimumTTLForward = any(UInt8.self)
            record.maximumTTLForward = any(UInt8.self)
            record.classOfServiceForward = any(UInt8.self)
            record.minimumLengthForward = any(UInt16.self)
            record.maximumLengthForward = any(UInt16.self)
            record.tcpControlBitsForward = any(UInt16.self)
        }
        if record.packetsReverse > 0 {
            record.firstReverse = time()
            record.lastReverse = time()
            record.minimumTTLReverse = any(UInt8.self)
            record.maximumTTLReverse = any(UInt8.self)
            record.classOfServiceReverse = any(UInt8.self)
            record.minimumLengthReverse = any(UInt16.self)
            record.maximumLengthReverse = any(UInt16.self)
            record.tcpControlBitsReverse = any(UInt16.self)
        }
        if record.presence.contains(.handshakeRoundTrip) {
            record.handshakeRoundTrip = .random(in: 1...9_000_000_000, using: &random)
        }
        if record.presence.contains(.icmpForward) { record.icmpTypeCodeForward = any(UInt16.self) }
        if record.presence.contains(.icmpReverse) { record.icmpTypeCodeReverse = any(UInt16.self) }
        if record.presence.contains(.vlanForward) { record.vlanForward = any(UInt16.self) }
        if record.presence.contains(.vlanReverse) { record.vlanReverse = any(UInt16.self) }
        if record.presence.contains(.macs) {
            record.sourceMAC = any(UInt64.self) & 0xFFFF_FFFF_FFFF
            record.destinationMAC = any(UInt64.self) & 0xFFFF_FFFF_FFFF
        }
        if record.presence.contains(.tunnel) {
            (record.tunnelSourceHigh, record.tunnelSourceLow) = (any(UInt64.self), any(UInt64.self))
            record.tunnelDestinationLow = 0xFFFF_0000_0000 | UInt64(any(UInt32.self))
            record.tunnelType = any(UInt8.self)
            record.tunnelDepth = any(UInt8.self)
            if record.packetsForward > 0 {
                record.tunnelIdForward = any(UInt32.self)
                record.tunnelDirectionForward = any(UInt8.self)
            }
            if record.packetsReverse > 0 {
                record.tunnelIdReverse = any(UInt32.self)
                record.tunnelDirectionReverse = any(UInt8.self)
            }
        }
        if record.presence.contains(.icmpError) {
            (record.icmpErrorsForward, record.icmpErrorsReverse) = (any(UInt16.self), any(UInt16.self))
            record.icmpErrorTypeCode = any(UInt16.self)
        }
        record.tcpState = FlowRecord.TCPState.allCases.randomElement(using: &random) ?? .none
        record.service = FlowRecord.ServiceEvidence.allCases.randomElement(using: &random) ?? .silent
        record.initiator = FlowRecord.InitiatorEvidence.allCases.randomElement(using: &random) ?? .syn
        record.selectorId = UInt8.random(in: 0...7, using: &random)
        record.endReason = FlowRecord.FlowEndReason.allCases.dropFirst().randomElement(using: &random) ?? .forcedEnd
        record.zoneDirection = FlowRecord.ZoneDirection.allCases.randomElement(using: &random) ?? .unknown
        return record
    }

    /// Names and values (as plain text) of a record's members.
    static func members(_ record: FlowRecord) -> [String: String] {
        var members: [String: String] = [
            "flowId": "\(record.flowId)", "sliceIndex": "\(record.sliceIndex)",
            "firstFrameNumber": "\(record.firstFrameNumber)", "observationPointId": "\(record.observationPointId)",
            "observationDomainId": "\(record.observationDomainId)", "ipVersion": "\(record.ipVersion)",
            "sourceIPv\(record.ipVersion)Address": "\(record.sourceAddress)",
            "destinationIPv\(record.ipVersion)Address": "\(record.destinationAddress)",
            "protocolIdentifier": "\(record.protocolIdentifier)",
            "octetDeltaCount": "\(record.octetsForward)", "reverseOctetDeltaCount": "\(record.octetsReverse)",
            "packetDeltaCount": "\(record.packetsForward)", "reversePacketDeltaCount": "\(record.packetsReverse)",
            "icmpErrorDeltaCount": "\(record.icmpErrorsForward)",
            "reverseIcmpErrorDeltaCount": "\(record.icmpErrorsReverse)",
            "layer2OctetDeltaCount": "\(record.layer2OctetsForward)",
            "reverseLayer2OctetDeltaCount": "\(record.layer2OctetsReverse)",
            "flowEndReason": [
                "idle-timeout", "active-timeout", "end-of-flow", "forced-end", "lack-of-resources",
            ][Int(record.endReason.rawValue) - 1],
            "serviceEvidence": ["silent", "answered", "refused"][Int(record.service.rawValue)],
            "initiatorEvidence": [
                "first-seen", "port-role", "learned-service", "syn-ack", "syn", "perimeter",
            ][Int(record.initiator.rawValue)],
            "zoneDirection": "\(record.zoneDirection)",
            "selectorId": "\(record.selectorId)",
            "biflowDirection": [0: "arbitrary", 1: "initiator", 3: "perimeter"][record.initiator.biflowDirection] ?? "",
        ]
        let isTCP = record.protocolIdentifier == 6
        if isTCP {
            members["tcpState"] =
                [
                    "none", "syn-sent", "syn-received", "established", "closing", "closed", "reset", "midstream",
                ][Int(record.tcpState.rawValue)]
            members["retransmittedOctetDeltaCount"] = "\(record.retransmittedOctetsForward)"
            members["reverseRetransmittedOctetDeltaCount"] = "\(record.retransmittedOctetsReverse)"
        }
        if record.packetsForward > 0 {
            members["flowStartNanoseconds"] = rfc3339(record.firstForward)
            members["flowEndNanoseconds"] = rfc3339(record.lastForward)
            members["ipClassOfService"] = "\(record.classOfServiceForward)"
            members["minimumTTL"] = "\(record.minimumTTLForward)"
            members["maximumTTL"] = "\(record.maximumTTLForward)"
            members["minimumIpTotalLength"] = "\(record.minimumLengthForward)"
            members["maximumIpTotalLength"] = "\(record.maximumLengthForward)"
            if isTCP { members["tcpControlBits"] = "\(record.tcpControlBitsForward)" }
        }
        if record.packetsReverse > 0 {
            members["reverseFlowStartNanoseconds"] = rfc3339(record.firstReverse)
            members["reverseFlowEndNanoseconds"] = rfc3339(record.lastReverse)
            members["reverseIpClassOfService"] = "\(record.classOfServiceReverse)"
            members["reverseMinimumTTL"] = "\(record.minimumTTLReverse)"
            members["reverseMaximumTTL"] = "\(record.maximumTTLReverse)"
            members["reverseMinimumIpTotalLength"] = "\(record.minimumLengthReverse)"
            members["reverseMaximumIpTotalLength"] = "\(record.maximumLengthReverse)"
            if isTCP { members["reverseTcpControlBits"] = "\(record.tcpControlBitsReverse)" }
        }
        addOptional(record, &members)
        return members
    }

    private static func addOptional(_ record: FlowRecord, _ members: inout [String: String]) {
        let presence = record.presence
        if presence.contains(.ports) {
            members["sourceTransportPort"] = "\(record.sourcePort)"
            members["destinationTransportPort"] = "\(record.destinationPort)"
        }
        let version = record.ipVersion
        if presence.contains(.icmpForward) { members["icmpTypeCodeIPv\(version)"] = "\(record.icmpTypeCodeForward)" }
        if presence.contains(.icmpReverse) {
            members["reverseIcmpTypeCodeIPv\(version)"] = "\(record.icmpTypeCodeReverse)"
        }
        if presence.contains(.vlanForward) { members["dot1qVlanId"] = "\(record.vlanForward)" }
        if presence.contains(.vlanReverse) { members["reverseDot1qVlanId"] = "\(record.vlanReverse)" }
        if presence.contains(.segment) { members["segmentId"] = "\(record.segment)" }
        if presence.contains(.macs) {
            members["sourceMacAddress"] = "\(MACAddress(bits: record.sourceMAC))"
            members["destinationMacAddress"] = "\(MACAddress(bits: record.destinationMAC))"
        }
        if presence.contains(.tunnel) {
            members["tunnelSourceAddress"] =
                "\(IPAddress(high: record.tunnelSourceHigh, low: record.tunnelSourceLow, version: 6))"
            members["tunnelDestinationAddress"] =
                "\(IPAddress(high: record.tunnelDestinationHigh, low: record.tunnelDestinationLow, version: 6))"
            members["tunnelType"] = "\(record.tunnelType)"
            members["tunnelDepth"] = "\(record.tunnelDepth)"
            if record.packetsForward > 0 {
                members["tunnelId"] = "\(record.tunnelIdForward)"
                members["tunnelDirection"] = "\(record.tunnelDirectionForward)"
            }
            if record.packetsReverse > 0 {
                members["reverseTunnelId"] = "\(record.tunnelIdReverse)"
                members["reverseTunnelDirection"] = "\(record.tunnelDirectionReverse)"
            }
        }
        if presence.contains(.label) {
            members["applicationName"] =
                [1: "DNS", 20: "TLS", 137: "PROFINET"][record.applicationId & 0xFF_FFFF] ?? "unknown"
            members["labelSource"] = ["none", "port", "payload", "both"][Int(record.labelSource)]
            members["labelConfidence"] = ["none", "guess", "likely", "certain"][Int(record.labelConfidence)]
        }
        if presence.contains(.icmpError) { members["icmpErrorTypeCode"] = "\(record.icmpErrorTypeCode)" }
        if presence.contains(.handshakeRoundTrip) {
            members["handshakeRoundTripNanoseconds"] = "\(min(record.handshakeRoundTrip, 4_294_967_295))"
        }
    }
}
