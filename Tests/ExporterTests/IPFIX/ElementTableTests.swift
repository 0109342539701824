import Exporter
import FlowTable
import Testing

@Suite struct ElementTableTests {
    @Test func idsAndNamesAreUnique() {
        let own = InformationElement.all.filter { $0.registry == .project }.map(\.id)
        let options = (InformationElement.Option.all + InformationElement.Option.attributes)
            .filter { $0.registry == .project }.map(\.id)
        #expect(Set(own + options).count == own.count + options.count)
        // Bit 0x4000 is for reverse elements, whose other bits are those of an element that there is.
        #expect((own + options).allSatisfy { (1..<0x4000).contains($0 & 0x3FFF) && $0 < 0x8000 })
        #expect((own + options).allSatisfy { $0 < 0x4000 || (own + options).contains($0 & 0x3FFF) })
        #expect(Set(ExportField.all.map(\.name)).count == ExportField.all.count)
        #expect(InformationElement.all.allSatisfy { $0.description.hasSuffix(".") })
    }

    /// The project's list is frozen: a number, once given out, means what it means for ever.
    @Test func privateIdsAreFrozen() {
        let rows =
            InformationElement.all.filter { $0.registry == .project }.map { ($0.id, $0.name) }
            + (InformationElement.Option.all + InformationElement.Option.attributes)
            .filter { $0.registry == .project }.map { ($0.id, $0.name) }
        let frozen: [(UInt16, String)] = [
            (1, "sliceIndex"), (2, "firstFrameNumber"), (3, "tcpState"), (4, "serviceEvidence"),
            (5, "initiatorEvidence"), (6, "zoneDirection"), (7, "handshakeRoundTripNanoseconds"),
            (8, "retransmittedOctetDeltaCount"), (9, "segmentId"), (10, "undecodablePacketTotalCount"),
            (11, "captureLossPacketTotalCount"), (12, "tunnelType"), (13, "tunnelId"), (14, "tunnelSourceAddress"),
            (15, "tunnelDestinationAddress"), (16, "tunnelDepth"), (17, "tunnelDirection"), (20, "labelSource"),
            (21, "labelConfidence"), (22, "serverName"), (23, "applicationProtocol"), (24, "userAgent"),
            (25, "requestMethod"), (26, "statusCode"), (27, "tlsVersion"), (28, "cipherSuite"),
            (29, "certificateSubject"), (30, "ja3"), (31, "ja3s"), (32, "ja4"), (33, "hassh"), (34, "hasshServer"),
            (35, "serverSoftware"), (36, "clientSoftware"), (37, "dnsName"), (38, "dnsType"),
            (39, "dnsResponseCode"), (40, "dnsAnswer"), (41, "hostName"), (42, "quicVersion"),
            (61, "tcpSynOptions"), (0x403D, "reverseTcpSynOptions"), (63, "tcpMaximumSegmentSize"),
            (0x403F, "reverseTcpMaximumSegmentSize"), (67, "tcpFastOpen"), (0x4043, "reverseTcpFastOpen"),
            (69, "mptcpVersion"), (0x4045, "reverseMptcpVersion"), (71, "sctpChunkTypes"),
            (0x4047, "reverseSctpChunkTypes"), (73, "sctpVerificationTag"), (0x4049, "reverseSctpVerificationTag"),
            (43, "duplicatePacketTotalCount"), (44, "notSelectedPacketTotalCount"), (45, "notSelectedOctetTotalCount"),
            (48, "icmpErrorDeltaCount"), (49, "icmpErrorTypeCode"),
            (200, "batchId"), (201, "batchProbe"),
            (202, "coverageGapStartMilliseconds"), (203, "coverageGapEndMilliseconds"), (204, "coverageGapCause"),
            (205, "coverageGapUnrecordedPackets"), (206, "mirrorVerdictKind"), (207, "mirrorVerdictSeverity"),
            (208, "mirrorVerdictSinceMilliseconds"), (209, "mirrorVerdictSentence"),
            (210, "overloadStep"), (211, "overloadSinceMilliseconds"), (212, "observationPointRole"),
        ]
        for (id, name) in frozen { #expect(rows.contains { $0 == (id, name) }) }
        #expect(rows.count == frozen.count)
    }

    /// What the encoder's loads and stores rely on: lengths fit types, values lie within the record.
    @Test func rowsFitTheEncoder() {
        for element in InformationElement.all {
            #expect(element.length >= 1 && element.length <= element.type.fullLength)
            for source in [element.source, element.reverseSource ?? element.source, element.mirrorSource] {
                if case .stored(let offset, let width) = source {
                    #expect(offset + width <= MemoryLayout<FlowRecord>.size)
                    #expect(Int(element.length) <= width)
                }
            }
        }
        #expect(MemoryLayout<DerivedValues>.size == DerivedValues.Slot.allCases.reduce(0) { $0 + $1.width })
    }

    /// A stored enumeration is read as its octet: that is the raw value only where raw values count from 0.
    @Test func storedEnumerationsAreTheirRawValues() {
        func octet<Value>(_ value: Value) -> UInt8 {
            // SAFETY: an enumeration without payloads has one octet or more, all initialised.
            unsafe withUnsafeBytes(of: value) { unsafe $0[0] }
        }
        for value in FlowRecord.TCPState.allCases { #expect(octet(value) == value.rawValue) }
        for value in FlowRecord.ServiceEvidence.allCases { #expect(octet(value) == value.rawValue) }
        for value in FlowRecord.InitiatorEvidence.allCases { #expect(octet(value) == value.rawValue) }
        for value in FlowRecord.ZoneDirection.allCases { #expect(octet(value) == value.rawValue) }
        for value in FlowRecord.FlowEndReason.allCases {
            var record = FlowRecord()
            record.endReason = value
            #expect(DerivedValues(record, precise: false).endReason == value.rawValue)
        }
        // `TemplateShape` and `DerivedValues` know the bits of `Presence` by number.
        let bits: [FlowRecord.Presence] = [
            .ports, .icmpForward, .icmpReverse, .segment, .vlanForward, .vlanReverse, .macs, .handshakeRoundTrip,
        ]
        for (number, bit) in bits.enumerated() { #expect(bit.rawValue == 1 << UInt16(number)) }
        #expect(FlowRecord.Presence.tunnel.rawValue == 1 << 9)
        #expect(DerivedValues.handshakeBit == FlowRecord.Presence.handshakeRoundTrip.rawValue)
    }

    /// Octets per record, so that a change of the table shows its price.
    @Test func recordsAreCompact() throws {
        let templates = FlowTemplate.all(options: IPFIXOptions())
        func length(_ version: Int, _ kind: TemplateShape.Kind, macs: Bool) -> Int {
            templates.first {
                $0.shape.isBiflow && $0.shape.isIPv6 == (version == 6) && $0.shape.kind == kind && !$0.shape.hasVLAN
                    && $0.shape.hasMACs == macs && !$0.shape.hasTunnel
            }?.recordLength ?? 0
        }
        #expect(length(4, .tcp, macs: true) == 175)
        #expect(length(4, .ports, macs: true) == 154)
        #expect(length(4, .ports, macs: false) == 142)
        #expect(length(6, .tcp, macs: true) == 199)
    }

    /// Encoded values of a record whose every field is different, read back by name through the table.
    @Test func everyFieldLandsInItsPlace() throws {
        var record = FlowRecord()
        record.presence = [.ports, .macs, .vlanForward, .vlanReverse, .segment, .handshakeRoundTrip, .tunnel]
        record.protocolIdentifier = 6
        (record.flowId, record.firstFrameNumber, record.sliceIndex) = (0x1122_3344_5566_7788, 0x99AA_BBCC_DDEE, 3)
        (record.observationPointId, record.segment) = (0xDEAD_BEEF, 0x0102_0304)
        (record.sourceLow, record.destinationLow) = (0xC000_0201, 0xC633_6402)
        (record.sourcePort, record.destinationPort) = (0xABCD, 0x1234)
        (record.octetsForward, record.octetsReverse) = (.max, 1 << 63)
        (record.packetsForward, record.packetsReverse) = (0x0102_0304_0506_0708, 7)
        (record.layer2OctetsForward, record.layer2OctetsReverse) = (11, 12)
        (record.retransmittedOctetsForward, record.retransmittedOctetsReverse) = (1 << 50, 14)
        (record.firstForward, record.lastForward) = (1_000_000, 2_999_999)
        (record.firstReverse, record.lastReverse) = (3_000_000, 4_000_000)
        record.handshakeRoundTrip = 0
        (record.tcpControlBitsForward, record.tcpControlBitsReverse) = (0x1B, 0x12)
        (record.vlanForward, record.vlanReverse) = (100, 200)
        (record.sourceMAC, record.destinationMAC) = (0x0053_FF00_0001, 0x0053_FF00_0002)
        (record.minimumTTLForward, record.maximumTTLForward) = (1, 2)
        (record.minimumTTLReverse, record.maximumTTLReverse) = (3, 4)
        (record.classOfServiceForward, record.classOfServiceReverse) = (5, 6)
        (record.minimumLengthForward, record.maximumLengthForward) = (40, 0xFFFF)
        (record.minimumLengthReverse, record.maximumLengthReverse) = (41, 1500)
        (record.tcpState, record.service, record.initiator) = (.reset, .refused, .perimeter)
        (record.zoneDirection, record.endReason) = (.transit, .lackOfResources)
        (record.tunnelSourceHigh, record.tunnelSourceLow) = (0x2001_0db8_0000_0001, 0x0102_0304_0506_0708)
        (record.tunnelDestinationHigh, record.tunnelDestinationLow) = (0, 0xFFFF_C000_0201)
        (record.tunnelIdForward, record.tunnelIdReverse, record.tunnelType, record.tunnelDepth) = (71, 72, 11, 3)
        (record.tunnelDirectionForward, record.tunnelDirectionReverse) = (1, 2)
        (record.icmpErrorsForward, record.icmpErrorsReverse, record.icmpErrorTypeCode) = (513, 2, 0x0B01)
        record.selectorId = 3
        let data = try #require(
            try ConformanceTests.export([record]).flatMap(\.records).first { !$0.isOptions })
        let expected: [String: UInt64] = [
            "flowId": 0x1122_3344_5566_7788, "sliceIndex": 3, "firstFrameNumber": 0x99AA_BBCC_DDEE,
            "observationPointId": 0xDEAD_BEEF, "ipVersion": 4, "sourceIPv4Address": 0xC000_0201,
            "destinationIPv4Address": 0xC633_6402, "protocolIdentifier": 6, "sourceTransportPort": 0xABCD,
            "destinationTransportPort": 0x1234, "octetDeltaCount": .max, "reverseOctetDeltaCount": 1 << 63,
            "packetDeltaCount": 0x0102_0304_0506_0708, "reversePacketDeltaCount": 7, "layer2OctetDeltaCount": 11,
            "reverseLayer2OctetDeltaCount": 12,
            // Does not fit six octets: clamped, not cut.
            "retransmittedOctetDeltaCount": (1 << 48) - 1, "reverseRetransmittedOctetDeltaCount": 14,
            "flowStartMilliseconds": 1, "flowEndMilliseconds": 2, "reverseFlowStartMilliseconds": 3,
            "reverseFlowEndMilliseconds": 4, "tcpControlBits": 0x1B, "reverseTcpControlBits": 0x12,
            "ipClassOfService": 5, "reverseIpClassOfService": 6, "minimumTTL": 1, "maximumTTL": 2,
            "reverseMinimumTTL": 3, "reverseMaximumTTL": 4, "minimumIpTotalLength": 40,
            "maximumIpTotalLength": 0xFFFF, "reverseMinimumIpTotalLength": 41, "reverseMaximumIpTotalLength": 1500,
            "vlanId": 100, "dot1qVlanId": 100, "reverseDot1qVlanId": 200, "segmentId": 0x0102_0304,
            "sourceMacAddress": 0x0053_FF00_0001, "destinationMacAddress": 0x0053_FF00_0002, "flowEndReason": 5,
            "tcpState": 6, "serviceEvidence": 2, "initiatorEvidence": 5, "zoneDirection": 4,
            // Measured as less than a nanosecond; 0 would say "not measured".
            "handshakeRoundTripNanoseconds": 1, "biflowDirection": 3, "selectorId": 3,
            "tunnelType": 11, "tunnelId": 71, "reverseTunnelId": 72, "tunnelDepth": 3, "tunnelDirection": 1,
            "reverseTunnelDirection": 2, "icmpErrorDeltaCount": 513, "reverseIcmpErrorDeltaCount": 2,
            "icmpErrorTypeCode": 0x0B01,
        ]
        #expect(expected.count + 2 == data.values.count)
        #expect(
            data.values[.init(enterprise: 32473, id: 14)]
                == [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8])
        #expect(
            data.values[.init(enterprise: 32473, id: 15)]
                == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xC0, 0, 2, 1])
        for (name, value) in expected {
            let field = try #require(ExportField.named(name))
            let read = data.number(field.templateId, field.enterpriseNumber(project: 32473) ?? 0)
            #expect(read == value, "\(name)")
        }
    }
}
