import FlowTable
import Labels

/// What a domain's readers must have before its data: templates, and options data that explain them. Made once; the
/// parts are the records of sets, with their set ids.
struct Announcement {
    /// Records of template sets (set id 2), options template sets (3) and options data (512 and up), in this order.
    private(set) var parts: [(setId: UInt16, octets: [UInt8])] = []

    /// For `domain`; domain 0 is about the exporting process and has no flow templates.
    init(domain: UInt32, options: IPFIXOptions) {
        let number = options.enterpriseNumber
        if domain != 0 {
            for template in FlowTemplate.all(options: options) {
                parts.append((2, template.encoded(enterpriseNumber: number)))
            }
        }
        var templates = domain == 0 ? OptionsTemplate.ofProcess : OptionsTemplate.ofDomains
        if options.announcesBatches { templates += domain == 0 ? [.batch, .coverageGap, .inputGap] : [.batch] }
        if options.labels, domain != 0 { templates.append(.application) }
        if options.tellsMirror, domain != 0 { templates.append(.mirrorVerdict) }
        if options.tellsOverload, domain != 0 { templates += [.flowSelector, .overload] }
        let points = options.observationPoints.filter { $0.observationDomainId == domain }
        let hasRoles = points.contains { $0.role != nil }
        if hasRoles { templates += [.port, .oneWayPort] }
        for template in templates { parts.append((3, template.encoded(enterpriseNumber: number))) }
        if domain == 0 {
            describe(Set(templates.flatMap(\.fields).map(\.id)), number)
            return
        }
        if options.announcesBatches { describe(Set(OptionsTemplate.batch.fields.map(\.id)), number) }
        if options.tellsMirror { describe(Set(OptionsTemplate.mirrorVerdict.fields.map(\.id)), number) }
        if options.tellsOverload { describe(Set(OptionsTemplate.overload.fields.map(\.id)), number) }
        if hasRoles { describe(Set(OptionsTemplate.port.fields.map(\.id)), number) }
        let used = FlowTemplate.all(options: options).flatMap(\.fields).map(\.name)
        for field in ExportField.all where field.element.registry == .project && used.contains(field.name) {
            let element = field.element
            let text = field.isReverse ? "The same for the reverse direction." : element.description
            add(
                .elementType,
                Self.type(
                    field.templateId, number, element.type, element.semantics, element.units, field.name, text))
        }
        describe(options.carriedAttributes.attributes.map(\.element), number)
        // Algorithm 1 is systematic count-based sampling: take 1, leave out 0 (RFC 5477 section 8.2.1).
        add(.selector, [.number(1), .number(1), .number(1), .number(0)])
        if options.tellsOverload {
            for selector in FlowSelector.allSelectors { add(.flowSelector, selector.optionsValues) }
        }
        for point in points { add(point) }
        if options.labels {
            for row in LabelCatalogue.rows {
                let id = FlowRecord.applicationEngine << 56 | UInt64(number) << 24 | UInt64(row.label.rawValue)
                add(.application, [.number(id), .text(row.name)])
            }
        }
        if let name = options.observationDomainNames[domain] {
            add(.observationDomain, [.number(UInt64(domain)), .text(name)])
        }
    }

    private mutating func add(_ point: IPFIXOptions.ObservationPoint) {
        let names: [OptionsValue] = [
            .number(UInt64(point.id)), .text(point.interfaceName), .text(point.interfaceDescription),
        ]
        guard let role = point.role else { return add(.observationPoint, names) }
        let values = names + [.number(UInt64(role.rawValue))]
        guard let direction = point.flowDirection else { return add(.port, values) }
        add(.oneWayPort, values + [.number(UInt64(direction.rawValue))])
    }

    /// Type information about our own elements among `ids` (RFC 5610).
    private mutating func describe(_ ids: Set<UInt16>, _ enterpriseNumber: UInt32) {
        describe(InformationElement.Option.all.filter { ids.contains($0.id) }, enterpriseNumber)
    }

    private mutating func describe(_ elements: [InformationElement.Option], _ enterpriseNumber: UInt32) {
        for element in elements where element.registry == .project {
            add(
                .elementType,
                Self.type(
                    element.id, enterpriseNumber, element.type, element.semantics, element.units, element.name,
                    element.description))
        }
    }

    private mutating func add(_ template: OptionsTemplate, _ values: [OptionsValue]) {
        parts.append((template.id, template.record(values)))
    }

    private static func type(
        _ id: UInt16, _ enterpriseNumber: UInt32, _ type: InformationElement.DataType,
        _ semantics: InformationElement.Semantics, _ units: InformationElement.Units, _ name: String,
        _ description: String
    ) -> [OptionsValue] {
        [
            .number(UInt64(id)), .number(UInt64(enterpriseNumber)), .number(UInt64(type.rawValue)),
            .number(UInt64(semantics.rawValue)), .number(UInt64(units.rawValue)), .text(name), .text(description),
        ]
    }
}
