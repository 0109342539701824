extension InformationElement {
    /// An element that only options data carry: no flow record has a value for it.
    package struct Option: Sendable {
        /// Id without the enterprise bit.
        package let id: UInt16
        /// Who gave out the id.
        package let registry: Registry
        /// Name in the registry.
        package let name: String
        /// Abstract data type; strings are of variable length.
        package let type: DataType
        /// Octets in a record; 65535 for a variable length (RFC 7011 section 7).
        package let length: UInt16
        /// Data type semantics.
        package let semantics: Semantics
        /// Unit of the values.
        package let units: Units
        /// For our own elements.
        package let description: String

        /// A row.
        init(
            _ id: UInt16, _ name: String, _ type: DataType, length: UInt16? = nil, registry: Registry = .iana,
            semantics: Semantics = .default, units: Units = .none, description: String = ""
        ) {
            self.id = id
            self.registry = registry
            self.name = name
            self.type = type
            self.length = length ?? type.fullLength
            self.semantics = semantics
            self.units = units
            self.description = description
        }
    }
}

extension InformationElement.Option {
    static let exportedOctets = Self(40, "exportedOctetTotalCount", .unsigned64)
    // As in flow records: a reader that takes a record's first field for one of fixed length would not get past it else.
    static let applicationId = Self(95, "applicationId", .octetArray, length: 8)
    static let applicationName = Self(96, "applicationName", .string)
    static let exportedMessages = Self(41, "exportedMessageTotalCount", .unsigned64)
    static let exportedFlowRecords = Self(42, "exportedFlowRecordTotalCount", .unsigned64)
    static let interfaceName = Self(82, "interfaceName", .string)
    static let interfaceDescription = Self(83, "interfaceDescription", .string)
    static let packets = Self(86, "packetTotalCount", .unsigned64)
    static let observationPointId = Self(138, "observationPointId", .unsigned64)
    static let flowDirection = Self(61, "flowDirection", .unsigned8, semantics: .identifier)
    static let meteringProcessId = Self(143, "meteringProcessId", .unsigned32)
    static let exportingProcessId = Self(144, "exportingProcessId", .unsigned32)
    static let observationDomainId = Self(149, "observationDomainId", .unsigned32)
    static let ignoredPackets = Self(164, "ignoredPacketTotalCount", .unsigned64)
    static let ignoredOctets = Self(165, "ignoredOctetTotalCount", .unsigned64)
    static let notSentFlows = Self(166, "notSentFlowTotalCount", .unsigned64)
    static let notSentPackets = Self(167, "notSentPacketTotalCount", .unsigned64)
    static let notSentOctets = Self(168, "notSentOctetTotalCount", .unsigned64)
    static let observationDomainName = Self(300, "observationDomainName", .string)
    static let selectorId = Self(302, "selectorId", .unsigned64)
    static let informationElementId = Self(303, "informationElementId", .unsigned16)
    static let selectorAlgorithm = Self(304, "selectorAlgorithm", .unsigned16)
    static let samplingPacketInterval = Self(305, "samplingPacketInterval", .unsigned32)
    static let samplingPacketSpace = Self(306, "samplingPacketSpace", .unsigned32)
    static let samplingProbability = Self(311, "samplingProbability", .float64)
    static let selectorName = Self(335, "selectorName", .string)
    static let flowSelectorAlgorithm = Self(390, "flowSelectorAlgorithm", .unsigned16)
    static let elementDataType = Self(339, "informationElementDataType", .unsigned8)
    static let elementDescription = Self(340, "informationElementDescription", .string)
    static let elementName = Self(341, "informationElementName", .string)
    static let elementSemantics = Self(344, "informationElementSemantics", .unsigned8)
    static let elementUnits = Self(345, "informationElementUnits", .unsigned16)
    static let privateEnterpriseNumber = Self(346, "privateEnterpriseNumber", .unsigned32)
    static let layer2Octets = Self(353, "layer2OctetTotalCount", .unsigned64)
    static let undecodablePackets = Self(
        10, "undecodablePacketTotalCount", .unsigned64, registry: .project, semantics: .totalCounter, units: .packets,
        description: "Packets that no decoder could read, since the metering process began.")
    static let captureLossPackets = Self(
        11, "captureLossPacketTotalCount", .unsigned64, registry: .project, semantics: .totalCounter, units: .packets,
        description: "Packets lost between the wire and the probe, since the metering process began.")
    static let duplicatePackets = Self(
        43, "duplicatePacketTotalCount", .unsigned64, registry: .project, semantics: .totalCounter, units: .packets,
        description: "Packets kept out of flow records because they were copies of others, since the metering process "
            + "began. They are in ignoredPacketTotalCount too.")
    static let notSelectedPackets = Self(
        44, "notSelectedPacketTotalCount", .unsigned64, registry: .project, semantics: .totalCounter, units: .packets,
        description: "Packets of flows that flow selection left out under overload, since the metering process began. "
            + "They are in ignoredPacketTotalCount too.")
    static let notSelectedOctets = Self(
        45, "notSelectedOctetTotalCount", .unsigned64, registry: .project, semantics: .totalCounter, units: .octets,
        description: "Layer 2 octets of notSelectedPacketTotalCount.")
    static let batchId = Self(
        200, "batchId", .unsigned64, registry: .project, semantics: .identifier,
        description: "Names a batch of data records, together with batchProbe; never used twice.")
    static let batchProbe = Self(
        201, "batchProbe", .octetArray, registry: .project,
        description: "16 octets that name the spool which a batch comes from.")
    static let gapStart = Self(
        202, "coverageGapStartMilliseconds", .dateTimeMilliseconds, registry: .project, units: .milliseconds,
        description: "When the time begins that records do not cover; between runs the packet clock of the last commit."
    )
    static let gapEnd = Self(
        203, "coverageGapEndMilliseconds", .dateTimeMilliseconds, registry: .project, units: .milliseconds,
        description: "When the time ends that records do not cover.")
    static let gapCause = Self(
        204, "coverageGapCause", .unsigned8, registry: .project, semantics: .identifier,
        description: "1: the run before had ended in good order. 2: it was killed, or the host went down. Of an input, "
            + "3: it was down. 4: its ring or queue was full. 5: its adapter lost packets. 6: payloads were not looked at "
            + "for labels, under overload. 7: flow selection left flows out, under overload.")
    static let gapPackets = Self(
        205, "coverageGapUnrecordedPackets", .unsigned64, registry: .project, semantics: .quantity, units: .packets,
        description:
            "Packets that are in no record: between runs those observed at the last commit; of an input, those lost or "
            + "left out.")
    static let verdictKind = Self(
        206, "mirrorVerdictKind", .unsigned8, registry: .project, semantics: .identifier,
        description: "What of an input is judged. 1: port, 2: one-sided, 3: duplicates, 4: VLANs, 5: offload, "
            + "6: truncation, 7: IPv6, 8: clock, 9: adapter, 10: ring, 11: own traffic.")
    static let verdictSeverity = Self(
        207, "mirrorVerdictSeverity", .unsigned8, registry: .project, semantics: .identifier,
        description: "0: nothing wrong, 1: unknown, 2: warning, 3: fault, so that what is counted is wrong.")
    static let verdictSince = Self(
        208, "mirrorVerdictSinceMilliseconds", .dateTimeMilliseconds, registry: .project, units: .milliseconds,
        description: "Since when mirrorVerdictSeverity has been so.")
    static let verdictSentence = Self(
        209, "mirrorVerdictSentence", .string, registry: .project,
        description: "What was seen of it last, for a person.")

    static let overloadStep = Self(
        210, "overloadStep", .unsigned8, registry: .project, semantics: .identifier,
        description:
            "What is given up in an observation domain so that the rest is counted. 0: nothing, 1: labels, 2: labels, "
            + "and flows that its selector does not choose.")
    static let overloadSince = Self(
        211, "overloadSinceMilliseconds", .dateTimeMilliseconds, registry: .project, units: .milliseconds,
        description: "Since when overloadStep and the selector beside it have been in force.")

    static let observationPointRole = Self(
        212, "observationPointRole", .unsigned8, registry: .project, semantics: .identifier,
        description: "What the port is for whose packets are observed. 1: core, 2: access, 3: virtual.")

    /// Every element of options data, by id, our own last.
    package static let all: [Self] = [
        exportedOctets, exportedMessages, exportedFlowRecords, interfaceName, interfaceDescription, packets,
        flowDirection,
        applicationId, applicationName,
        observationPointId, meteringProcessId, exportingProcessId, observationDomainId, ignoredPackets, ignoredOctets,
        notSentFlows, notSentPackets, notSentOctets, observationDomainName, selectorId, informationElementId,
        selectorAlgorithm, samplingPacketInterval, samplingPacketSpace, samplingProbability, selectorName,
        flowSelectorAlgorithm, elementDataType, elementDescription,
        elementName, elementSemantics, elementUnits, privateEnterpriseNumber, layer2Octets, undecodablePackets,
        captureLossPackets, duplicatePackets, notSelectedPackets, notSelectedOctets, batchId, batchProbe, gapStart,
        gapEnd, gapCause, gapPackets, verdictKind, verdictSeverity, verdictSince, verdictSentence, overloadStep,
        overloadSince, observationPointRole,
    ]
}
