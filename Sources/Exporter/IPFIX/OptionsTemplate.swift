/// An options template (RFC 7011 section 3.4.2): what a record of options data is about (its scope) and what it says.
package struct OptionsTemplate: Sendable {
    /// 512 or more: flow templates end below.
    package let id: UInt16
    /// Scope fields, then the others.
    package let fields: [InformationElement.Option]
    /// How many of `fields` are scope, at least one.
    package let scopeCount: Int

    private init(_ id: UInt16, scope: [InformationElement.Option], _ fields: [InformationElement.Option]) {
        self.id = id
        self.fields = scope + fields
        scopeCount = scope.count
    }

    /// Type information about one element (RFC 5610 section 3.9).
    package static let elementType = OptionsTemplate(
        512, scope: [.informationElementId, .privateEnterpriseNumber],
        [.elementDataType, .elementSemantics, .elementUnits, .elementName, .elementDescription])
    /// How packets are selected, so that readers can scale counters (RFC 5476 section 6.5.2).
    package static let selector = OptionsTemplate(
        513, scope: [.selectorId], [.selectorAlgorithm, .samplingPacketInterval, .samplingPacketSpace])
    /// What an observation point is called.
    package static let observationPoint = OptionsTemplate(
        514, scope: [.observationPointId], [.interfaceName, .interfaceDescription])
    /// What an observation domain is called.
    package static let observationDomain = OptionsTemplate(
        515, scope: [.observationDomainId], [.observationDomainName])
    /// What was exported (RFC 7011 sections 4.1 and 4.3).
    package static let exportingProcess = OptionsTemplate(
        516, scope: [.exportingProcessId],
        [
            .exportedOctets, .exportedMessages, .exportedFlowRecords, .notSentFlows, .notSentPackets, .notSentOctets,
        ])
    /// What was read and what is in no flow record (RFC 7011 section 4.2).
    package static let meteringProcess = OptionsTemplate(
        517, scope: [.meteringProcessId],
        [
            .packets, .layer2Octets, .ignoredPackets, .ignoredOctets, .undecodablePackets, .captureLossPackets,
            .duplicatePackets, .notSelectedPackets, .notSelectedOctets,
        ])
    /// Closes a batch: all data records of the session and domain since the closing record before it are its own
    /// (docs/delivery.md).
    package static let batch = OptionsTemplate(518, scope: [.batchId], [.batchProbe])
    /// A time that no record covers.
    package static let coverageGap = OptionsTemplate(
        519, scope: [.exportingProcessId], [.gapStart, .gapEnd, .gapCause, .gapPackets])

    /// What the application labels are called (RFC 6759 section 5.1), in exports with labels.
    package static let application = OptionsTemplate(520, scope: [.applicationId], [.applicationName])

    /// How an input stands in one respect (docs/doctor.md), in exports of a live run.
    package static let mirrorVerdict = OptionsTemplate(
        521, scope: [.observationPointId, .verdictKind], [.verdictSeverity, .verdictSince, .verdictSentence])

    /// A time in which an input did not see everything.
    package static let inputGap = OptionsTemplate(
        522, scope: [.observationPointId, .observationDomainId], [.gapStart, .gapEnd, .gapCause, .gapPackets])

    /// How flows are selected, so that readers can scale counters (RFC 7014 section 7.2), in exports of a run that may.
    package static let flowSelector = OptionsTemplate(
        523, scope: [.selectorId], [.flowSelectorAlgorithm, .samplingProbability, .selectorName])

    /// What a live run gives up under overload (docs/overload.md).
    package static let overload = OptionsTemplate(
        524, scope: [.observationDomainId], [.overloadStep, .selectorId, .overloadSince])

    /// What an observation point is called and for, in exports of a live run.
    package static let port = OptionsTemplate(
        525, scope: [.observationPointId], [.interfaceName, .interfaceDescription, .observationPointRole])
    /// The same of one where all packets pass one way: IE 61 is about the point, not the network's inside and outside.
    package static let oneWayPort = OptionsTemplate(
        526, scope: [.observationPointId],
        [.interfaceName, .interfaceDescription, .observationPointRole, .flowDirection])

    /// Templates of every domain that has flow records.
    package static let ofDomains = [elementType, selector, observationPoint, observationDomain]
    /// Templates of domain 0, which is about the exporting process.
    package static let ofProcess = [elementType, exportingProcess, meteringProcess]

    /// The template record as it stands in an options template set.
    package func encoded(enterpriseNumber: UInt32) -> [UInt8] {
        var writer = OctetWriter()
        writer.append16(id)
        writer.append16(UInt16(fields.count))
        writer.append16(UInt16(scopeCount))
        for field in fields {
            writer.appendFieldSpecifier(
                field.id, length: field.length,
                enterpriseNumber: field.registry == .iana ? nil : enterpriseNumber)
        }
        return writer.octets
    }

    /// A data record of this template from as many values as it has fields, in their order.
    package func record(_ values: [OptionsValue]) -> [UInt8] {
        var writer = OctetWriter()
        for (field, value) in zip(fields, values) {
            switch value {
            case .number(let number): writer.append(number, length: Int(field.length))
            case .text(let text): writer.appendString(text)
            case .octets(let octets): writer.appendVariable(octets)
            }
        }
        return writer.octets
    }
}

/// One value of options data.
package enum OptionsValue: Sendable {
    /// For fields of an unsigned type.
    case number(UInt64)
    /// For strings; cut after 200 octets.
    case text(String)
    /// For octet arrays, at most 254 octets.
    case octets([UInt8])
}
