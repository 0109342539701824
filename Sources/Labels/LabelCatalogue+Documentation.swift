extension LabelCatalogue {
    /// The table of `docs/labels.md`, in the order of the selectors.
    package static func documentation() -> String {
        var text = "| selector | name | ports | what is read | described in |\n|---|---|---|---|---|\n"
        for row in rows.sorted(by: { $0.label.rawValue < $1.label.rawValue }) {
            let ports = [("TCP", row.tcp), ("UDP", row.udp)].filter { !$0.1.isEmpty }.map { name, ports in
                name + " " + ports.map { String($0) }.joined(separator: ", ")
            }
            text +=
                "| \(row.label.rawValue) | \(row.name) | \(ports.joined(separator: "; ")) | \(row.reads) | \(row.source) |\n"
        }
        return text
    }

    /// The table of attributes of `docs/labels.md`.
    package static func attributeDocumentation() -> String {
        var text = "| number | attribute | value | personal data |\n|---|---|---|---|\n"
        for attribute in LabelAttribute.allCases {
            let value = attribute.octetCount.map { "number of \(8 * $0) bits" } ?? "text"
            text += "| \(attribute.rawValue) | `\(attribute)` | \(value) | \(attribute.isPersonal ? "yes" : "no") |\n"
        }
        return text
    }
}
