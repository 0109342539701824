import Exporter
import Foundation
import Testing

/// The checked-in documentation and other people's list agree with the table.
@Suite struct ElementDocumentationTests {
    /// The package's folder, found from this file's place in it.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Run with FLOWPROBE_WRITE_DOCS=1 to write the file anew.
    @Test func documentationIsCurrent() throws {
        let file = Self.root.appendingPathComponent("docs/information-elements.md")
        let text = InformationElement.documentation()
        if ProcessInfo.processInfo.environment["FLOWPROBE_WRITE_DOCS"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let found = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        #expect(
            found == text,
            "docs/information-elements.md is not current: run FLOWPROBE_WRITE_DOCS=1 swift test --filter documentationIsCurrent"
        )
    }

    /// Ids and types against IANA's list as python3-ipfix ships it.
    @Test(.enabled(if: Program.pythonIPFIX, "python3-ipfix is not installed: run scripts/bootstrap"))
    func elementsAreIANAs() throws {
        var rows: [String] = []
        for element in InformationElement.all where element.registry == .iana {
            rows.append("\(element.id) \(element.name) \(element.type) \(element.length)")
        }
        for element in InformationElement.Option.all where element.registry == .iana {
            rows.append("\(element.id) \(element.name) \(element.type) \(element.type.fullLength)")
        }
        let script = """
            import sys, ipfix.ie, ipfix.types
            ipfix.ie.use_iana_default()
            # IANA's errata since that list was made: none that concerns these elements but names' letter case.
            wrong = 0
            for line in sys.stdin.read().splitlines():
                id, name, kind, length = line.split()
                known = ipfix.ie.for_template_entry(0, int(id), int(length))
                if known.name.lower() != name.lower() or known.type.name != kind:
                    print(line, "but IANA has", known.name, known.type.name)
                    wrong += 1
            sys.exit(wrong > 0)
            """
        let result = try Program.run("/usr/bin/python3", ["-c", script], input: rows.joined(separator: "\n"))
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(rows.count > 50)
    }
}
