/// A template, or an options template, of one session and observation domain.
final class CollectedTemplate {
    /// Id, 256 or more; 0 for the fixed layout of NetFlow version 5.
    let id: UInt16
    /// Scope fields first (RFC 7011 section 3.4.2); 0 for templates of flow records.
    let scopeCount: Int
    /// The fields, in the order of the record.
    let fields: [CollectedField]
    /// Octets of the shortest record.
    let minimumLength: Int
    /// Whether records differ in length.
    let isVariable: Bool
    /// Where fields are when no record differs in length; else of the record that was read last.
    private(set) var places: [FieldPlace]
    private var flowPlan: (version: Int, plan: FlowPlan)?
    private var optionsPlan: (version: Int, plan: OptionsPlan)?

    /// A template of `fields`.
    init(id: UInt16, scopeCount: Int, fields: [CollectedField]) {
        self.id = id
        self.scopeCount = scopeCount
        self.fields = fields
        isVariable = fields.contains(where: \.isVariable)
        var offset = 0
        places = fields.map { field in
            defer { offset += field.isVariable ? 1 : Int(field.length) }
            return FieldPlace(offset: offset, length: field.isVariable ? 0 : Int(field.length))
        }
        minimumLength = offset
    }

    /// Whether `other` describes the same records.
    func equals(_ other: CollectedTemplate) -> Bool { scopeCount == other.scopeCount && fields == other.fields }

    /// Finds the next record: its octets from the start of the message; `places` then says where its fields are. Nil
    /// when it does not fit.
    func locate(_ reader: inout WireReader) -> Range<Int>? {
        let start = reader.offset
        if !isVariable { return reader.skip(minimumLength) ? start..<start + minimumLength : nil }
        for (index, field) in fields.enumerated() {
            var length = Int(field.length)
            if field.isVariable {
                // RFC 7011 section 7: one octet, or 255 and two.
                guard let short = reader.u8() else { return nil }
                length = Int(short)
                if short == 255 {
                    guard let long = reader.u16() else { return nil }
                    length = Int(long)
                }
            }
            places[index] = FieldPlace(offset: reader.offset - start, length: length)
            guard reader.skip(length) else { return nil }
        }
        return start..<reader.offset
    }

    /// How a flow record becomes a record of ours; made again when the exporter has described more elements.
    func flowPlan(_ learned: LearnedElements) -> FlowPlan {
        if let flowPlan, flowPlan.version == learned.version { return flowPlan.plan }
        let plan = FlowPlan(fields.map { $0.description(learned) }, fields)
        flowPlan = (learned.version, plan)
        return plan
    }

    /// What options data of this template say.
    func optionsPlan(_ learned: LearnedElements) -> OptionsPlan {
        if let optionsPlan, optionsPlan.version == learned.version { return optionsPlan.plan }
        let plan = OptionsPlan(fields.map { $0.description(learned).name })
        optionsPlan = (learned.version, plan)
        return plan
    }
}
