import Foundation
import PacketDecode
import Testing

/// The catalogue names what the registry decodes, and the checked-in document is made from it.
@Suite struct ProtocolDocumentationTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    /// Run with FLOWPROBE_WRITE_DOCS=1 to write the file anew.
    @Test func protocolsAreCurrent() throws {
        let file = Self.root.appending(path: "docs/protocols.md")
        let text = ProtocolCatalogue.documentation()
        if ProcessInfo.processInfo.environment["FLOWPROBE_WRITE_DOCS"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let found = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        #expect(
            found == text,
            "docs/protocols.md is not current: run FLOWPROBE_WRITE_DOCS=1 swift test --filter protocolsAreCurrent")
    }

    /// The numbers of the registry's `case` lines, function by function.
    @Test func everyDecoderIsInTheCatalogue() throws {
        let source = try String(
            contentsOf: Self.root.appending(path: "Sources/PacketDecode/Registry.swift"), encoding: .utf8)
        var found: [String: Set<Int>] = [:]
        var function = ""
        var isInside = false
        for line in source.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
            if let name = line.firstMatch(of: /static func (\w+)/) { function = String(name.1) }
            // A list of numbers may go on in the next line, and ends at its colon.
            if line.hasPrefix("case ") { isInside = !line.hasPrefix("case .") }
            guard isInside else { continue }
            let list = line.prefix { $0 != ":" }
            for match in list.matches(of: /(0x[0-9A-F]+|[\d_]+)(?:\.\.\.(\d+))?/) {
                let first = try #require(Self.number(match.1))
                let last = try match.2.map { try #require(Self.number($0)) } ?? first
                found[function, default: []].formUnion(first...last)
            }
            if line.contains(":") { isInside = false }
        }
        func numbers(_ functions: String...) -> Set<Int> {
            functions.reduce(into: []) { $0.formUnion(found[$1] ?? []) }
        }
        #expect(numbers("link", "rareLink") == Self.numbers(ProtocolCatalogue.linkTypes))
        #expect(numbers("etherType", "rareEtherType") == Self.numbers(ProtocolCatalogue.etherTypes))
        #expect(numbers("ipProtocol", "tunnelProtocol") == Self.numbers(ProtocolCatalogue.ipProtocols))
        #expect(numbers("udpPort") == Self.numbers(ProtocolCatalogue.udpPorts))
    }

    private static func number(_ text: Substring) -> Int? {
        text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text.filter { $0 != "_" })
    }

    private static func numbers(_ rows: [ProtocolCatalogue.Row]) -> Set<Int> { Set(rows.flatMap(\.numbers)) }
}
