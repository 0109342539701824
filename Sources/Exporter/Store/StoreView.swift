import Labels

/// The view `flow`: `flowRecord` with addresses, times, MAC addresses and enumerations as text, for people.
enum StoreView {
    static var creation: String {
        let columns =
            [
                "runId", time("startNanoseconds") + " AS start", time("endNanoseconds") + " AS end",
                address("sourceAddress") + " AS sourceAddress",
                address("destinationAddress") + " AS destinationAddress",
                tunnelAddress("tunnelSourceAddress") + " AS tunnelSourceAddress",
                tunnelAddress("tunnelDestinationAddress") + " AS tunnelDestinationAddress",
            ]
            + StoreSchema.columns.map { column in
                if column.place.isTime { return time(column.name) + " AS \(column.name)" }
                if let words = column.words { return word(column.name, words) + " AS \(column.name)" }
                if column.name == "applicationName" { return application(column.name) + " AS \(column.name)" }
                if column.name == "flowId" { return "printf('%llu', flowId) AS flowId" }
                if column.name.hasSuffix("MacAddress") { return mac(column.name) + " AS \(column.name)" }
                return column.name
            }
            + LabelAttribute.allCases.map { attribute($0) + " AS \($0.name)" }
        return "CREATE VIEW flow AS SELECT\n    " + columns.joined(separator: ",\n    ") + "\nFROM flowRecord;"
    }

    /// An attribute of the label, a text or a number; NULL without.
    static func attribute(_ attribute: LabelAttribute) -> String {
        "json_extract(\(StoreSchema.attributesColumn), '$.\(attribute.name)')"
    }

    /// RFC 3339 with nine fractional digits; NULL stays NULL.
    private static func time(_ column: String) -> String {
        "strftime('%Y-%m-%dT%H:%M:%S', \(column) / 1000000000, 'unixepoch') || "
            + "printf('.%09dZ', \(column) % 1000000000)"
    }

    /// Dotted quads, or eight hexadecimal groups without leading zeros (SQL alone cannot elide the longest run).
    private static func address(_ column: String) -> String { address(column, isIPv4: "ipVersion = 4") }

    /// The outer version need not be the flow's: the address itself tells.
    private static func tunnelAddress(_ column: String) -> String {
        "CASE WHEN \(column) IS NOT NULL THEN "
            + address(column, isIPv4: "substr(hex(\(column)), 1, 24) = '00000000000000000000FFFF'") + " END"
    }

    private static func address(_ column: String, isIPv4: String) -> String {
        func nibble(_ position: Int) -> String {
            "(instr('0123456789ABCDEF', substr(hex(\(column)), \(position), 1)) - 1)"
        }
        let quads = stride(from: 25, to: 33, by: 2).map { "(\(nibble($0)) * 16 + \(nibble($0 + 1)))" }
        let groups = stride(from: 1, to: 33, by: 4).map {
            "coalesce(nullif(lower(ltrim(substr(hex(\(column)), \($0), 4), '0')), ''), '0')"
        }
        return "CASE WHEN \(isIPv4) THEN \(quads.joined(separator: " || '.' || ")) "
            + "ELSE \(groups.joined(separator: " || ':' || ")) END"
    }

    private static func mac(_ column: String) -> String {
        let octets = stride(from: 40, through: 0, by: -8).map { "(\(column) >> \($0)) & 255" }
        return "CASE WHEN \(column) IS NOT NULL THEN printf('%02x:%02x:%02x:%02x:%02x:%02x', "
            + octets.joined(separator: ", ") + ") END"
    }

    /// The name of a label, from the selector in the id's low 24 bits.
    private static func application(_ column: String) -> String {
        let cases = ApplicationLabel.allCases.map { "WHEN \($0.rawValue) THEN '\($0.name)'" }
        return "CASE \(column) & 16777215 \(cases.joined(separator: " ")) END"
    }

    private static func word(_ column: String, _ words: JSONWords) -> String {
        let cases = words.words.enumerated().compactMap { value, word in word.map { "WHEN \(value) THEN '\($0)'" } }
        return "CASE \(column) \(cases.joined(separator: " ")) END"
    }
}
