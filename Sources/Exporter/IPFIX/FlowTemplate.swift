/// A data template (RFC 7011 section 3.4.1) made from the element table for one shape.
package struct FlowTemplate: Sendable {
    /// 256 or more; the same shape has the same id in every session and run.
    package let id: UInt16
    /// Which records it is for.
    package let shape: TemplateShape
    /// Its fields, in wire order: backwards through the record's memory, then backwards through the derived values.
    /// Neighbours in memory are then neighbours on the wire, with their octets in network order once the whole run is
    /// swapped: one step of the encoder writes several fields (`EncodingProgram`). Readers do not care about order.
    package let fields: [ExportField]
    /// Octets of the fields, and with that of one data record unless it has attributes behind them.
    package let recordLength: Int
    /// Attributes of labels, behind the fields; none in most templates.
    let attributes: AttributeFields

    /// Id of the template for shape 0; shape n has this plus n.
    package static let firstId: UInt16 = 256

    /// The template of `shape` under `options`.
    package init(shape: TemplateShape, options: IPFIXOptions) {
        id = Self.firstId + UInt16(shape.index)
        self.shape = shape
        fields = ExportField.all.filter { field in
            field.element.level <= options.elements && shape.carries(field, uniflow: options.uniflow)
                && (options.labels || field.element.carriage != .label)
        }.sorted { left, right in Self.wireRank(left) < Self.wireRank(right) }
        recordLength = fields.reduce(0) { $0 + Int($1.element.length) }
        // Own elements take eight octets each. What does not fit, in the longest templates of the shortest messages, has no
        // field: the last attributes first.
        let fixed = fields.reduce(4) { $0 + ($1.enterpriseNumber(project: 0) == nil ? 4 : 8) }
        let room = max(0, min(options.templateOctets, 65_535) - fixed) / 8
        attributes = AttributeFields(
            shape.hasAttributes ? shape.attributes(of: options.carriedAttributes) : [], atMost: room)
    }

    /// Smaller first. Short derived values come last of all: a step that stores more than its field runs over what
    /// steps before it have written, and only the end has nothing behind it. Fields of equal place go by id.
    private static func wireRank(_ field: ExportField) -> (Int, Int, UInt16) {
        switch field.source {
        case .stored(let offset, _): (0, -offset, field.element.id)
        case .derived(let slot): (slot.width == 8 ? 1 : 2, -slot.offset, field.element.id)
        }
    }

    /// Every template of an export, in id order.
    package static func all(options: IPFIXOptions) -> [FlowTemplate] {
        TemplateShape.all(
            elements: options.elements, uniflow: options.uniflow, attributes: options.carriedAttributes
        ).map { FlowTemplate(shape: $0, options: options) }
            .filter { !$0.shape.hasAttributes || !$0.attributes.attributes.isEmpty }
    }

    /// Octets before the value of `field` in a data record, or nil when the template lacks it.
    package func offset(of field: ExportField) -> Int? {
        var offset = 0
        for candidate in fields {
            if candidate.element.id == field.element.id, candidate.element.registry == field.element.registry,
                candidate.isReverse == field.isReverse
            {
                return offset
            }
            offset += Int(candidate.element.length)
        }
        return nil
    }

    /// The template record as it stands in a template set.
    package func encoded(enterpriseNumber: UInt32) -> [UInt8] {
        var octets = OctetWriter()
        octets.append16(id)
        octets.append16(UInt16(fields.count + attributes.attributes.count))
        for field in fields {
            octets.appendFieldSpecifier(
                field.templateId, length: field.element.length,
                enterpriseNumber: field.enterpriseNumber(project: enterpriseNumber))
        }
        for attribute in attributes.attributes {
            octets.appendFieldSpecifier(
                attribute.element.id, length: attribute.element.length,
                enterpriseNumber: attribute.enterpriseNumber(project: enterpriseNumber))
        }
        return octets.octets
    }
}
