/// A data template (RFC 7011 section 3.4.1) made from the element table for one shape.
package struct FlowTemplate: Sendable {
    /// 256 or more; the same shape has the same id in every session and run.
    package let id: UInt16
    /// Which records it is for.
    package let shape: TemplateShape
    /// Its fields, in wire order.
    package let fields: [ExportField]
    /// Octets of one data record.
    package let recordLength: Int

    /// Id of the template for shape 0; shape n has this plus n.
    package static let firstId: UInt16 = 256

    /// The template of `shape` under `options`.
    package init(shape: TemplateShape, options: IPFIXOptions) {
        id = Self.firstId + UInt16(shape.index)
        self.shape = shape
        fields = ExportField.all.filter { field in
            field.element.level <= options.elements && shape.carries(field, uniflow: options.uniflow)
        }
        recordLength = fields.reduce(0) { $0 + Int($1.element.length) }
    }

    /// Every template of an export, in id order.
    package static func all(options: IPFIXOptions) -> [FlowTemplate] {
        TemplateShape.all(elements: options.elements, uniflow: options.uniflow).map {
            FlowTemplate(shape: $0, options: options)
        }
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
        octets.append16(UInt16(fields.count))
        for field in fields {
            octets.appendFieldSpecifier(
                field.templateId, length: field.element.length,
                enterpriseNumber: field.enterpriseNumber(project: enterpriseNumber))
        }
        return octets.octets
    }
}
