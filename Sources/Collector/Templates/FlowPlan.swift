import Exporter
import Labels

/// How the flow records of one template become records of ours: which field is which member of `JSONField.all`, and
/// what is left for the JSON line alone. Made once per template.
struct FlowPlan {
    /// What is done with a field's value.
    enum Action {
        /// An integer of the record.
        case member(Int)
        /// As `member`, when no field says it better: totals for deltas, for the store only.
        case unlessSet(Int)
        case sourceIPv4, destinationIPv4, sourceIPv6, destinationIPv6
        case tunnelSource, tunnelDestination
        case biflowDirection
        case applicationId
        case initTime
        case time(Int, TimeForm)
    }

    /// A field and what is done with it.
    struct Step {
        var field: Int
        var action: Action
    }

    /// A field that a record of ours has no place for.
    struct Other {
        var field: Int
        /// `"name":`.
        var key: [UInt8]
        var form: ElementForm
        /// A time since the exporter's start, which is given as such only while that start is not known.
        var isUpTime = false
    }

    private(set) var steps: [Step] = []
    private(set) var others: [Other] = []
    /// Attributes of labels, by number, and the field of each.
    private(set) var attributes: [(attribute: LabelAttribute, field: Int)] = []
    /// Members that the template has: bit n for `JSONField.all[n]`.
    private(set) var members: UInt128 = 0
    /// Whether the exporter is a flowprobe, which says everything there is to say.
    private(set) var isOwn = false
    /// Whether both ports, a type of ICMP, both Ethernet addresses are there.
    private(set) var hasPorts = false
    private(set) var hasICMP = false
    private(set) var hasMACs = false

    /// For a template whose fields are called and typed so.
    init(_ descriptions: [ElementDescription], _ fields: [CollectedField]) {
        let names = Set(descriptions.map(\.name))
        isOwn = names.contains("sliceIndex") && names.contains("initiatorEvidence")
        var best: [Int: (field: Int, form: TimeForm)] = [:]
        var times: Set<Int> = []
        for (index, description) in descriptions.enumerated() {
            guard !description.isPrivate, let (member, form) = TimeForm.parse(description.name),
                description.type.fits(fields[index].length), fields[index].length > 0
            else { continue }
            times.insert(index)
            if form == .systemUpTime { addOther(index, description, fields[index], isUpTime: true) }
            if let known = best[member], known.form.rawValue >= form.rawValue { continue }
            best[member] = (index, form)
        }
        for (member, (field, form)) in best.sorted(by: { $0.key < $1.key }) {
            add(field, .time(member, form), member: member)
        }
        for (index, description) in descriptions.enumerated() where !times.contains(index) {
            let field = fields[index]
            if field.length == 0 || description.name == "paddingOctets" { continue }
            if isOwn, let attribute = attribute(description, field) {
                attributes.append((attribute, index))
                continue
            }
            if description.type.fits(field.length), let (action, member) = Self.action(description, names),
                member.map({ members & 1 << UInt128($0) == 0 }) ?? true
            {
                add(index, action, member: member)
                if case .initTime = action { addOther(index, description, field) }
            } else if description.type.fits(field.length), let delta = Self.total(description.name, names) {
                steps.append(Step(field: index, action: .unlessSet(delta)))
                addOther(index, description, field)
            } else {
                addOther(index, description, field)
            }
        }
        attributes.sort { $0.attribute.rawValue < $1.attribute.rawValue }
        // What JSON leaves out of this probe's records says nothing that is not there already (docs/json.md).
        if isOwn { others.removeAll { other in JSONField.omitted.contains { Self.key($0) == other.key } } }
        hasPorts = names.contains("sourceTransportPort") && names.contains("destinationTransportPort")
        hasICMP = names.contains("icmpTypeCodeIPv4") || names.contains("icmpTypeCodeIPv6")
        hasMACs = names.contains("sourceMacAddress") && names.contains("destinationMacAddress")
    }

    /// The attribute that a field of ours is; nil for others, and for the second of a name.
    private func attribute(_ element: ElementDescription, _ field: CollectedField) -> LabelAttribute? {
        guard let attribute = LabelAttribute.allCases.first(where: { $0.name == element.name }),
            element.isPrivate == (attribute.element.registry == .project),
            !attributes.contains(where: { $0.attribute == attribute })
        else { return nil }
        let isFit = attribute.isNumber ? element.type.isUnsigned && !field.isVariable : element.type == .string
        return isFit && element.type.fits(field.length) ? attribute : nil
    }

    private mutating func add(_ field: Int, _ action: Action, member: Int?) {
        steps.append(Step(field: field, action: action))
        if let member { members |= 1 << UInt128(member) }
    }

    private mutating func addOther(
        _ index: Int, _ description: ElementDescription, _ field: CollectedField, isUpTime: Bool = false
    ) {
        // A JSON object has each name once: the second of a name is told apart by a number.
        var key = Self.key(description.name)
        var number = 2
        while others.contains(where: { $0.key == key }) || Self.isWritten(key, members) {
            key = Self.key("\(description.name)#\(number)")
            number += 1
        }
        others.append(
            Other(field: index, key: key, form: ElementForm(description, length: field.length), isUpTime: isUpTime))
    }

    private static func key(_ name: String) -> [UInt8] { Array("\"\(name)\":".utf8) }

    private static func isWritten(_ key: [UInt8], _ members: UInt128) -> Bool {
        memberKeys[key].map { members & 1 << UInt128($0) != 0 } ?? false
    }

    private static let memberKeys = Dictionary(
        uniqueKeysWithValues: JSONField.all.enumerated().map { (key($1.name), $0) })
    private static let memberIndices = Dictionary(
        uniqueKeysWithValues: JSONField.all.enumerated().map { ($1.name, $0) })

    /// What to do with an element that records of ours have a place for, and the member it is.
    private static func action(
        _ element: ElementDescription, _ names: Set<String>
    ) -> (action: Action, member: Int?)? {
        func member(_ name: String) -> Int? { memberIndices[name] }
        // A private element is ours only by the name of one of ours.
        if element.isPrivate {
            if element.type == .ipv6Address, let index = member(element.name) {
                if element.name == "tunnelSourceAddress" { return (.tunnelSource, index) }
                if element.name == "tunnelDestinationAddress" { return (.tunnelDestination, index) }
            }
            guard ExportField.named(element.name)?.element.registry == .project, element.type.isUnsigned,
                let index = RecordAssembly.member(named: element.name)
            else { return nil }
            return (.member(index), index)
        }
        switch element.name {
        case "sourceIPv4Address": return (.sourceIPv4, member(element.name))
        case "destinationIPv4Address": return (.destinationIPv4, member(element.name))
        case "sourceIPv6Address": return (.sourceIPv6, member(element.name))
        case "destinationIPv6Address": return (.destinationIPv6, member(element.name))
        case "biflowDirection": return (.biflowDirection, member(element.name))
        // Selectors of other exporters are other lists' numbers.
        case "applicationId":
            return names.contains("labelSource") ? (.applicationId, member("applicationName")) : nil
        case "selectorId":
            return names.contains("sliceIndex")
                ? RecordAssembly.member(named: element.name).map { (.member($0), $0) } : nil
        case "systemInitTimeMilliseconds": return (.initTime, nil)
        // The message's header has it; in a record it would be another's.
        case "observationDomainId": return nil
        // The VLAN stands once, under its current name.
        case "vlanId" where !names.contains("dot1qVlanId"):
            return RecordAssembly.member(named: "dot1qVlanId").map { (.member($0), $0) }
        default:
            guard ExportField.named(element.name)?.element.registry == .iana else { return nil }
            return RecordAssembly.member(named: element.name).map { (.member($0), $0) }
        }
    }

    /// The delta counter that a total one stands for in the store, when the template has no delta.
    private static func total(_ name: String, _ names: Set<String>) -> Int? {
        let deltas = [
            "octetTotalCount": "octetDeltaCount", "packetTotalCount": "packetDeltaCount",
            "reverseOctetTotalCount": "reverseOctetDeltaCount", "reversePacketTotalCount": "reversePacketDeltaCount",
        ]
        guard let delta = deltas[name], !names.contains(delta) else { return nil }
        return RecordAssembly.member(named: delta)
    }
}
