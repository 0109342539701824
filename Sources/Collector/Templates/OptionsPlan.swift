/// What the options data of one template are about, by the names of its fields.
struct OptionsPlan {
    /// A description of an element (RFC 5610 section 3.9).
    struct TypeInformation {
        var element: Int
        var enterpriseNumber: Int
        var type: Int
        var semantics: Int?
        var name: Int
    }

    /// What the exporting process says it has sent (RFC 7011 section 4.3).
    struct ExporterTotals {
        var records: Int
        var notSent: Int?
    }

    /// The name of the batch that such a record closes (docs/delivery.md).
    struct Batch {
        var id: Int
        var probe: Int
    }

    /// Places of fields, where there are all that are needed.
    var typeInformation: TypeInformation?
    /// When the exporter started (IE 160).
    var initTime: Int?
    /// Likewise.
    var exporterTotals: ExporterTotals?

    /// Likewise.
    var batch: Batch?

    /// From the names of a template's fields.
    init(_ names: [String]) {
        func place(_ name: String) -> Int? { names.firstIndex(of: name) }
        initTime = place("systemInitTimeMilliseconds")
        if let element = place("informationElementId"), let number = place("privateEnterpriseNumber"),
            let type = place("informationElementDataType"), let name = place("informationElementName")
        {
            typeInformation = TypeInformation(
                element: element, enterpriseNumber: number, type: type, semantics: place("informationElementSemantics"),
                name: name)
        }
        // An exporter need not describe the two before it uses them: their numbers are part of the contract.
        func ours(_ name: String, _ id: Int) -> Int? {
            place(name) ?? names.firstIndex { $0.hasPrefix("enterprise") && $0.hasSuffix("ie\(id)") }
        }
        if let id = ours("batchId", 200), let probe = ours("batchProbe", 201) {
            batch = Batch(id: id, probe: probe)
        }
        if let records = place("exportedFlowRecordTotalCount") {
            exporterTotals = ExporterTotals(records: records, notSent: place("notSentFlowTotalCount"))
        }
    }
}
