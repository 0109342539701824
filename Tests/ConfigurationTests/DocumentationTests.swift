import ConfigurationFile
import Foundation
import Testing

/// The checked-in page and the example file agree with the table of keys, and the example is correct.
@Suite struct DocumentationTests {
    /// The package's folder, found from this file's place in it.
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let files = [
        "docs/configuration.md": ProbeConfiguration.documentation(),
        "docs/flowprobe.example.yaml": ProbeConfiguration.example(),
    ]

    /// Run with FLOWPROBE_WRITE_DOCS=1 to write the files anew.
    @Test(arguments: files.keys.sorted()) func documentationIsCurrent(path: String) throws {
        let text = try #require(Self.files[path])
        let file = Self.root.appending(path: path)
        if ProcessInfo.processInfo.environment["FLOWPROBE_WRITE_DOCS"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let found = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        #expect(
            found == text,
            "\(path) is not current: run FLOWPROBE_WRITE_DOCS=1 swift test --filter documentationIsCurrent")
    }

    @Test func theExampleIsCorrectAndTheDefaults() throws {
        let loaded = try load(ProbeConfiguration.example())
        var expected = ProbeConfiguration()
        expected.probe.name = loaded.probe.name
        var input = InputConfiguration()
        (input.interface, input.name, input.domain) = ("eth0", "eth0", 1)
        expected.inputs = [input]
        #expect(loaded == expected)
    }

    /// Every example value is one that its key takes, and sets what no key before it had set.
    @Test func theExampleIsCorrectWithAllCommentsTakenAway() throws {
        let loaded = try load(everyKey)
        #expect(loaded.probe.name == "probe-1")
        #expect(loaded.inputs.map(\.name) == ["uplink"] && loaded.inputs[0].cpus == [2])
        #expect(loaded.inputs[0].filter == "not port 22")
        #expect(loaded.flows.internal.map(\.description) == ["10.0.0.0/8", "2001:db8::/32"])
        #expect(loaded.flows.prefixes == "/etc/flowprobe/prefixes")
        #expect(loaded.outputs.export.map(\.description) == ["tcp://192.0.2.1:4739"])
        #expect(loaded.outputs.store != nil && loaded.outputs.json != nil && loaded.outputs.ipfix != nil)
        #expect(loaded.service.user == "flowprobe" && loaded.service.metricsSocket != nil)
        #expect(loaded.flows.idleTimeout != nil && loaded.flows.idleTimeoutOther != nil)
        #expect(try load(loaded.yaml) == loaded)
    }

    /// Key names on the page and in the example: the same, and none twice in a section.
    @Test func everyKeyIsInBoth() {
        let page = ProbeConfiguration.documentation().split(separator: "\n").filter { $0.hasPrefix("| `") }
            .map { String($0.dropFirst(3).prefix { $0 != "`" }) }
        let example = ProbeConfiguration.example().split(separator: "\n").compactMap { line -> String? in
            let key = line.trimmingPrefix { " -#".contains($0) }.prefix { $0 != ":" }
            return line.hasPrefix(" ") && !line.contains("# ") || line.contains("  # as in ") ? String(key) : nil
        }
        #expect(page.count > 40)
        #expect(page == example)
    }

    @Test func noLineOfTheExampleIsLong() {
        for line in ProbeConfiguration.example().split(separator: "\n") { #expect(line.count <= 120, "\(line)") }
    }
}
