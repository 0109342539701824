import Foundation
import Labels
import Testing

/// The catalogue is sound, its numbers are frozen, and `docs/labels.md` is made from it.
@Suite struct LabelDocumentationTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/labels.md").standardized

    /// Run with FLOWPROBE_WRITE_DOCS=1 to write the tables anew.
    @Test func labelsAreCurrent() throws {
        let found = try String(contentsOf: Self.file, encoding: .utf8)
        let text = try Self.replacing(
            "attributes", with: LabelCatalogue.attributeDocumentation(),
            in: Self.replacing("labels", with: LabelCatalogue.documentation(), in: found))
        if ProcessInfo.processInfo.environment["FLOWPROBE_WRITE_DOCS"] != nil {
            try text.write(to: Self.file, atomically: true, encoding: .utf8)
        } else {
            #expect(
                found == text,
                "docs/labels.md is not current: run FLOWPROBE_WRITE_DOCS=1 swift test --filter labelsAreCurrent")
        }
    }

    /// `text` with what stands between the two comments called `name` replaced.
    private static func replacing(_ name: String, with table: String, in text: String) throws -> String {
        let begin = try #require(text.range(of: "<!-- \(name) -->\n"))
        let end = try #require(text.range(of: "<!-- end of \(name) -->"))
        return text[..<begin.upperBound] + table + text[end.lowerBound...]
    }

    @Test func everyLabelHasOneRowAndOneName() {
        #expect(Set(LabelCatalogue.rows.map(\.label)) == Set(ApplicationLabel.allCases))
        #expect(LabelCatalogue.rows.count == ApplicationLabel.allCases.count)
        #expect(Set(LabelCatalogue.rows.map(\.name)).count == LabelCatalogue.rows.count)
    }

    /// No port has two labels: which one it stood for would depend on the order of rows.
    @Test func everyPortHasOneLabel() {
        for ports in [LabelCatalogue.rows.flatMap(\.tcp), LabelCatalogue.rows.flatMap(\.udp)] {
            #expect(Set(ports).count == ports.count)
        }
    }

    /// Collectors keep these numbers: a change of one of them is a mistake.
    @Test func selectorsAreFrozen() {
        let frozen: [(ApplicationLabel, UInt16, String)] = [
            (.dns, 1, "DNS"), (.http, 10, "HTTP"), (.tls, 20, "TLS"), (.quic, 24, "QUIC"), (.ssh, 30, "SSH"),
            (.smtp, 40, "SMTP"), (.ftp, 50, "FTP"), (.kerberos, 60, "Kerberos"), (.dhcp, 70, "DHCP"),
            (.mysql, 80, "MySQL"),
            (.kafka, 90, "Kafka"), (.sip, 100, "SIP"), (.bgp, 110, "BGP"), (.bitTorrent, 124, "BitTorrent"),
            (.profinet, 137, "PROFINET"),
        ]
        for (label, number, name) in frozen { #expect(label.rawValue == number && label.name == name) }
        let sum = ApplicationLabel.allCases.reduce(0) { ($0 &* 31 &+ Int($1.rawValue)) % 1_000_003 }
        #expect(ApplicationLabel.allCases.count == 79 && sum == 612_791, "a selector was added or changed: \(sum)")
    }
}
