import FlowTable

/// What may be known of the format outside this room.
package enum SpoolFormat {
    /// Octets of `FlowRecord` that batches carry, a range for each of its properties, by place.
    package static var carriedOctets: [Range<Int>] {
        RecordLayout.OwnField.all.map { $0.offset..<$0.offset + $0.width }.sorted { $0.lowerBound < $1.lowerBound }
    }
}

/// Where the fields of a record stand in a batch. Each segment carries its own, so that a program whose records have
/// other fields, or the same in another order, reads it: fields are found by name, one that is missing is 0, one that
/// is unknown is left out.
struct RecordLayout: Equatable, Sendable {
    /// One field: an unsigned integer, lowest octet first.
    struct Field: Equatable, Sendable {
        /// The property of `FlowRecord`.
        var name: String
        /// From the record's start.
        var offset: Int
        /// 1, 2, 4 or 8 octets.
        var width: Int
    }

    let fields: [Field]
    /// Octets from one record to the next.
    let recordLength: Int
    /// Of the fields and the length, as `encoded` has them: names the layout in each batch.
    let checksum: UInt32

    /// Longest record and most fields that are read.
    static let longestRecord = 4096
    static let mostFields = 512

    /// nil when a field is no integer, does not lie within a record, or there are too many.
    init?(fields: [Field], recordLength: Int) {
        guard (1...Self.longestRecord).contains(recordLength), fields.count <= Self.mostFields,
            fields.allSatisfy({ field in
                [1, 2, 4, 8].contains(field.width) && field.offset >= 0 && field.offset <= recordLength - field.width
                    && (1...255).contains(field.name.utf8.count)
            })
        else { return nil }
        self.init(checked: fields, recordLength)
    }

    private init(checked fields: [Field], _ recordLength: Int) {
        self.fields = fields
        self.recordLength = recordLength
        var octets: [UInt8] = []
        octets.appendLittle(UInt64(recordLength), 4)
        checksum = Checksum.of((octets + Self.encoded(fields)).span)
    }

    /// The fields as a segment's header has them: offset (2 octets), width (1), length of the name (1), name.
    var encoded: [UInt8] { Self.encoded(fields) }

    private static func encoded(_ fields: [Field]) -> [UInt8] {
        var octets: [UInt8] = []
        for field in fields {
            octets.appendLittle(UInt64(field.offset), 2)
            octets.append(UInt8(field.width))
            octets.append(UInt8(field.name.utf8.count))
            octets += field.name.utf8
        }
        return octets
    }
}

extension RecordLayout {
    /// What this program writes: records as they are in memory.
    static let current = RecordLayout(
        checked: OwnField.all.map { Field(name: $0.name, offset: $0.offset, width: $0.width) },
        MemoryLayout<FlowRecord>.stride)

    /// A property of `FlowRecord`, and the largest value that it may be given from a file.
    struct OwnField: Sendable {
        let name: String
        let offset: Int
        let width: Int
        let maximum: UInt64

        /// Every stored property. `SpoolTests` fails when one is missing.
        static let all: [OwnField] =
            [
                of("flowId", \.flowId), of("firstFrameNumber", \.firstFrameNumber), of("sliceIndex", \.sliceIndex),
                of("observationDomainId", \.observationDomainId), of("observationPointId", \.observationPointId),
                of("segment", \.segment), of("sourceHigh", \.sourceHigh), of("sourceLow", \.sourceLow),
                of("destinationHigh", \.destinationHigh), of("destinationLow", \.destinationLow),
                of("sourcePort", \.sourcePort), of("destinationPort", \.destinationPort),
                of("protocolIdentifier", \.protocolIdentifier), of("ipVersion", \.ipVersion),
                of("presence", \.presence),
            ] + counters + times + evidence + tunnel + errors

        private static let counters: [OwnField] = [
            of("octetsForward", \.octetsForward), of("octetsReverse", \.octetsReverse),
            of("layer2OctetsForward", \.layer2OctetsForward), of("layer2OctetsReverse", \.layer2OctetsReverse),
            of("packetsForward", \.packetsForward), of("packetsReverse", \.packetsReverse),
            of("retransmittedOctetsForward", \.retransmittedOctetsForward),
            of("retransmittedOctetsReverse", \.retransmittedOctetsReverse),
        ]

        private static let times: [OwnField] = [
            time("firstForward", \.firstForward), time("lastForward", \.lastForward),
            time("firstReverse", \.firstReverse), time("lastReverse", \.lastReverse),
            time("handshakeRoundTrip", \.handshakeRoundTrip),
        ]

        private static let evidence: [OwnField] = [
            of("tcpControlBitsForward", \.tcpControlBitsForward), of("tcpControlBitsReverse", \.tcpControlBitsReverse),
            choice("tcpState", \.tcpState), choice("service", \.service), choice("initiator", \.initiator),
            choice("endReason", \.endReason), of("icmpTypeCodeForward", \.icmpTypeCodeForward),
            of("icmpTypeCodeReverse", \.icmpTypeCodeReverse), of("vlanForward", \.vlanForward),
            of("vlanReverse", \.vlanReverse), of("sourceMAC", \.sourceMAC), of("destinationMAC", \.destinationMAC),
            of("minimumTTLForward", \.minimumTTLForward), of("maximumTTLForward", \.maximumTTLForward),
            of("minimumTTLReverse", \.minimumTTLReverse), of("maximumTTLReverse", \.maximumTTLReverse),
            of("classOfServiceForward", \.classOfServiceForward), of("classOfServiceReverse", \.classOfServiceReverse),
            choice("zoneDirection", \.zoneDirection), of("selectorId", \.selectorId),
            of("minimumLengthForward", \.minimumLengthForward), of("maximumLengthForward", \.maximumLengthForward),
            of("minimumLengthReverse", \.minimumLengthReverse), of("maximumLengthReverse", \.maximumLengthReverse),
            of("endFrameNumber", \.endFrameNumber), of("applicationId", \.applicationId),
            of("labelSource", \.labelSource, maximum: 3), of("labelConfidence", \.labelConfidence, maximum: 3),
        ]

        private static let tunnel: [OwnField] = [
            of("tunnelSourceHigh", \.tunnelSourceHigh), of("tunnelSourceLow", \.tunnelSourceLow),
            of("tunnelDestinationHigh", \.tunnelDestinationHigh), of("tunnelDestinationLow", \.tunnelDestinationLow),
            of("tunnelIdForward", \.tunnelIdForward), of("tunnelIdReverse", \.tunnelIdReverse),
            of("tunnelType", \.tunnelType), of("tunnelDepth", \.tunnelDepth),
            of("tunnelDirectionForward", \.tunnelDirectionForward),
            of("tunnelDirectionReverse", \.tunnelDirectionReverse), of("attributeOctets", \.attributeOctets),
        ]

        private static let errors: [OwnField] = [
            of("icmpErrorsForward", \.icmpErrorsForward), of("icmpErrorsReverse", \.icmpErrorsReverse),
            of("icmpErrorTypeCode", \.icmpErrorTypeCode), of("reservedEnd", \.reservedEnd),
        ]

        private static func of<Value>(_ name: String, _ path: KeyPath<FlowRecord, Value>, maximum: UInt64 = .max)
            -> OwnField
        {
            // Every path is to a stored property, which has an offset.
            OwnField(
                name: name, offset: MemoryLayout<FlowRecord>.offset(of: path) ?? 0, width: MemoryLayout<Value>.size,
                maximum: maximum)
        }

        /// An enumeration is in memory the index of its case, and any other octet is undefined behaviour.
        private static func choice<Value: CaseIterable>(_ name: String, _ path: KeyPath<FlowRecord, Value>) -> OwnField
        {
            of(name, path, maximum: UInt64(Value.allCases.count - 1))
        }

        /// A time that is negative, or later than any packet's, would overflow further on.
        private static func time(_ name: String, _ path: KeyPath<FlowRecord, Int64>) -> OwnField {
            of(name, path, maximum: 1 << 62 - 1)
        }
    }
}
